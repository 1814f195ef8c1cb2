"""The clocks of a matter, named as the labelled texts name them."""

from functools import cache

from contracts.events import Matter
from contracts.vocabulary import ClockKind, Ground, Kind
from feedback.book import load_book

_ANSWERS = {
    Kind.CONSULTATION: "咨询2-3工作日(可配置)",
    Kind.ENTERPRISE_NEED: "部门承诺时限(可配置)",
    Kind.EVENT: "投诉5-13工作日(可配置)",
    Kind.DISPUTE: "投诉5-13工作日(可配置)",
}
_NAMES = {
    ClockKind.ARRIVE: ("到场5min(集镇)", "到场10min(农村)"),
    ClockKind.SAME_DAY: ("事件当日办结(不过夜)",),
    ClockKind.SETTLE: ("矛盾化解不隔周(7日)", "人民调解一般1个月"),  # a week keeps the month, too
}
_the_book = cache(load_book)


def promised(matter: Matter) -> set[str]:
    """Those that start when it is routed; the two times of arrival count as one, for labels name both."""
    starts = ("opening", "hand_off")
    every = _the_book().promises
    made = [p for start in starts for p in every.starting(start, matter, matter.colour, Ground.RURAL)]
    answers = {_ANSWERS[matter.kind] for promise in made if promise.clock is ClockKind.ANSWER}
    return answers | {name for promise in made for name in _NAMES.get(promise.clock, ())}
