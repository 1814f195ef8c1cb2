import json
from dataclasses import replace

import pytest

from classifier.judgement import Hints
from classifier.learning.corpora import corpus
from classifier.rulebook.cues import Hit, Hits
from classifier.rulebook.loading import load_rulebook
from classifier.rulebook.marks import marked
from tests.classifier.courts import SEEN, divided, judged, the_judge


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("村口路灯坏了。另外，我妈八十岁低保没评上。", ["public_facilities", "welfare"]),
        ("两件事。一是招不到工人；二是门口没有停车位，天天贴条。", ["enterprise", "transport"]),
        (
            "走访三处：路灯不亮；两户为院墙吵；河道里死鱼漂了一片。",
            ["public_facilities", "neighbour", "environment"],
        ),
        ("①养老保险怎么转移；②驾驶证扣分怎么申诉", ["social_security", "transport"]),
        ("电线杆歪了还有隔壁小店油烟太大", ["public_facilities", "pollution"]),
    ],
)
def test_several_matters(text: str, subjects: list[str]) -> None:
    assert [m.category.partition("/")[0] for m in judged(text).matters] == subjects


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        (
            "我在钱清一家织布厂挡车，从三月做到六月，工资只打了一半，还差一万二，老板电话不接。"
            "小区楼下新开的烧烤店油烟直往我家阳台灌，窗户都不敢开。",
            ["labour", "pollution"],
        ),
        (
            "报警人称被拖欠工资两个月计七千元，要求登记。公交三路末班车近一周均提前发车，其多次未赶上。",
            ["labour", "transport"],
        ),
    ],
)
def test_matters_that_follow_each_other_without_a_mark(text: str, subjects: list[str]) -> None:
    assert [m.category.partition("/")[0] for m in judged(text).matters] == subjects


def test_a_danger_stays_with_its_matter() -> None:
    wages, beaten = (
        "老板欠我们两个人三个月工资，一共两万多，电话也不接。",
        "另外，昨晚老公又打我，把我锁在家里不让出门。",
    )
    first, second = judged(wages + beaten).matters
    assert (first.end, second.start) == (len(wages), len(wages))
    assert "domestic_violence" in {flag.value for flag in second.flags}
    assert "domestic_violence" not in {flag.value for flag in first.flags}


@pytest.mark.parametrize(
    "text",
    [
        "隔壁养了十几只鸽子，每天咕咕叫。另外我拍了两段视频作证据。",
        "老板欠我工资三万。我手上有：1、结算条子；2、银行流水；3、工友录音；4、考勤照片。",
        "申请小作坊登记，已备：①租赁合同②平面图③健康证④工艺流程，窗口退回两次。",
        "烧烤店油烟吹到阳台。衣服收进来都是味道。晚上六点到十一点最凶。",
    ],
)
def test_one_matter_with_its_evidence(text: str) -> None:
    assert len(judged(text).matters) == 1


def test_no_more_matters_than_the_rules_allow() -> None:
    text = "三件事：一，路灯不亮；二，老板欠我两个月工资；三，公交末班车提前走。"
    rulebook = the_judge().rulebook
    few = replace(the_judge(), rulebook=replace(rulebook, splitting=replace(rulebook.splitting, most=2)))
    assert [len(judge.judge(text, Hints()).matters) for judge in (the_judge(), few)] == [3, 2]


@pytest.mark.parametrize(
    "text",
    [
        "来电人第二次来电，情绪激动。原诉求是路灯不亮，村里的路灯三个月没人修。",
        "退单理由写不属于本单位职责。没有写应该归谁。还是那件事。",
    ],
)
def test_talk_about_nothing_is_no_matter(text: str) -> None:
    assert len(judged(text).matters) == 1


def test_matters_cover_the_text_alone_or_among_others() -> None:
    texts = ["".join(matter["text"] for matter in row["matters"]) for row in corpus("split")][::8]
    several = the_judge().judge_all([(text, Hints()) for text in texts])
    edges = [[0, *(matter.end for matter in judgement.matters)] for judgement in several]
    assert [[m.start for m in judgement.matters] for judgement in several] == [own[:-1] for own in edges]
    assert [own[-1] for own in edges] == list(map(len, texts))
    assert all(own == sorted(set(own)) for own in edges)
    alone = [judged(text) for text in texts[:20]]
    assert [[m.end for m in one.matters] for one in alone] == [own[1:] for own in edges[:20]]


def test_texts_written_before_the_model_was_made() -> None:
    rows = map(json.loads, (SEEN / "split.jsonl").read_text("utf-8").splitlines())
    wanted = [row["matters"] for row in rows]
    found = the_judge().judge_all([("".join(matters), Hints()) for matters in wanted])
    counts = [(len(want), len(got.matters)) for want, got in zip(wanted, found, strict=True)]
    of = divided("seen/split", counts)
    assert of["count_exact"] >= 0.78
    assert of["single_cut"] <= 0.068


def test_texts_that_dividing_never_learnt_from() -> None:
    rows = list(corpus("matters"))  # they teach the subjects alone
    wanted = [[matter["text"] for matter in row["matters"]] for row in rows]
    found = the_judge().judge_all([("".join(matters), Hints()) for matters in wanted])
    counts = [(len(want), len(got.matters)) for want, got in zip(wanted, found, strict=True)]
    of = divided("corpus/matters", counts)
    assert of["count_exact"] >= 0.72
    assert of["single_cut"] <= 0.04


@pytest.mark.parametrize("word", ["另外", "还有个", "另外补充"])
def test_a_word_said_over_and_over_is_looked_at_once_each_time(
    word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty thousand letters of one word took four seconds: each looked through all that come after it."""
    looked, found = 0, load_rulebook().scanner.scan(word * 2000)

    def within(hits: Hits, start: int, end: int, table: str) -> list[Hit]:
        nonlocal looked
        stretch = list(plainly(hits, start, end, table))
        looked += len(stretch)
        return stretch

    plainly = Hits.within
    monkeypatch.setattr(Hits, "within", within)
    marked(word * 2000, found)
    assert looked < 10 * len(found.of("split"))
