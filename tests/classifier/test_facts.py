"""What a text says besides what it is about, and where it says so."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.facts.dates import dates
from classifier.facts.durations import durations
from classifier.facts.firms import firms, respondent
from classifier.facts.sums import largest, sums
from classifier.facts.told import facts_in
from classifier.judgement import Hints
from classifier.rulebook.text import normalise
from tests.classifier.courts import the_judge

_ON = date(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("合计约58万元", 580_000),
        ("deposit of 86,000 yuan", 86_000),
        ("定金两万，退一千二百块钱", 20_000),
        ("￥399", 399),
        ("九千六百元", 9600),
        ("一共欠我们四十来万", 400_000),
        ("借了一万二没还", 12_000),
        ("借了3万5", 35_000),
        ("转了3w过去", 30_000),
        ("三百六十八块五毛", 368),
        ("1.2亿元", 120_000_000),
        ("两万多", 20_000),
        ("万把块钱", 10_000),
        ("没有钱", None),
        ("一块去找老板", None),
        ("门前三块地", None),
        ("用电10kw", None),
        ("三万户居民，一万个理由", None),
    ],
)
def test_the_largest_sum(text: str, yuan: int | None) -> None:
    assert largest(sums(text)) == yuan


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024年3月15日签的", "2024-03-15"),
        ("2025.1.8还没给", "2025-01-08"),
        ("2024/3/15", "2024-03-15"),
        ("二〇二四年三月十五日", "2024-03-15"),
        ("24年5月3日", "2024-05-03"),
        ("2024年买的", "2024"),
        ("上个月15号", "2026-10-15"),
        ("上上个月", "2026-09"),
        ("去年8月20号", "2025-08-20"),
        ("去年腊月", None),  # of the old calendar
        ("12月3日下午", "2025-12-03"),  # the latest that has been
        ("三月底", "2026-03"),
        ("上周三", "2026-11-18"),
        ("上个星期天", "2026-11-22"),
        ("昨晚", "2026-11-23"),
        ("2024年2月30日", None),
    ],
)
def test_when(text: str, value: str | None) -> None:
    (fact,) = dates(text, _ON)
    assert fact.value == value


def test_the_year_goes_on_from_the_last_one() -> None:
    assert [fact.value for fact in dates("2023年11月签约，12月付了一半，2月停工", _ON)] == [
        "2023-11",
        "2023-12",
        "2024-02",
    ]


def test_nobody_knows_the_year() -> None:
    (fact,) = dates("12月3日下午", None)
    assert fact.value == "--12-03"


@pytest.mark.parametrize("text", ["住在五月路", "第3月", "三个月", "3月租金", "版本2.3.4567"])
def test_no_date(text: str) -> None:
    assert list(dates(text, _ON)) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("三个多月没发", "P3M"),
        ("拖了大半年", "P6M"),
        ("一年半了", "P1Y6M"),
        ("两个半月", "P2M15D"),
        ("半个月", "P15D"),
        ("一个半小时", "PT1H30M"),
        ("十几年", "P11Y"),
        ("20多天", "P20D"),
        ("1.5年", "P1.5Y"),
        ("两个星期", "P2W"),
    ],
)
def test_how_long(text: str, value: str) -> None:
    (fact,) = durations(text, _ON)
    assert (fact.kind, fact.value) == ("duration", value)


@pytest.mark.parametrize(
    ("text", "value"),
    [("三年前", "2023"), ("三个月前", "2026-08"), ("两周前", "2026-11-10"), ("半年前", "2026-05")],
)
def test_how_long_ago_is_a_date(text: str, value: str) -> None:
    (fact,) = durations(text, _ON)
    assert (fact.kind, fact.value) == ("date", value)


@pytest.mark.parametrize("text", ["三年级", "有一年", "一天到晚", "第三天", "星期三", "24年3月", "三周岁"])
def test_no_time_that_passed(text: str) -> None:
    assert list(durations(text, _ON)) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我在绍兴蓝布有限公司做工", ["绍兴蓝布有限公司"]),
        ("云栖苑的物业把门锁了", ["云栖苑物业"]),
        ("举报某连锁生鲜超市卖过期的奶", ["连锁生鲜超市"]),
        ("物业公司不管，公司说等", []),
        ("厂里欠薪，厂房漏水", []),
    ],
)
def test_firms(text: str, names: list[str]) -> None:
    assert [fact.value for fact in firms(text) if fact.kind == "firm"] == names


def test_the_respondent_is_who_is_accused() -> None:
    text = "我在骨科诊所看过，现投诉蓝布家具厂欠薪"
    assert respondent(text, list(firms(text))) == "蓝布家具厂"


def test_a_judgement_has_them_where_they_stand() -> None:
    text = "我在齐贤街道蓝布印染有限公司做工，上个月15号起停工，欠我们二十几个人三个多月工资四十来万。"
    judgement = the_judge().judge(text, Hints(on=_ON))
    said = {(fact.kind, text[fact.start : fact.end], fact.value) for fact in judgement.facts}
    assert said == {
        ("place", "齐贤街道", "330603005"),
        ("firm", "蓝布印染有限公司", "蓝布印染有限公司"),
        ("date", "上个月15号", "2026-10-15"),
        ("people", "二十几", "22"),
        ("duration", "三个多月", "P3M"),
        ("amount", "四十来万", "400000"),
    }


@given(
    st.text(
        alphabet="0123456789一二两十百千万亿元块年月日天个半多来上去前昨公司物业的小区.,-/第 \n", max_size=60
    )
)
def test_whatever_is_written_facts_lie_inside(text: str) -> None:
    for fact in facts_in(normalise(text), [], [], _ON):
        assert 0 <= fact.start < fact.end <= len(text)


@pytest.mark.parametrize("part", ["1", "一", "万", "1,", "1.", "公司", "的物业", "上上个", "半", "（"])
def test_a_hundred_thousand_characters(part: str) -> None:
    assert len(facts_in(part * (100_000 // len(part)), [], [], _ON)) < 100_000
