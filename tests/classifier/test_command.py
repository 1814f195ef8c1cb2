import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from classifier.__main__ import app

WIDE = CliRunner(env={"COLUMNS": "400"})  # so that no sentence is broken into two lines
ROWS = 'id,body\n1,"诸暨市枫桥镇\n村口路灯坏了"\n2,我叫祝阿土，老公又打我，把我锁在家里\n'


def run(tmp_path: Path, content: bytes, column: str = "body") -> tuple[int, str, list[dict[str, Any]]]:
    source, out = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_bytes(content)
    result = WIDE.invoke(app, ["judge", str(source), "--text", column, "--out", str(out)])
    lines = out.read_text("utf-8").splitlines() if out.exists() else []
    return result.exit_code, result.stderr, [json.loads(line) for line in lines]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_one_line_a_row_in_order(tmp_path: Path, encoding: str) -> None:
    code, _, (first, second) = run(tmp_path, ROWS.encode(encoding))
    assert code == 0
    (matter,) = first["matters"]
    assert (matter["category"], matter["town"]) == ("公共设施/路灯", "330681109")
    assert (matter["start"], matter["end"]) == (0, 13)
    assert second["matters"][0]["sensitive"] == ["domestic_violence"]
    assert second["found"] == [{"kind": "name", "start": 2, "end": 5, "value": "祝阿土"}]
    assert second["language"] == "zh"


def test_a_bad_row_is_named_and_keeps_its_place(tmp_path: Path) -> None:
    code, said, lines = run(tmp_path, "id,body\n1,路灯坏了\n2\n3,井盖坏了\n".encode())
    assert code == 1
    assert "row 2: too few columns" in said
    assert ["matters" in line for line in lines] == [True, False, True]


def test_a_quotation_mark_that_is_never_closed_takes_no_row_silently(tmp_path: Path) -> None:
    rows = 'id,body\n1,路灯坏了\n2,"没有关上的引号\n3,井盖坏了\n4,树倒了\n'
    code, said, lines = run(tmp_path, rows.encode())
    assert code == 1
    assert "row 2" in said and "lines 3 to 5" in said
    assert ["matters" in line for line in lines] == [True, False]


def test_a_quotation_mark_in_the_middle_costs_its_own_row_only(tmp_path: Path) -> None:
    code, said, lines = run(tmp_path, 'id,body\n1,"他说"好"的"\n2,井盖坏了\n'.encode())
    assert code == 1 and "row 1" in said
    assert ["matters" in line for line in lines] == [False, True]


def test_an_empty_file_is_said(tmp_path: Path) -> None:
    code, said, _ = run(tmp_path, b"")
    assert code == 2 and "the file is empty" in said


def test_of_no_words_nothing_is_said(tmp_path: Path) -> None:
    code, _, lines = run(tmp_path, 'id,body\n1,\n2,"？！ …"\n'.encode())
    assert code == 0
    for line in lines:
        (matter,) = line["matters"]
        assert (matter["category"], matter["confidence"], matter["look"]) == ("其他", 0.0, False)


def test_a_missing_column_is_said(tmp_path: Path) -> None:
    code, said, lines = run(tmp_path, ROWS.encode(), "text")
    assert (code, lines) == (2, [])
    assert "no column" in said


LABELLED = "body,label\n" + "".join(f"路灯不亮第{i}盏,灯\n老板拖欠工资{i}个月,钱\n" for i in range(12))

ODD = "".join(f"{letter},{at % 2}\n" for at, letter in enumerate("甲乙丙丁戊己"))


def command(*words: object) -> tuple[int, str]:
    result = WIDE.invoke(app, list(map(str, words)))
    return result.exit_code, result.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_train_and_judge_with_own_labels(tmp_path: Path, encoding: str) -> None:
    source, model, out = tmp_path / "in.csv", tmp_path / "m.npz", tmp_path / "out.jsonl"
    source.write_bytes((LABELLED + "没有标签,\n").encode(encoding))
    code, said = command("train", source, "--text", "body", "--label", "label", "--model", model)
    assert (code, "row 25: the label is empty" in said) == (0, True)
    command("judge", source, "--text", "body", "--model", model, "--out", out)
    judged = [json.loads(line)["matters"][0] for line in out.read_text("utf-8").splitlines()]
    assert [matter["category"] for matter in judged[:2]] == ["灯", "钱"]
    assert judged[0]["confidence"] > 0.8


def test_evaluate(tmp_path: Path) -> None:
    source, report = tmp_path / "in.csv", tmp_path / "r.md"
    source.write_text(LABELLED, "utf-8")
    words = ("--text", "body", "--label", "label", "--folds", 3, "--out", report)
    code, said = command("evaluate", source, *words)
    assert (code, "accuracy 1.000" in said, "| 灯 |" in report.read_text("utf-8")) == (0, True, True)


def test_what_cannot_be_trained_on_is_said(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("body,label\na,x\nb,x\n", "utf-8")
    code, said = command("train", source, "--text", "body", "--label", "label", "--model", tmp_path / "m")
    assert code == 2
    assert "two different labels" in said


@pytest.mark.parametrize(
    ("heading", "meant"), [("村口路灯坏了,灯", False), ("Body,label", True), ("body;label", False)]
)
def test_of_a_heading_only_what_may_be_meant_is_said(tmp_path: Path, heading: str, meant: bool) -> None:
    code, said, _ = run(tmp_path, f"{heading}\n祝阿土又打人,警\n".encode())
    assert (code, "may be meant" in said) == (2, meant)
    assert "路灯" not in said and "祝阿土" not in said


def test_two_columns_of_one_name_are_not_guessed_at(tmp_path: Path) -> None:
    code, said, _ = run(tmp_path, "body,body\n路灯坏了,井盖坏了\n".encode())
    assert (code, "several columns" in said) == (2, True)


def test_the_messages_are_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text(ROWS, "utf-8")
    code, said = command("judge", source, "--text", "body", "--out", source)
    assert (code, "another" in said, source.read_text("utf-8")) == (2, True, ROWS)  # its lines may be cut


@pytest.mark.parametrize("where", [".", "in.csv/out.jsonl"])
def test_where_nothing_can_be_written_is_said(tmp_path: Path, where: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(ROWS, "utf-8")
    code, said = command("judge", source, "--text", "body", "--out", tmp_path / where)
    assert (code, "'--out'" in said) == (2, True)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("intents", "order = = 1", "intents.toml"),
        ("splitting", "item = 3.0", "sentence: is missing"),
    ],
)
def test_rules_that_cannot_be_used_are_named(tmp_path: Path, name: str, content: str, expected: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(ROWS, "utf-8")
    (tmp_path / f"{name}.toml").write_text(content, "utf-8")
    words = ("--text", "body", "--rules", tmp_path, "--out", tmp_path / "out.jsonl")
    code, said = command("judge", source, *words)
    assert (code, expected in said) == (2, True)
    code, said = command("judge", source, *words[:3], tmp_path / "nowhere", *words[4:])
    assert (code, "'--rules'" in said) == (2, True)


@pytest.mark.parametrize(
    ("rows", "expected"), [("", "there are 0"), ("路灯,灯\n" * 5, "two different labels"), (ODD, "no letter")]
)
def test_too_few_rows_are_said(tmp_path: Path, rows: str, expected: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text(f"body,label\n{rows}", "utf-8")
    words = ("--text", "body", "--label", "label", "--out", tmp_path / "r.md")
    code, said = command("evaluate", source, *words)
    assert (code, expected in said) == (2, True)


def test_a_label_may_be_anything(tmp_path: Path) -> None:
    source, report = tmp_path / "in.csv", tmp_path / "r.md"
    source.write_text(LABELLED.replace("灯\n", "a|[b]\n"), "utf-8")
    code, _ = command("evaluate", source, "--text", "body", "--label", "label", "--folds", 2, "--out", report)
    assert (code, r"| a\|[b] |" in report.read_text("utf-8")) == (0, True)
