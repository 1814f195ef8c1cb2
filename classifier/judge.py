"""The judge: text in, judgement out. Pure, and never raises for any string."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from classifier.cues import Hit
from classifier.dangers import Danger, find_dangers
from classifier.extract import find_personal, respondent
from classifier.judgement import Hints, JudgedMatter, Judgement
from classifier.language import detect
from classifier.model import Model, built_model
from classifier.quantities import amount_yuan, headcount
from classifier.rulebook import load_rulebook
from classifier.rules import Rulebook
from classifier.split import Hits, Span, split
from classifier.text import normalise
from classifier.topics import Topic, intent, model_topics, scores, topic
from contracts.vocabulary import POLICE_FIRST, Colour, Intent, Kind, Platform

_KIND_COLOURS = {Kind.DISPUTE: Colour.YELLOW, Kind.CONSULTATION: Colour.NONE}
_WORST_FIRST = tuple(Colour)


class _Read(NamedTuple):
    """One text as far as it can be read without the model."""

    plain: str
    language: str
    hits: Hits
    spans: Sequence[Span]
    dangers: Sequence[Danger]


@dataclass(frozen=True, slots=True)
class Judge:
    """Applies a rulebook, and a model trained on labelled texts beside it where there is one."""

    rulebook: Rulebook
    model: Model | None = None

    def judge(self, text: str, hints: Hints) -> Judgement:
        """The matters of `text`, at least one. The same text and hints give the same judgement."""
        (judgement,) = self.judge_all([(text, hints)])
        return judgement

    def judge_all(self, batch: Sequence[tuple[str, Hints]]) -> list[Judgement]:
        """A judgement each, in order: many at once cost less each, and come out the same."""
        read = [self._read(text) for text, _ in batch]
        topics = iter(self._topics([(one, span) for one in read for span in one.spans]))
        return [
            self._sum_up(text, hints, one, topics) for (text, hints), one in zip(batch, read, strict=True)
        ]

    def _read(self, text: str) -> _Read:
        plain = normalise(text)
        hits = _sighted(self.rulebook.scanner.scan(plain))
        placed = Hits(hits)
        spans = split(plain, placed, self.rulebook.splitting)
        return _Read(plain, detect(text), placed, spans, find_dangers(plain, hits, self.rulebook.dangers))

    def _topics(self, matters: Sequence[tuple[_Read, Span]]) -> list[Topic]:
        """What each matter is about. The model knows Chinese only; the rulebook has foreign words too."""
        evidence = [scores(one.hits.within(*span), "category") for one, span in matters]
        topics = [topic(points) for points in evidence]
        chinese = [at for at, (one, _) in enumerate(matters) if one.language == "zh"]
        if self.model and chinese:
            texts = [matters[at][0].plain[slice(*matters[at][1])] for at in chinese]
            better = model_topics(self.model, texts, [evidence[at] for at in chinese])
            for at, about in zip(chinese, better, strict=True):
                topics[at] = about
        return topics

    def _sum_up(self, text: str, hints: Hints, read: _Read, topics: Iterator[Topic]) -> Judgement:
        town = self.rulebook.gazetteer.find(read.plain)
        found = find_personal(text, read.plain, read.language)
        matters = tuple(self._matter(read, span, next(topics), hints, town) for span in read.spans)
        address = next((text[f.start : f.end] for f in found if f.kind == "address_detail"), hints.address)
        return Judgement(matters, found, read.language, self.rulebook.gazetteer.ground(read.plain), address)

    def _matter(self, read: _Read, span: Span, about: Topic, hints: Hints, town: str | None) -> JudgedMatter:
        hits, own = read.hits.within(*span), read.plain[span.start : span.end]
        wish = hints.intent_hint or intent(hits, own, self.rulebook)
        mine = [danger for danger in read.dangers if span.start <= danger.at < span.end]
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
    """A judge with the hub's rulebook, or with a county's own files in `folder` in place of the hub's.

    The model `python -m classifier build` made is used where it is there and the taxonomy knows its labels.
    """
    rulebook, model = load_rulebook(folder), built_model()
    known = model is not None and set(model.labels) <= rulebook.categories.keys()
    return Judge(rulebook, model if known else None)
