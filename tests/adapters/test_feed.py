"""The demo feed: invented, varied, the same for the same seed."""

import re
from datetime import UTC, datetime

import pytest

from adapters import registry
from adapters.feed import Feed, scenes
from adapters.mapping import translate
from adapters.telling import Telling
from contracts.errors import Invalid
from contracts.events import ComplaintReceived
from contracts.places import COUNTIES, county_of, towns
from contracts.vocabulary import Intent, Platform
from intake.admit import Sender, admit
from intake.lenient import admit_pulled

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
BLANK = "\u200b"
PLATFORMS = registry.names()


def hear(feed: Feed, turns: int) -> list[tuple[str, Telling]]:
    return [(name, feed.next(name, NOW)) for _ in range(turns) for name in PLATFORMS]


def test_scenes_are_of_our_places_and_words() -> None:
    told = scenes()
    assert len(told) >= 80
    assert {town for scene in told for town in scene.towns} <= set(towns())
    assert {county_of(town) for scene in told for town in scene.towns} == set(COUNTIES)
    assert {name for scene in told for name in scene.tellings} == set(PLATFORMS)
    assert {scene.intent for scene in told} <= set(Intent)
    assert sum(len(scene.tellings) > 1 for scene in told) >= 8


def test_a_feed_is_the_same_for_the_same_seed() -> None:
    assert hear(Feed(3), 40) == hear(Feed(3), 40)
    assert hear(Feed(3), 40) != hear(Feed(4), 40)


def test_a_feed_invents_people_and_fills_every_slot() -> None:
    for _, telling in hear(Feed(1), 200):
        assert re.fullmatch(r"1990000\d{4}", telling.phone)
        assert telling.name
        assert not re.search(r"[{}|]", telling.text)


@pytest.mark.parametrize("name", PLATFORMS)
def test_what_a_feed_tells_may_come_in(name: str) -> None:
    feed, simulator, manifest = Feed(2), registry.simulator(name), registry.manifest(name)
    tellings = [feed.next(name, NOW) for _ in range(100)]
    for number, telling in enumerate(one for one in tellings if one.text != BLANK):
        _, data = simulator.item(telling, number)
        item = translate(data, manifest)
        assert item.posting is not None
        complaint = admit(item.posting, Sender(Platform(name)), NOW).data
        assert isinstance(complaint, ComplaintReceived)
        assert complaint.posting.reporter.phone
        assert complaint.posting.town_code
        assert complaint.posting.intent_hint


def test_one_order_of_a_run_was_saved_without_a_word_and_cannot_come_in() -> None:
    [empty] = [one for name, one in hear(Feed(1), 200) if one.text == BLANK]
    _, data = registry.simulator("hotline_12345").item(empty, 1)
    posting = translate(data, registry.manifest("hotline_12345")).posting
    assert posting is not None
    with pytest.raises(Invalid):
        admit_pulled(posting, Sender(Platform.HOTLINE_12345), NOW)


def test_who_is_beaten_calls_again_and_many_miss_the_water() -> None:
    heard = [one for _, one in hear(Feed(1), 60)]
    [again] = [one for one in heard if "民警走后" in one.text][:1]
    assert [one.phone for one in heard if "又打她" in one.text][:1] == [again.phone]
    assert len({one.phone for one in heard if "停水" in one.text}) >= 5


def test_two_platforms_tell_of_one_happening() -> None:
    heard: dict[str, list[tuple[str, Telling]]] = {}
    for name, telling in hear(Feed(1), 100):
        heard.setdefault(telling.phone + telling.town_code + telling.name, []).append((name, telling))
    twins = [pair for pair in heard.values() if len({name for name, _ in pair}) == 2]
    assert len(twins) >= 10
    assert all(len({telling.text for _, telling in pair}) > 1 for pair in twins)
