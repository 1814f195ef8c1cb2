import pytest

from classifier.alarm import Alarm, rule
from classifier.learning.corpora import wholes
from contracts.vocabulary import Colour, Flag, Kind
from tests.classifier.courts import judged, one, the_judge


def alarmed(text: str) -> set[Flag]:
    return {flag for matter in judged(text).matters for flag in matter.flags}


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("我老公喝醉了又打我，现在在砸房门，我和女儿躲在卫生间", Flag.DOMESTIC_VIOLENCE),
        ("补习班老师用尺子打小孩手心，孩子背上一道一道紫的", Flag.MINOR_HARMED),
        ("活着没意思，我站在楼顶，不想活了", Flag.SELF_HARM),
        ("一个人掉进粪坑里，喊他没反应，快来人", Flag.LIFE_DANGER),
        ("五十多个业主围在售楼部门口拉横幅讨说法", Flag.GROUP_EVENT),
        ("他拿着砍刀扬言要砍死我们", Flag.THREAT),
        ("我们二十六个人工资拖欠五个月没发", Flag.WAGES_GROUP),
        ("大坝边的石墩上压着一张纸条，写着别来找我，鞋子摆在旁边，人没看见", Flag.LIFE_DANGER),
        ("后山塌下来了，泥巴冲进灶间，奶奶还在屋里", Flag.LIFE_DANGER),
        ("老师用胶带粘小孩嘴，嘴边一圈红印", Flag.MINOR_HARMED),
        ("我老公又打我了，六岁的女儿吓得躲在桌子底下", Flag.MINOR_HARMED),
        ("my husband beats me every night, he hit me again", Flag.DOMESTIC_VIOLENCE),
    ],
)
def test_what_must_never_be_missed(text: str, flag: Flag) -> None:
    assert flag in alarmed(text)


@pytest.mark.parametrize(
    "text",
    [
        "商场跳楼价大甩卖，喇叭太响",
        "剪了个爆炸头，店家不肯退钱，气死我了",
        "老公没有打我，我们就是想好好离婚",
        "小区搞消防演练，浓烟弹味道大，建议提前通知",
        "晒谷场七八十个老人坐着看戏",
        "就我一个人的工资没发，其他人都拿到了",
        "楼上6户人家都知道，我的工资还没发",
    ],
)
def test_what_only_looks_so(text: str) -> None:
    assert alarmed(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "枫桥镇就是那个老样子，你们看着办吧。",
        "那个东西昨天不见了，今天又在。",
        "上次说的那件事怎么样了",
        "今天早上看见的，现在没了。",
        "测试",
    ],
)
def test_a_few_vague_words_are_never_certain(text: str) -> None:
    assert alarmed(text) == set()


def test_a_model_sure_of_a_few_words_without_any_sign_only_has_a_person_look() -> None:
    rulebook = the_judge().rulebook
    (part,), limits = wholes(["他说他明天再来"], rulebook), rulebook.dangers
    assert not part.dangers
    assert part.size < limits.brief
    ruling = rule(part, Alarm(1, {Flag.THREAT: 1}), limits)
    assert (ruling.flags, ruling.look) == ((), True)


@pytest.mark.parametrize(
    "text", ["山上的泥往下掉，要不要搬？", "后山的石头滚下来两块了，请问我们要不要搬出去？"]
)
def test_a_question_under_a_moving_slope_is_an_event_somebody_sees(text: str) -> None:
    matter = one(text)
    assert matter.kind is Kind.EVENT
    assert matter.look or Flag.LIFE_DANGER in matter.flags


def test_a_question_about_a_quiet_slope_stays_one() -> None:
    matter = one("咨询一下，屋后的山坡开出来种茶要办什么手续？")
    assert (matter.kind, matter.flags) == (Kind.CONSULTATION, ())


def test_a_flag_makes_the_case_red_and_says_why() -> None:
    matter = one("我老公又打我了，把我锁在家里不让出门")
    assert matter.colour is Colour.RED
    assert matter.kind in (Kind.EVENT, Kind.DISPUTE)
    assert any(why.startswith("home.") for why in matter.why)


def test_a_sentence_of_a_calm_message_takes_more_to_be_looked_at() -> None:
    rulebook = the_judge().rulebook
    (part,), limits = wholes(["村口路灯坏了三个月没人修"], rulebook), rulebook.dangers
    doubt = Alarm(limits.watch + 0.1, {Flag.LIFE_DANGER: limits.watch + 0.1}, message=limits.watch / 2)
    assert not rule(part, doubt, limits).look
    assert rule(part, doubt._replace(message=limits.watch), limits).look
    assert rule(part, Alarm(0.8, {Flag.LIFE_DANGER: 0.8}, message=0), limits).look


def test_a_flag_belongs_to_its_own_matter() -> None:
    text = "第一件，村口路灯坏了三个月没人修。第二件，他扬言要砍死我，手里拿着刀。"
    first, second = judged(text).matters
    assert (first.flags, second.flags) == ((), (Flag.THREAT,))
