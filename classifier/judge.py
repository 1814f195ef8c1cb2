"""The judge: text in, judgement out. Pure, and never raises for any string."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.cues import Hit
from classifier.dangers import Danger, find_dangers
from classifier.extract import find_personal, respondent
from classifier.judgement import Hints, JudgedMatter, Judgement
from classifier.language import detect
from classifier.quantities import amount_yuan, headcount
from classifier.rulebook import load_rulebook
from classifier.rules import Rulebook
from classifier.split import Hits, Span, split
from classifier.text import normalise
from classifier.topics import Topic, intent, topic
from contracts.vocabulary import POLICE_FIRST, Colour, Intent, Kind, Platform

_KIND_COLOURS = {Kind.DISPUTE: Colour.YELLOW, Kind.CONSULTATION: Colour.NONE}
_WORST_FIRST = tuple(Colour)


@dataclass(frozen=True, slots=True)
class Judge:
    """Applies a rulebook."""

    rulebook: Rulebook

    def judge(self, text: str, hints: Hints) -> Judgement:
        """The matters of `text`, at least one. The same text and hints give the same judgement."""
        plain = normalise(text)
        language = detect(text)
        hits = _sighted(self.rulebook.scanner.scan(plain))
        placed = Hits(hits)
        spans = split(plain, placed, self.rulebook.splitting)
        dangers = find_dangers(plain, hits, self.rulebook.dangers)
        town = self.rulebook.gazetteer.find(plain)
        found = find_personal(text, plain, language)
        matters = tuple(self._matter(plain, span, placed, dangers, hints, town) for span in spans)
        address = next((text[f.start : f.end] for f in found if f.kind == "address_detail"), hints.address)
        return Judgement(matters, found, language, self.rulebook.gazetteer.ground(plain), address)

    def _matter(
        self, text: str, span: Span, placed: Hits, dangers: Sequence[Danger], hints: Hints, town: str | None
    ) -> JudgedMatter:
        hits, own = placed.within(*span), text[span.start : span.end]
        about = topic(hits)
        wish = hints.intent_hint or intent(hits, own, self.rulebook)
        mine = [danger for danger in dangers if span.start <= danger.at < span.end]
        certain = [danger for danger in mine if danger.score >= self.rulebook.dangers.certain]
        kind = self._kind(about, wish, hints.platform, mine)
        return JudgedMatter(
            start=span.start,
            end=span.end,
            intent=wish,
            kind=kind,
            category=about.category,
            second_category=about.second,
            confidence=about.confidence,
            colour=self._colour(kind, mine),
            town_code=self.rulebook.gazetteer.find(own) or town or hints.town_code,
            flags=tuple(danger.flag for danger in certain),
            look=len(mine) > len(certain),
            why=tuple(why for danger in mine for why in danger.why),
            headcount=headcount(own),
            amount_yuan=amount_yuan(own),
            respondent=respondent(own),
        )

    def _kind(self, about: Topic, wish: Intent, platform: Platform | None, dangers: Sequence[Danger]) -> Kind:
        usual = self.rulebook.categories[about.category].kind
        if any(danger.flag in POLICE_FIRST for danger in dangers):
            return Kind.EVENT
        if platform is Platform.ENTERPRISE and usual is not Kind.DISPUTE:
            return Kind.ENTERPRISE_NEED
        if wish is Intent.CONSULT and not dangers:
            return Kind.CONSULTATION
        return Kind.EVENT if usual is Kind.CONSULTATION else usual

    def _colour(self, kind: Kind, dangers: Sequence[Danger]) -> Colour:
        colours = [self.rulebook.dangers.colours[danger.flag] for danger in dangers]
        return min([*colours, _KIND_COLOURS.get(kind, Colour.BLUE)], key=_WORST_FIRST.index)


def _sighted(hits: list[Hit]) -> list[Hit]:
    """Without the danger cues that begin inside a word that only looks dangerous."""
    blind = [False] * (max((hit.end for hit in hits), default=0) + 1)
    for hit in hits:
        if hit.cue.table == "blind":
            blind[hit.start : hit.end] = [True] * (hit.end - hit.start)
    return [hit for hit in hits if hit.cue.table != "danger" or not blind[hit.start]]


def load_judge(folder: Path | None = None) -> Judge:
    """A judge with the hub's rulebook, or with a county's own files in `folder` in place of the hub's."""
    return Judge(load_rulebook(folder))
