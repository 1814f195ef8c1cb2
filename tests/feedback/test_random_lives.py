"""Any actions in any order: the case stays sound."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.events import CaseProgressed, Correction
from contracts.vocabulary import Action, Flag, Kind, Level, Outcome, State
from feedback.clocks import due_statement, expire_command
from feedback.life import RESTING, ReturnReason
from feedback.stage import FeedbackStage, load_feedback
from tests.feedback.house import HUB, House, force, matter, news, person

STAGE: FeedbackStage = load_feedback()
LEVELS = list(Level)


class Lives(RuleBasedStateMachine):
    """Two cases, of which the second may repeat the first, and everybody acting on them at random."""

    @initialize(kind=st.sampled_from(Kind), placed=st.booleans())
    def begin(self, kind: Kind, placed: bool) -> None:
        self.house = House(STAGE)
        self.cases = [matter("R1", kind=kind), matter("R2", kind=kind)]
        self.ended: dict[tuple[object, ...], str] = {}
        self.house.give(self.house.routed(self.cases[0], force() if placed else None))
        self.house.give(self.house.routed(self.cases[1], linked_to=self.cases[0].case_id))

    @rule(
        which=st.integers(0, 1),
        action=st.sampled_from(Action),
        force_id=st.sampled_from([None, "F1", "F2"]),
        reason=st.sampled_from(ReturnReason),
        outcome=st.sampled_from(Outcome),
        solved=st.booleans(),
    )
    def act(
        self, which: int, action: Action, force_id: str | None, reason: str, outcome: Outcome, solved: bool
    ) -> None:
        case = self.cases[which].case_id
        before = self.house.case(case)
        done = self.house.do(
            case,
            action,
            person(force_id),
            note="x",
            reason=reason,
            force_id="F2",
            outcome=outcome,
            solved=solved,
            satisfied=solved,
        )
        if done.refusal:
            assert self.house.case(case) == before
        else:
            assert self.house.case(case).version == before.version + 1

    @rule(which=st.integers(0, 1), level=st.sampled_from(LEVELS), force_id=st.sampled_from(["F1", "F2"]))
    def route(self, which: int, level: Level, force_id: str) -> None:
        """The router answers what was asked; what it was not asked is out of date."""
        self.house.wait(milliseconds=1)  # a clock is told from an earlier one by when it started
        now = self.house.progressed(self.cases[which].case_id)
        attempt = now.attempt + (now.reroute is not None)
        self.house.give(self.house.routed(now.matter, force(force_id, level), attempt=attempt))

    @rule(which=st.integers(0, 1), flags=st.sets(st.sampled_from(Flag), max_size=1))
    def supplement(self, which: int, flags: set[Flag]) -> None:
        self.house.do(self.cases[which].case_id, Action.SUPPLEMENT, HUB, flags=tuple(flags))

    @rule(which=st.integers(0, 1), kind=st.sampled_from(Kind), threat=st.sampled_from([None, True, False]))
    def correct(self, which: int, kind: Kind, threat: bool | None) -> None:
        self.house.wait(milliseconds=1)  # as above: another kind's promises begin with it
        flags = None if threat is None else (Flag.THREAT,) * threat
        said = Correction(kind=kind, flags=flags)
        self.house.do(self.cases[which].case_id, Action.SUPPLEMENT, note="x", correction=said)

    @rule(seconds=st.sampled_from([1, 40, 700, 90_000, 900_000]), twice=st.booleans())
    def time_goes_by(self, seconds: int, twice: bool) -> None:
        self.house.wait(seconds=seconds)
        due = [expire_command(row) for row in self.house.rows(due_statement(self.house.now, 50))]
        outcomes = self.house.give(*due, *(due if twice else ()))
        for late in outcomes[len(due) :]:
            assert not late.writes and not late.events

    @rule(which=st.integers(0, 1))
    def same_answer_is_told_once(self, which: int) -> None:
        outcome = self.house.do(self.cases[which].case_id, Action.NOTE, note="x")
        assert len(outcome.events) == 1 and len(news(outcome, CaseProgressed)) == 1

    @invariant()
    def timelines_have_no_gap_and_chain(self) -> None:
        for case in self.cases:
            line = self.house.timeline(case.case_id)
            assert [change["seq"] for change in line] == list(range(len(line)))
            assert [c["before"] for c in line[1:]] == [c["after"] for c in line[:-1]]
            assert line[-1]["seq"] == self.house.case(case.case_id).version

    @invariant()
    def a_clock_ends_once_and_rests_with_its_case(self) -> None:
        for case in self.cases:
            now = self.house.progressed(case.case_id)
            rows = self.house.all_clocks(case.case_id)
            running = {(row.kind, row.due_at) for row in rows if row.state == "running"}
            assert running == {(clock.kind.value, clock.due_at) for clock in now.clocks}
            assert len({kind for kind, _ in running}) == len(running)
            if now.state in RESTING - {State.FAILED}:
                assert not running
            for row in rows:
                key = (row.case_id, row.kind, row.due_at, row.started_at)
                if row.state != "running":
                    assert self.ended.setdefault(key, row.state) == row.state

    @invariant()
    def row_and_snapshot_agree(self) -> None:
        for case in self.cases:
            row, now = self.house.case(case.case_id), self.house.progressed(case.case_id)
            assert (row.state, row.version, row.linked_to) == (now.state, now.version, now.linked_to)
            assert (now.state is State.LINKED) == (now.linked_to is not None)
            assert now.lead is not None or now.state not in {State.HANDED_OFF, State.SIGNED, State.MEDIATING}
            assert (now.outcome is not None) == (now.state in {State.SETTLED, State.CLOSED})


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=25, stateful_step_count=25)
