from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.alarm import Ruling
from classifier.judge import Judge, load_judge
from classifier.judgement import Hints
from classifier.reading import Part, read
from classifier.rulebook.dangers import Danger
from classifier.topics import Topic
from contracts.vocabulary import Colour, Flag, Intent, Kind, Platform
from tests.classifier.courts import judged, one, the_judge

TRAPS = [
    "",
    " ",
    "\x00",
    "🙂" * 40,
    "<script>alert(1)</script>",
    "İ" * 30,
    "打老公" * 9,
    "一" * 50,
    "1-" * 60,
]
PARTS = [*TRAPS, "（" * 60, "老公打我。", "另外", "①", "三件事：", "王伟19900001234", "没发工资"]
TEXTS = st.one_of(st.text(max_size=400), st.lists(st.sampled_from(PARTS)).map("".join))
LONG = [*TRAPS[1:], "我老公打我，", "二十个人堵在门口欠工资", "，1、", "张三李四王五", "a@b"]


@given(TEXTS)
@settings(max_examples=150)
def test_any_text_gets_a_valid_judgement(text: str) -> None:
    judgement = judged(text)
    assert judgement == judged(text)
    edges = [m.start for m in judgement.matters] + [len(text)]
    assert edges[0] == 0
    assert [m.end for m in judgement.matters] == edges[1:]
    for matter in judgement.matters:
        assert 0 <= matter.confidence <= 1
        assert matter.category in the_judge().rulebook.categories
    last = 0
    for span in judgement.found:
        assert last <= span.start < span.end <= len(text)
        last = span.end


@pytest.mark.parametrize(
    "unit", [*TRAPS[1:], "我老公打我，", "二十个人堵在门口欠工资", "，1、", "张三李四王五", "a@b"]
)
def test_a_hundred_thousand_characters(unit: str) -> None:
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    assert judged(text).matters[-1].end == 100_000


def test_traditional_and_wide_letters_are_read_alike() -> None:
    simplified, traditional = one("路灯坏了，没人修"), one("路燈壞了，沒人修")
    assert (simplified.category, simplified.intent) == (traditional.category, traditional.intent)


def test_confidence_tells_the_sure_from_the_doubtful() -> None:
    nothing = one("啊啊啊啊")
    assert nothing.category == "other" or nothing.confidence < 0.5
    assert one("物业公司和房东都不管油烟").confidence < one("路灯不亮，路灯坏了，一片漆黑").confidence


def test_hints() -> None:
    assert one("路灯坏了", intent_hint=Intent.SUGGEST).intent is Intent.SUGGEST
    assert one("用电容量不够，要增容", platform=Platform.ENTERPRISE).kind is Kind.ENTERPRISE_NEED
    assert judged("没写地方", address="某村3组").address == "某村3组"


@pytest.mark.parametrize(
    ("text", "intent", "kind", "colour", "top"),
    [
        (
            "想问外地小孩上小学要带哪些材料？",
            Intent.CONSULT,
            Kind.CONSULTATION,
            Colour.NONE,
            "education",
        ),
        (
            "隔壁翻建院墙，我家墙根都霉了，希望来量一量",
            Intent.HELP,
            Kind.DISPUTE,
            Colour.YELLOW,
            "neighbour",
        ),
        ("投诉：工地半夜打混凝土，吵得睡不着", Intent.COMPLAIN, Kind.EVENT, Colour.BLUE, "pollution"),
        ("举报一家公司偷税，不开发票", Intent.REPORT, Kind.EVENT, Colour.BLUE, "tax"),
        ("建议公交站加装座椅", Intent.SUGGEST, Kind.EVENT, Colour.BLUE, "transport"),
        ("写表扬信，感谢社区小李", Intent.THANK, Kind.EVENT, Colour.BLUE, "praise"),
    ],
)
def test_intent_kind_colour_and_category(
    text: str, intent: Intent, kind: Kind, colour: Colour, top: str
) -> None:
    matter = one(text)
    assert (matter.intent, matter.kind, matter.colour) == (intent, kind, colour)
    assert matter.category.partition("/")[0] == top


@pytest.mark.parametrize("text", ["多收66元", "结账时发现多收了66元", "买单的时候发现多收66元，老板不承认"])
def test_a_shop_that_charges_too_much_is_no_matter_of_wages(text: str) -> None:
    assert not one(text).category.startswith("labour")


def test_a_county_s_own_file_takes_the_place_of_the_hub_s(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.toml").write_text(
        'version = "x"\n[hop]\nzh = "跳房子"\nen = "Hop"\nkind = "event"\nwords = ["跳房子"]\n'
        '[other]\nzh = "其他"\nen = "Other"\nkind = "event"\n',
        "utf-8",
    )
    judge = load_judge(tmp_path)
    assert judge.rulebook.version == "x"
    assert judge.judge("门口跳房子", Hints()).matters[0].category == "hop"


def test_many_at_once_are_judged_as_each_alone() -> None:
    texts = [
        "路灯坏了",
        "",
        "老公又打我，把我锁在家里",
        "My boss did not pay us",
        "路灯坏了。另外，我妈低保没评上。",
    ]
    assert the_judge().judge_all([(text, Hints()) for text in texts]) == [judged(text) for text in texts]


def test_the_rulebook_alone_judges_where_no_model_was_built() -> None:
    alone = Judge(the_judge().rulebook)
    (matter,) = alone.judge("老公又打我，把我锁在家里", Hints()).matters
    assert [flag.value for flag in matter.flags] == ["domestic_violence"]
    assert alone.judge("啊啊啊啊", Hints()).matters[0].confidence == 0


def test_the_model_sees_a_danger_that_no_word_names() -> None:
    (matter,) = judged("奶奶九十岁，这两天不肯吃东西，绳子藏在被子里，讲活够了。").matters
    assert matter.look or matter.flags
    assert matter.colour is Colour.RED


def test_nothing_personal_in_a_repr() -> None:
    text = "我叫祝阿土，电话19900001234，老公又打我，把我锁在家里"
    reading = read(text, the_judge().rulebook)
    steps = (reading, Part(reading, reading.spans[0]), Topic("family", None, 0.5, ("category.words: 打我",)))
    shown = repr((judged(text, address="胜利路203弄"), *steps))
    assert not any(secret in shown for secret in ("祝阿土", "19900001234", "胜利路", "打我"))


def test_what_is_only_worth_a_look_changes_neither_kind_nor_colour(monkeypatch) -> None:
    watched = Ruling([Danger(Flag.LIFE_DANGER, 0.3, 0, ("model",))], (), True)
    monkeypatch.setattr(Judge, "_rulings", lambda _, parts, *__: [watched for _ in parts])
    (matter,) = load_judge().judge("隔壁翻建院墙占了我家四十公分地，跟他说他不认。", Hints()).matters
    assert (matter.look, matter.flags) == (True, ())
    assert (matter.kind, matter.colour) == (Kind.DISPUTE, Colour.YELLOW)
