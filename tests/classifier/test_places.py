import pytest

from tests.classifier.courts import one


@pytest.mark.parametrize(
    ("text", "town"),
    [
        ("诸暨市枫桥镇某村路灯坏了", "330681109"),
        ("马山街道的工地太吵", "330602014"),
        ("我在崧厦做伞面", "330604007"),
        ("漓渚老菜场门口", "330603111"),
        ("直埠老街窨井盖坏了", "330681106"),
        ("诸暨的入学政策", "330681"),
        ("柯桥的布行", "330603"),
        ("河边那条路没有灯", None),
        ("长乐未央，三江汇流，平水相逢", None),
        ("我们是枫源村的", "330681109"),
        ("国庆去外婆坑玩", "330624109"),
        ("隔壁东山村的路灯", None),  # two towns have one
        ("上虞东山村的路灯", "330604102"),
        ("枫桥镇的路，通到华堂村", "330681109"),  # the town said counts, not a village on the way
        ("三江那边的末班车", None),
        ("曹娥江堤上有人", None),
        ("坚持枫桥经验", None),
        ("枫桥镇和店口镇之间的班车", "330681"),
        ("枫桥镇到马山街道", None),
        ("我们枫桥有个阿哥，人在店口送货，叫到店口那边的调解室来", "330681104"),  # most often
        ("对方是一头牛。石璜。", "330683105"),
        ("明天上午十点都在。嵊州三江。", "330683002"),  # of two towns of one name the county's
        ("地点冢斜，院子的门朝东", "330603109"),
        ("华堂那边的老祠堂", "330683108"),
        ("绿化那边没人管", None),
        ("在轻纺城被人接走，他说不知道自己在哪里", None),
    ],
)
def test_only_what_the_text_says(text: str, town: str | None) -> None:
    assert one(text).town_code == town


def test_the_platform_s_town_counts_where_the_text_is_silent() -> None:
    assert one("路灯坏了", town_code="330681109").town_code == "330681109"
    assert one("马山街道路灯坏了", town_code="330681109").town_code == "330602014"
