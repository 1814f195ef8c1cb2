"""Who sees what of a case. What is planted must not come out without the grant."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.errors import Invalid
from contracts.events import CaseProgressed, Change, Found, Matter, Person, Running
from contracts.personal import PersonalKind
from contracts.vocabulary import SENSITIVE, Action, ClockKind, Colour, Flag, Kind, Platform, State
from feedback.life import Who
from feedback.streams import Filter, Grants, Scope, scope_of, visible
from feedback.tables import Subscription
from feedback.views import Role, Viewer, case_for, timeline_for, who
from tests.feedback.house import HUB, T0, force, matter

NAME, PHONE, ID_NUMBER = "裘阿根", "19900000009", "330699198001011234"
ADDRESS, RESPONDENT, SHOP = "东茗乡下岩村七组12号", "吕大田", "某某印染厂"
PLATE, STREET = "浙D90X01", "三弄八号"
NOTE, WHY = "当事人电话19900000010要求保密", "提到了浙D90X02"
TEXT = f"我是{NAME}，电话{PHONE}，{RESPONDENT}的车{PLATE}堵在{STREET}门口，{SHOP}不管"
FOUND_ONLY = (PLATE, STREET)
KINDS: dict[str, PersonalKind] = {
    NAME: "name",
    PHONE: "phone",
    ID_NUMBER: "id_number",
    ADDRESS: "address",
    RESPONDENT: "name",
    SHOP: "name",
}
IN_TEXT = (NAME, PHONE, RESPONDENT, SHOP, *FOUND_ONLY)


def planted(flags: tuple[Flag, ...] = (), state: State = State.MEDIATING, **more: Any) -> CaseProgressed:
    """A case with personal values everywhere; the finder saw only those that nobody else told us of."""
    spans = [(TEXT.index(value), value) for value in FOUND_ONLY]
    found = tuple(Found(kind="plate", start=at, end=at + len(value)) for at, value in spans)
    case: Matter = matter(
        text=TEXT,
        end=len(TEXT),
        found=found,
        why=(WHY,),
        address=ADDRESS,
        respondent=RESPONDENT,
        organisation=SHOP,
        flags=flags,
        reporter=Person(name=NAME, phone=PHONE, id_number=ID_NUMBER),
        **more,
    )
    change = Change(
        seq=3,
        action=Action.NOTE,
        actor=HUB,
        before=state,
        after=state,
        at=T0,
        note=NOTE,
        why=("raised|colour=red",),
        cause=case.case_id,
    )
    return CaseProgressed(
        matter=case,
        state=state,
        version=3,
        colour=Colour.RED,
        flags=flags,
        attempt=0,
        lead=force(),
        clocks=(Running(kind=ClockKind.SETTLE, due_at=T0),),
        change=change,
    )


def out(case: CaseProgressed, **grants: Any) -> str:
    shown = visible(case, Scope(grants=Grants(**grants)))
    return json.dumps(shown, ensure_ascii=False)


all_grants = st.builds(
    Grants,
    personal=st.dictionaries(st.sampled_from(get_args(PersonalKind)), st.sampled_from(["masked", "full"])),
    text=st.sampled_from(["none", "masked", "full"]),
    sensitive=st.booleans(),
)
all_filters = st.builds(
    Filter,
    counties=st.sampled_from([(), ("330681",)]),
    kinds=st.sampled_from([(), (Kind.DISPUTE,)]),
    categories=st.sampled_from([(), ("neighbour",)]),
    platforms=st.sampled_from([(), (Platform.HOTLINE_12345,)]),
)
all_flags = st.lists(st.sampled_from(Flag), unique=True, max_size=3).map(tuple)


@given(all_grants, all_filters, all_flags)
def test_nothing_planted_comes_out_without_the_grant(
    grants: Grants, wanted: Filter, flags: tuple[Flag, ...]
) -> None:
    shown = json.dumps(visible(planted(flags), Scope(filter=wanted, grants=grants)), ensure_ascii=False)
    closed = bool(SENSITIVE.intersection(flags)) and not grants.sensitive
    minor = Flag.MINOR_HARMED in flags
    text_shown = grants.text == "full" and not closed and not minor
    for value, kind in KINDS.items():
        granted = grants.personal.get(kind) == "full" and not closed
        if minor and value in (NAME, PHONE, ID_NUMBER):
            granted = False
        if not granted and not (text_shown and value in IN_TEXT):
            assert value not in shown
    for value in (*FOUND_ONLY, NOTE, WHY):
        assert (value in shown) is (text_shown and shown != "null")


def test_masks() -> None:
    grants = Grants(personal={"phone": "masked", "name": "masked"}, text="masked")
    shown = visible(planted(), Scope(grants=grants))
    assert shown is not None
    assert shown["matter"]["reporter"] == {"name": "裘**", "phone": "199****0009"}
    assert shown["matter"]["text"] == "我是***，电话***，***的车***堵在***门口，***不管"
    assert shown["change"]["why"] == ["raised|colour=red"] and "note" not in shown["change"]
    assert shown["county_code"] == "330681" and shown["clocks"][0]["kind"] == "settle"


@pytest.mark.parametrize("span", [(-5, 3), (0, 10**6), (5, 2), (3, 3)])
def test_a_span_that_does_not_fit_breaks_nothing(span: tuple[int, int]) -> None:
    case = planted()
    odd = case.matter.model_copy(update={"found": (Found(kind="name", start=span[0], end=span[1]),)})
    shown = visible(case.model_copy(update={"matter": odd}), Scope(grants=Grants(text="masked")))
    assert shown is not None and NAME not in shown["matter"]["text"]


def test_of_a_sensitive_case_only_the_least_is_shown() -> None:
    shown = visible(planted((Flag.SELF_HARM,)), Scope(grants=Grants(text="full")))
    assert shown is not None
    assert set(shown) == {"sensitive", "county_code", "state", "matter", "change"}
    assert set(shown["matter"]) == {"number", "received_at"} and set(shown["change"]) == {"at"}


content_filters = st.sampled_from(
    [
        Filter(categories=("neighbour",)),
        Filter(kinds=(Kind.DISPUTE,)),
        Filter(colours=(Colour.RED,)),
        Filter(platforms=(Platform.HOTLINE_12345,)),
        Filter(towns=("330681109",)),
    ]
)


@given(content_filters, st.sampled_from(sorted(SENSITIVE)))
def test_asking_is_no_way_of_knowing(wanted: Filter, flag: Flag) -> None:
    """A filter on what is hidden finds nothing, whether or not it is so."""
    other = planted((flag,), kind=Kind.EVENT, category="x", platform=Platform.GRID, town_code="330681108")
    scope = Scope(filter=wanted)
    assert visible(planted((flag,)), scope) is visible(other, scope) is None


def test_filters() -> None:
    def passes(**wanted: Any) -> bool:
        return visible(planted(), Scope(filter=Filter(**wanted))) is not None

    assert passes() and passes(counties=("330681",)) and not passes(counties=("330602",))
    assert passes(categories=("neighbour",)) and passes(categories=("neighbour/boundary",))
    assert not passes(categories=("neigh",))
    assert passes(states=("mediating",)) and not passes(states=("closed",))
    assert passes(towns=("330681109",)) and not passes(colours=("blue",))


def subscription(**changes: Any) -> Subscription:
    values: dict[str, Any] = {"filter": {}, "grants": {}, "agency": "a", "name": "n", "purpose": "p"}
    return Subscription(**(values | changes))


def test_a_subscription_nobody_understands_shows_nothing() -> None:
    assert scope_of(subscription()) == Scope()
    grants = ({"text": "all"}, {"personal": {"x": "full"}}, {"everything": True})
    broken: list[dict[str, Any]] = [{"filter": {"countys": []}}, *({"grants": one} for one in grants)]
    for changes in broken:
        with pytest.raises(Invalid) as error:
            scope_of(subscription(**changes))
        assert error.value.faults


# People in the house


def seen(viewer: Viewer, flags: tuple[Flag, ...] = ()) -> dict[str, Any] | None:
    return case_for(planted(flags).model_dump(mode="json"), viewer)


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (Viewer(Role.POLICE), True),
        (Viewer(Role.COUNTY_CENTRE, "330681"), True),
        (Viewer(Role.COUNTY_CENTRE, "330602"), False),
        (Viewer(Role.TOWN_CENTRE, "330681109"), True),
        (Viewer(Role.TOWN_CENTRE, "330681108"), False),
        (Viewer(Role.FORCE, force_id="F1"), True),
        (Viewer(Role.FORCE, force_id="F2"), False),
        (Viewer(Role.FORCE), False),
        (Viewer(Role.PLATFORM, platform=Platform.HOTLINE_12345), True),
        (Viewer(Role.PLATFORM, platform=Platform.GRID), False),
        (Viewer(Role.PLATFORM), False),
        (Viewer(Role.AUDITOR), True),
    ],
)
def test_whose_business_a_case_is(viewer: Viewer, sees: bool) -> None:
    assert (seen(viewer) is not None) is sees
    changes = [planted().change.model_dump(mode="json")]
    assert bool(timeline_for(planted().model_dump(mode="json"), changes, viewer)) is sees


def test_the_least_that_the_work_needs() -> None:
    everything = {*KINDS, *FOUND_ONLY, NOTE, WHY}

    def reads(viewer: Viewer) -> set[str]:
        shown = json.dumps(seen(viewer), ensure_ascii=False)
        return {value for value in everything if value in shown}

    assert reads(Viewer(Role.COUNTY_CENTRE)) == everything
    assert reads(Viewer(Role.FORCE, force_id="F1")) == everything - {ID_NUMBER}
    assert reads(Viewer(Role.AUDITOR)) == set()
    assert reads(Viewer(Role.PLATFORM, platform=Platform.HOTLINE_12345)) == set()


@pytest.mark.parametrize("role", list(Role))
def test_sensitive_cases_are_for_the_police_and_the_county(role: Role) -> None:
    viewer = Viewer(role, force_id="F1", platform=Platform.HOTLINE_12345)
    shown = seen(viewer, (Flag.DOMESTIC_VIOLENCE,))
    assert shown is not None
    assert ("text" in shown["matter"]) is (role in {Role.POLICE, Role.COUNTY_CENTRE})
    snapshot = planted((Flag.DOMESTIC_VIOLENCE,)).model_dump(mode="json")
    entries = timeline_for(snapshot, [planted().change.model_dump(mode="json")], viewer)
    assert bool(entries) is (role in {Role.POLICE, Role.COUNTY_CENTRE})


def test_in_what_capacity() -> None:
    case = planted()
    assert who(case, Viewer(Role.TOWN_CENTRE, "330681109")) == {Who.TOWN}
    assert who(case, Viewer(Role.TOWN_CENTRE, "330681108")) == frozenset()
    assert who(case, Viewer(Role.FORCE, force_id="F1")) == {Who.HOLDER}
    assert who(case, Viewer(Role.POLICE, "330681", "F1")) == {Who.POLICE, Who.HOLDER}
    assert who(case, Viewer(Role.AUDITOR)) == frozenset()


@pytest.mark.parametrize("flag", sorted(SENSITIVE))
def test_whoever_is_shown_the_least_does_nothing_to_a_case(flag: Flag) -> None:
    case = planted((flag,))
    for role in Role:
        viewer = Viewer(role, platform=Platform.HOTLINE_12345)
        assert bool(who(case, viewer)) is (role in {Role.POLICE, Role.COUNTY_CENTRE})
    # The force that has it was told of it when it was handed over.
    assert who(case, Viewer(Role.FORCE, force_id="F1")) == {Who.HOLDER}
