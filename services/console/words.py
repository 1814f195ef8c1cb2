"""English names of the closed sets; `dashboard/locale/zh.po` has the Chinese ones, by context and name."""

from collections.abc import Mapping
from enum import StrEnum

from contracts.vocabulary import (
    Action,
    ActorKind,
    Answer,
    ClockKind,
    Colour,
    Flag,
    Intent,
    Kind,
    Level,
    Outcome,
    Platform,
    State,
)
from services.http.scopes import Scope


class Role(StrEnum):
    """What a post is for, and so what it may see."""

    POLICE = "police"
    COUNTY_CENTRE = "county_centre"
    TOWN_CENTRE = "town_centre"
    FORCE = "force"
    AUDITOR = "auditor"
    ENGINEER = "engineer"


class Deed(StrEnum):
    """What is written into the audit trail."""

    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    VIEW_SENSITIVE = "view_sensitive"
    REVEAL = "reveal"
    ACT = "act"
    PEEK = "peek"
    OPEN_LETTER = "open_letter"
    REDRIVE = "redrive"
    DROP = "drop"
    CORRECT = "correct"
    UNLINK = "unlink"
    MODEL_TRAIN = "model_train"
    MODEL_SHADOW = "model_shadow"
    MODEL_LIVE = "model_live"
    POST_OPEN = "post_open"
    POST_CHANGE = "post_change"
    POST_PASSWORD = "post_password"  # noqa: S105  (a deed, not a password)
    POST_CLOSE = "post_close"
    KEY_ISSUE = "key_issue"
    KEY_REVOKE = "key_revoke"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class Way(StrEnum):
    """Where somebody came in who has no post at the console; stands in the trail in its place."""

    API = "API"
    COMMAND_LINE = "command_line"


class Aspect(StrEnum):
    """What of a judgement was corrected: the fields of a `Correction`."""

    CATEGORY = "category"
    KIND = "kind"
    FLAGS = "flags"
    TOWN_CODE = "town_code"


class Purpose(StrEnum):
    """Why somebody looks at what is covered."""

    CONTACT = "contact"
    ON_SCENE = "on_scene"
    VERIFY = "verify"
    SUPERVISE = "supervise"


NAMES: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Platform: {
        Platform.DISPUTE_CODE: "Dispute code",
        Platform.POLICE_110: "110 police line",
        Platform.HOTLINE_12345: "12345 hotline",
        Platform.PEOPLES_APPEAL: "People's appeal",
        Platform.GRID: "Grid worker",
        Platform.ENTERPRISE: "Enterprise",
    },
    Intent: {
        Intent.CONSULT: "Question",
        Intent.HELP: "Call for help",
        Intent.COMPLAIN: "Complaint",
        Intent.REPORT: "Tip-off",
        Intent.SUGGEST: "Suggestion",
        Intent.THANK: "Thanks",
        Intent.OTHER: "Other",
    },
    Kind: {
        Kind.EVENT: "Event",
        Kind.DISPUTE: "Dispute",
        Kind.CONSULTATION: "Question",
        Kind.ENTERPRISE_NEED: "Enterprise need",
    },
    Colour: {
        Colour.RED: "Red",
        Colour.ORANGE: "Orange",
        Colour.YELLOW: "Yellow",
        Colour.BLUE: "Blue",
        Colour.NONE: "No risk",
    },
    Flag: {
        Flag.DOMESTIC_VIOLENCE: "Domestic violence",
        Flag.MINOR_HARMED: "Minor harmed",
        Flag.SELF_HARM: "Self-harm",
        Flag.LIFE_DANGER: "Danger to life",
        Flag.GROUP_EVENT: "Crowd",
        Flag.THREAT: "Threat",
        Flag.WAGES_GROUP: "Unpaid wages, several workers",
    },
    Level: {Level.VILLAGE: "Village", Level.TOWN: "Town", Level.COUNTY: "County"},
    State: {
        State.TRIAGE: "In triage",
        State.HANDED_OFF: "Handed off",
        State.SIGNED: "Signed for",
        State.DISPATCHED: "Dispatched",
        State.ARRIVED: "On site",
        State.MEDIATING: "In mediation",
        State.AGREED: "Agreement reached",
        State.CONFIRMING: "Awaiting court confirmation",
        State.SETTLED: "Settled",
        State.FAILED: "Mediation failed",
        State.CLOSED: "Closed",
        State.LINKED: "Linked",
    },
    Action: {
        Action.SIGN: "Sign for it",
        Action.DISPATCH: "Dispatch",
        Action.ARRIVE: "Arrive on site",
        Action.MEDIATE: "Start mediation",
        Action.AGREE: "Record an agreement",
        Action.REQUEST_CONFIRMATION: "Apply for court confirmation",
        Action.CONFIRM: "Record the confirmation",
        Action.SETTLE: "Mark as settled",
        Action.FAIL: "Mediation failed",
        Action.RETURN: "Return",
        Action.TRANSFER: "Transfer",
        Action.ESCALATE: "Escalate",
        Action.CALL_BACK: "Call back",
        Action.REOPEN: "Reopen",
        Action.CLOSE: "Close",
        Action.ASSIGN: "Assign",
        Action.UNLINK: "Unlink",
        Action.NOTE: "Add a note",
        Action.OPEN: "Case opened",
        Action.ROUTE: "Routed",
        Action.SUPPLEMENT: "Supplement or correct",
        Action.EXPIRE: "Time limit missed",
    },
    ActorKind: {
        ActorKind.PERSON: "Person",
        ActorKind.CLOCK: "Clock",
        ActorKind.HUB: "Hub",
        ActorKind.PLATFORM: "Source platform",
    },
    ClockKind: {
        ClockKind.SIGN: "Sign",
        ClockKind.DISPATCH: "Dispatch",
        ClockKind.ARRIVE: "Arrive",
        ClockKind.SAME_DAY: "Same day",
        ClockKind.SETTLE: "Settle",
        ClockKind.ANSWER: "Answer",
        ClockKind.CONFIRMATION: "Confirmation",
    },
    Outcome: {
        Outcome.SETTLED: "Settled",
        Outcome.RESOLVED: "Resolved",
        Outcome.ANSWERED: "Answered",
        Outcome.FAILED: "Not settled",
        Outcome.WITHDRAWN: "Withdrawn",
        Outcome.REFERRED: "Referred to another body",
    },
    Answer: {
        Answer.ACCEPTED: "Accepted",
        Answer.HANDED_OFF: "Handed off",
        Answer.IN_PROGRESS: "In progress",
        Answer.SETTLED: "Settled",
        Answer.CLOSED: "Closed",
        Answer.REOPENED: "Reopened",
    },
    Role: {
        Role.POLICE: "Police",
        Role.COUNTY_CENTRE: "County centre",
        Role.TOWN_CENTRE: "Town centre",
        Role.FORCE: "Force",
        Role.AUDITOR: "Auditor",
        Role.ENGINEER: "Engineer",
    },
    Deed: {
        Deed.SIGN_IN: "Signed in",
        Deed.SIGN_IN_REFUSED: "Sign-in refused",
        Deed.VIEW_SENSITIVE: "Opened a sensitive case",
        Deed.REVEAL: "Uncovered the reporter",
        Deed.ACT: "Acted on a sensitive case",
        Deed.PEEK: "Looked at messages",
        Deed.OPEN_LETTER: "Opened a dead letter",
        Deed.REDRIVE: "Sent a dead letter again",
        Deed.DROP: "Dropped a dead letter",
        Deed.CORRECT: "Corrected a judgement",
        Deed.UNLINK: "Unlinked a report",
        Deed.MODEL_TRAIN: "Trained a model",
        Deed.MODEL_SHADOW: "Had a model judge along",
        Deed.MODEL_LIVE: "Put a model into service",
        Deed.POST_OPEN: "Opened a post",
        Deed.POST_CHANGE: "Changed a post",
        Deed.POST_PASSWORD: "Set a post's password anew",
        Deed.POST_CLOSE: "Closed a post",
        Deed.KEY_ISSUE: "Issued a key",
        Deed.KEY_REVOKE: "Revoked a key",
        Deed.SUBSCRIBE: "Subscribed to a case stream",
        Deed.UNSUBSCRIBE: "Ended a case stream",
    },
    Way: {Way.API: "Program with a key", Way.COMMAND_LINE: "Command line"},
    Scope: {
        Scope.COMPLAINTS_WRITE: "post complaints",
        Scope.COMPLAINTS_READ: "follow own complaints",
        Scope.CASES_READ: "read cases",
        Scope.CASES_ACT: "act on cases",
        Scope.STREAMS_READ: "read streams",
        Scope.STREAMS_WRITE: "subscribe to streams",
        Scope.OPS_READ: "watch the hub",
        Scope.OPS_WRITE: "mend the hub",
    },
    Aspect: {
        Aspect.CATEGORY: "Category",
        Aspect.KIND: "Kind",
        Aspect.FLAGS: "Dangers",
        Aspect.TOWN_CODE: "Place",
    },
    Purpose: {
        Purpose.CONTACT: "To contact the reporter",
        Purpose.ON_SCENE: "To find the people on site",
        Purpose.VERIFY: "To check who reported",
        Purpose.SUPERVISE: "To supervise the handling",
    },
}
CONTEXTS = {cls.__name__.lower(): cls for cls in NAMES}
