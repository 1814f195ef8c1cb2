import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from classifier.__main__ import app

ROWS = 'id,body\n1,"诸暨市枫桥镇\n村口路灯坏了"\n2,我叫祝阿土，老公又打我，把我锁在家里\n'


def run(tmp_path: Path, content: bytes, column: str = "body") -> tuple[int, str, list[dict[str, Any]]]:
    source, out = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_bytes(content)
    result = CliRunner().invoke(app, ["judge", str(source), "--text", column, "--out", str(out)])
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


def test_a_missing_column_is_said(tmp_path: Path) -> None:
    code, said, lines = run(tmp_path, ROWS.encode(), "text")
    assert (code, lines) == (2, [])
    assert "no column" in said
