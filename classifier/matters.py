"""From a complaint and its judgement to the matter that travels with a case."""

from classifier.judgement import Hints, JudgedMatter, Judgement
from contracts.events import ComplaintReceived, Found, Matter
from contracts.ids import case_id, case_number
from contracts.places import county_of, is_place


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
        found=_found_in(judgement, judged),
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


def _found_in(judgement: Judgement, matter: JudgedMatter) -> tuple[Found, ...]:
    """What was found within the matter, from the matter's own beginning; a part of it where it sticks out."""
    return tuple(
        Found(
            kind=found.kind,
            start=max(found.start, matter.start) - matter.start,
            end=min(found.end, matter.end) - matter.start,
        )
        for found in judgement.found
        if found.start < matter.end and found.end > matter.start
    )
