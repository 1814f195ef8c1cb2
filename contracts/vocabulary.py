"""The closed sets of the field, one type each.

The values are what travels in events, rows and APIs; Chinese and English names for people live in
the dashboard's catalogue. Which words exist is a decision of the field, so a new member is a change
every reader must hear of.
"""

from enum import StrEnum


class Word(StrEnum):
    """A member of a closed set."""

    @property  # Python's own is half as fast, and every word of every event is written by it
    def value(self) -> str:
        """What travels."""
        return self._value_


class Platform(Word):
    """Who sent it (来源平台)."""

    DISPUTE_CODE = "dispute_code"
    POLICE_110 = "police_110"
    HOTLINE_12345 = "hotline_12345"
    PEOPLES_APPEAL = "peoples_appeal"
    GRID = "grid"
    ENTERPRISE = "enterprise"


class Intent(Word):
    """What the citizen wants, in the hotline's own division (GB/T 33358-2016)."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAIN = "complain"
    REPORT = "report"
    SUGGEST = "suggest"
    THANK = "thank"
    OTHER = "other"


class Kind(Word):
    """What sort of matter it is; each kind keeps other clocks."""

    EVENT = "event"  # 事件: something is broken or happening
    DISPUTE = "dispute"  # 矛盾: two sides disagree
    CONSULTATION = "consultation"  # 咨询: a question
    ENTERPRISE_NEED = "enterprise_need"  # 涉企需求


class Colour(Word):
    """How bad it is (红橙黄蓝), red worst; NONE for what carries no risk at all."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"
    NONE = "none"


class Flag(Word):
    """What must never be missed, waits in no batch and is never merged away."""

    DOMESTIC_VIOLENCE = "domestic_violence"
    MINOR_HARMED = "minor_harmed"
    SELF_HARM = "self_harm"
    LIFE_DANGER = "life_danger"
    GROUP_EVENT = "group_event"
    THREAT = "threat"
    WAGES_GROUP = "wages_group"


# Police go first (国办发〔2022〕12号): danger to life, violence at home, harm to a child, an announced act.
POLICE_FIRST = frozenset(
    {Flag.DOMESTIC_VIOLENCE, Flag.MINOR_HARMED, Flag.SELF_HARM, Flag.LIFE_DANGER, Flag.THREAT}
)
# Outside the police and the county centre only the least is shown.
SENSITIVE = frozenset({Flag.DOMESTIC_VIOLENCE, Flag.MINOR_HARMED, Flag.SELF_HARM})


class Level(Word):
    """Which rung of the ladder has the case (村、镇、县); police act beside the ladder."""

    VILLAGE = "village"
    TOWN = "town"
    COUNTY = "county"


class Ground(Word):
    """What sort of place it is; a promise of arrival depends on it."""

    MARKET_TOWN = "market_town"  # 集镇
    RURAL = "rural"  # 农村


class State(Word):
    """Where a case stands in its life."""

    TRIAGE = "triage"  # 待分拨: nobody covers it yet, a person decides
    HANDED_OFF = "handed_off"  # 已交办
    SIGNED = "signed"  # 已签收
    DISPATCHED = "dispatched"  # 已派出
    ARRIVED = "arrived"  # 已到场
    MEDIATING = "mediating"  # 调解中
    AGREED = "agreed"  # 达成协议
    CONFIRMING = "confirming"  # 司法确认中
    SETTLED = "settled"  # 已化解
    FAILED = "failed"  # 调解不成
    CLOSED = "closed"  # 已办结
    LINKED = "linked"  # 已并案: lives with the case it repeats


class Action(Word):
    """What is done to a case; OPEN, ROUTE and EXPIRE only by the hub itself."""

    SIGN = "sign"
    DISPATCH = "dispatch"
    ARRIVE = "arrive"
    MEDIATE = "mediate"
    AGREE = "agree"
    REQUEST_CONFIRMATION = "request_confirmation"
    CONFIRM = "confirm"
    SETTLE = "settle"
    FAIL = "fail"
    RETURN = "return"
    TRANSFER = "transfer"
    ESCALATE = "escalate"
    CALL_BACK = "call_back"
    REOPEN = "reopen"
    CLOSE = "close"
    ASSIGN = "assign"
    UNLINK = "unlink"
    NOTE = "note"
    OPEN = "open"
    ROUTE = "route"
    SUPPLEMENT = "supplement"
    EXPIRE = "expire"


SYSTEM_ACTIONS = frozenset({Action.OPEN, Action.ROUTE, Action.EXPIRE})


class ActorKind(Word):
    """Who did it."""

    PERSON = "person"
    CLOCK = "clock"
    HUB = "hub"
    PLATFORM = "platform"


class ClockKind(Word):
    """A promise with a due time (时限); how long is data, not code."""

    SIGN = "sign"
    DISPATCH = "dispatch"
    ARRIVE = "arrive"
    SAME_DAY = "same_day"
    SETTLE = "settle"
    ANSWER = "answer"
    CONFIRMATION = "confirmation"


class Outcome(Word):
    """How a case ended."""

    SETTLED = "settled"
    RESOLVED = "resolved"
    ANSWERED = "answered"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    REFERRED = "referred"  # to court, arbitration or another body


class Answer(Word):
    """What a source platform is told about a case (回执)."""

    ACCEPTED = "accepted"  # in triage or on its way
    HANDED_OFF = "handed_off"
    IN_PROGRESS = "in_progress"
    SETTLED = "settled"
    CLOSED = "closed"
    REOPENED = "reopened"
