"""A model in shadow says what it would have said, is counted, and changes nothing that leaves the stage."""

from dataclasses import replace
from functools import cache

from classifier.judge import Judge, Named
from classifier.learning.lessons import Lesson, of_corpus, teach
from classifier.linear.model import Model
from classifier.stage import ClassifyStage
from classifier.tables import ShadowCount
from contracts.stage import How, Outcome, Write
from tests.classifier.courts import the_judge
from tests.classifier.test_classify_stage import TWO, opened, received

LAMP = "枫桥镇村口路灯坏了，一到晚上漆黑一片。"
DOG = "隔壁养的狗每天半夜叫，吵得睡不着。"


@cache
def contrary() -> Model:
    """Has learnt nonsense."""
    rows = of_corpus()[:40:4]
    lessons = [Lesson(row.text, ("tax/invoice", "family/divorce")[n % 2]) for n, row in enumerate(rows)]
    return teach(lessons, the_judge().rulebook)


def shadowed() -> Judge:
    return replace(the_judge(), shadow=Named("20260301-0000", contrary()))


def counts(outcome: Outcome) -> list[Write]:
    return [write for write in outcome.writes if write.table is ShadowCount]


def test_events_and_rows_are_the_same_with_and_without_it() -> None:
    batch = [received(text, external_id=str(n)) for n, text in enumerate((LAMP, TWO, DOG, "hello"))]
    plain = ClassifyStage(the_judge()).decide({"complaints": []}, batch)
    beside = ClassifyStage(shadowed()).decide({"complaints": []}, batch)
    assert [outcome.events for outcome in beside] == [outcome.events for outcome in plain]
    without = [[w for w in outcome.writes if w.table is not ShadowCount] for outcome in beside]
    assert without == [list(outcome.writes) for outcome in plain]


def test_a_batch_is_counted_once_in_one_order_and_only_where_something_is_written() -> None:
    lamp, again = received(LAMP), received(LAMP)
    (first, second, third) = ClassifyStage(shadowed()).decide(
        {"complaints": []}, [lamp, again, received(DOG, external_id="2")]
    )
    assert not second.writes and not counts(third)
    values = [write.values for write in counts(first)]
    assert {write.how for write in counts(first)} == {How.ADD}
    assert sum(one["matters"] for one in values) == 2
    assert values == sorted(values, key=lambda one: (one["category"], one["would"]))
    assert {(one["version"], one["live"]) for one in values} == {("20260301-0000", the_judge().version)}
    assert {one["would"] for one in values} <= the_judge().rulebook.categories.keys()


def test_a_language_the_models_do_not_read_is_not_counted() -> None:
    (outcome,) = ClassifyStage(shadowed()).decide(
        {"complaints": []}, [received("my husband wants a divorce")]
    )
    assert not counts(outcome)


def test_a_matter_carries_the_version_that_judged_it() -> None:
    (outcome,) = ClassifyStage(the_judge()).decide({"complaints": []}, [received(LAMP)])
    version = opened(outcome.events)[0].matter.model
    assert version is not None and version.startswith("shipped-")
    alone = ClassifyStage(Judge(the_judge().rulebook))
    assert opened(alone.decide({"complaints": []}, [received(LAMP)])[0].events)[0].matter.model is None
