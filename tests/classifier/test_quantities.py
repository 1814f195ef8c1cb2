import pytest

from classifier.rulebook.quantities import headcount, number, people


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("26", 26),
        ("十七", 17),
        ("两百八十", 280),
        ("一百二十", 120),
        ("七八十", 70),
        ("十几", 11),
        ("几十", 20),
        ("三万七", 37_000),
        ("一百二", 120),
        ("一千零五", 1005),
        ("十", 10),
        ("", 0),
    ],
)
def test_numbers_as_people_say_them(text: str, value: int) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("我和同事一共26个人", 26),
        ("来了七八十个老人", 70),
        ("手下十二个兄弟", 12),
        ("三十一个人，都没走", 31),
        ("四十来个坐在门口", 40),
        ("一百多户村民", 100),
        ("我们楼6户人家", None),
        ("6户人家一共二十三个人", 23),
        ("3栋103麻将馆", None),
        ("我一个人", None),
        ("三个月", None),
    ],
)
def test_heads(text: str, heads: int | None) -> None:
    assert headcount(people(text)) == heads
