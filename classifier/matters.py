"""From a complaint and its judgement to the matter that travels with a case."""

from collections.abc import Iterable
from typing import TypeVar

from classifier.judgement import Hints, JudgedMatter, Judgement
from contracts.events import ComplaintReceived, Fact, Found, Matter
from contracts.ids import case_id, case_number
from contracts.places import LOCAL, county_of, is_place

_Span = TypeVar("_Span", Found, Fact)


def hints_of(complaint: ComplaintReceived) -> Hints:
    """What the platform said beside the text; of a town we do not know its county counts."""
    posting = complaint.posting
    code = posting.town_code
    return Hints(
        platform=posting.platform,
        town_code=code if code and is_place(code) else county_of(code),
        address=posting.address,
        intent_hint=posting.intent_hint,
        non_police=posting.non_police,
        on=posting.occurred_at.astimezone(LOCAL).date(),
    )


def matter_of(
    complaint: ComplaintReceived, judgement: Judgement, ordinal: int, taxonomy: str, model: str | None
) -> Matter:
    """The contract's matter number `ordinal`, judged by the taxonomy and the model of these versions."""
    posting, judged = complaint.posting, judgement.matters[ordinal]
    case = case_id(complaint.complaint_id, ordinal)
    return Matter(
        case_id=case,
        number=case_number(case),
        complaint_id=complaint.complaint_id,
        platform=posting.platform,
        external_id=posting.external_id,
        ordinal=ordinal,
        of=len(judgement.matters),
        text=posting.text[judged.start : judged.end],
        start=judged.start,
        end=judged.end,
        found=_within(judgement.found, judged),
        facts=_within(judgement.facts, judged),
        intent=judged.intent,
        kind=judged.kind,
        category=judged.category,
        second_category=judged.second_category,
        taxonomy=taxonomy,
        model=model,
        confidence=judged.confidence,
        colour=judged.colour,
        flags=judged.flags,
        look=judged.look,
        why=judged.why,
        town_code=judged.town_code,
        address=judgement.address,
        respondent=judged.respondent,
        organisation=posting.organisation,
        language=judgement.language,
        headcount=judged.headcount,
        amount_yuan=judged.amount_yuan,
        reporter=posting.reporter,
        non_police=posting.non_police,
        occurred_at=posting.occurred_at,
        received_at=complaint.received_at,
    )


def _within(found: Iterable[_Span], matter: JudgedMatter) -> tuple[_Span, ...]:
    """What was found within the matter, from the matter's own beginning; a part of it where it sticks out."""
    return tuple(
        one.model_copy(
            update={
                "start": max(one.start, matter.start) - matter.start,
                "end": min(one.end, matter.end) - matter.start,
            }
        )
        for one in found
        if one.start < matter.end and one.end > matter.start
    )
