"""The judge: text in, judgement out. Pure, and never raises for any string."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from classifier.alarm import Ruling, alarms, lettered, rule, rule_alone, rule_guest, within_messages
from classifier.because import LETTERS, letters_of, reason, words
from classifier.facts.firms import respondent
from classifier.facts.sums import largest
from classifier.facts.told import facts_in
from classifier.guests.model import GuestModel, Told, built_guests
from classifier.judgement import Hints, JudgedMatter, Judgement
from classifier.linear.files import built_dangers, built_mark, built_model
from classifier.linear.grams import Ints, Letters
from classifier.linear.model import Evidence, Model
from classifier.personal.model import built_names
from classifier.reading import Part, Reading, read_all, ruled
from classifier.rulebook.dangers import Danger
from classifier.rulebook.evidence import scores, subject
from classifier.rulebook.loading import load_rulebook
from classifier.rulebook.places import the_one
from classifier.rulebook.quantities import headcount
from classifier.rulebook.rules import Rulebook
from classifier.splitting.dividing import SeamModel, built_seams, divide
from classifier.topics import WISH, Topic, intent, model_topics, topic
from contracts.events import Fact
from contracts.vocabulary import POLICE_FIRST, Colour, Intent, Kind, Platform

_KIND_COLOURS = {Kind.DISPUTE: Colour.YELLOW, Kind.CONSULTATION: Colour.NONE}
_WORST_FIRST = tuple(Colour)
_POLICE_MATTERS = frozenset({"public_security", "rescue"})  # never an enterprise's need, whoever tells of it
_SHIPPED = "shipped"
# Texts at once: fewer cost more calls (64: 1.06 times as much), more take more memory (200: 8 MB).
_STRIDE = 128
_READS = "zh"  # the language the models were trained on; the rulebook has words of others too


@dataclass(frozen=True, slots=True)
class Named:
    """A model of the categories under the version people know it by."""

    version: str
    model: Model = field(repr=False)


@dataclass(frozen=True, slots=True)
class Judge:
    """Applies a rulebook, and models trained on labelled texts beside it where there are some."""

    rulebook: Rulebook
    categories: Model | None = None
    dangers: Model | None = None
    version: str | None = None  # of the categories' model
    shadow: Named | None = None  # says what it would have said, and decides nothing
    seams: SeamModel | None = None
    guests: GuestModel | None = None  # of letters in other languages

    def judge(self, text: str, hints: Hints) -> Judgement:
        """The matters of `text`, at least one. The same text and hints give the same judgement."""
        (judgement,) = self.judge_all([(text, hints)])
        return judgement

    def judge_all(self, batch: Sequence[tuple[str, Hints]]) -> list[Judgement]:
        """A judgement each, in order: many at once cost less each, and come out the same."""
        strides = (batch[at : at + _STRIDE] for at in range(0, len(batch), _STRIDE))
        return [judgement for some in strides for judgement in self._judge_some(some)]

    def _judge_some(self, batch: Sequence[tuple[str, Hints]]) -> list[Judgement]:
        readings = self._divided(read_all([text for text, _ in batch], self.rulebook))
        parts = [Part(reading, span) for reading in readings for span in reading.spans]
        known = [at for at, part in enumerate(parts) if part.whole.language == _READS and part.says]
        letters = Letters([lettered(parts[at]) for at in known])  # hashed once, for both models
        guests = self._guests(parts)
        topics = self._topics(parts, known, letters, guests)
        rulings = self._rulings(parts, known, letters, guests)
        judged = zip(parts, topics, rulings, strict=True)
        return [
            self._sum_up(text, hints, reading, list(islice(judged, len(reading.spans))))
            for (text, hints), reading in zip(batch, readings, strict=True)
        ]

    def _divided(self, readings: Sequence[Reading]) -> Sequence[Reading]:
        """With their matters, as the models tell them apart where they know the language."""
        rules = self.rulebook.splitting
        if self.categories is None or self.seams is None:
            return [ruled(reading, rules) for reading in readings]
        known = [reading for reading in readings if reading.language == _READS]
        better = iter(divide(known, self.categories, self.seams, rules))
        return [next(better) if reading.language == _READS else ruled(reading, rules) for reading in readings]

    def _guests(self, parts: Sequence[Part]) -> Mapping[int, Told]:
        """What their model makes of matters in other languages, by their place."""
        theirs = [at for at, part in enumerate(parts) if part.whole.language != _READS and part.says]
        if self.guests is None or not theirs:
            return {}
        told = self.guests.judge([parts[at] for at in theirs])
        return dict(zip(theirs, told, strict=True))

    def _topics(
        self, parts: Sequence[Part], known: Sequence[int], letters: Letters, guests: Mapping[int, Told]
    ) -> list[Topic]:
        """What each matter is about, by the model that knows its language."""
        evidence = [part.evidence for part in parts]
        if self.categories is None:
            return [topic(points) for points in evidence]
        sizes = np.array([parts[at].size for at in known], np.int64)
        own = self.categories.known(letters, sizes)
        wishes = [scores(parts[at].wishes) for at in known]
        read = model_topics(self.categories, own, [evidence[at] for at in known], wishes)
        reasons = letters_of(
            self.categories, own, [parts[at] for at in known], [about.category for about in read]
        )
        would = self._would(letters, sizes, [evidence[at] for at in known])
        explained = [
            about._replace(why=why, would=other)
            for about, why, other in zip(read, reasons, would, strict=True)
        ]
        by_model = dict(zip(known, explained, strict=True)) | {
            at: told.topic._replace(why=reason(LETTERS, told.words)) for at, told in guests.items()
        }
        return [by_model.get(at) or topic(points) for at, points in enumerate(evidence)]

    def _would(self, letters: Letters, sizes: Ints, evidence: Sequence[Evidence]) -> Sequence[str | None]:
        """What the model in shadow takes each matter for."""
        if self.shadow is None:
            return [None] * len(evidence)
        own = self.shadow.model.known(letters, sizes)
        return [about.category for about in model_topics(self.shadow.model, own, evidence)]

    def _rulings(
        self, parts: Sequence[Part], known: Sequence[int], letters: Letters, guests: Mapping[int, Told]
    ) -> list[Ruling]:
        """What must never be missed in each matter."""
        rules = self.rulebook.dangers
        raised = {}
        if self.dangers:
            those = alarms(self.dangers, letters, [parts[at] for at in known], rules.least)
            raised = {known[at]: alarm for at, alarm in those.items()}
            told = {at: (parts[at], alarm) for at, alarm in raised.items() if alarm.chance >= rules.least}
            raised |= within_messages(self.dangers, told)
        foreign = {
            at: rule_guest(parts[at], told.alarm, self.rulebook.guest_dangers) for at, told in guests.items()
        }
        chinese = {at: rule(parts[at], alarm, rules) for at, alarm in raised.items()}
        ruled_by_models = foreign | chinese
        return [ruled_by_models.get(at) or rule_alone(part.dangers, rules) for at, part in enumerate(parts)]

    def _sum_up(
        self, text: str, hints: Hints, reading: Reading, judged: Sequence[tuple[Part, Topic, Ruling]]
    ) -> Judgement:
        gazetteer = self.rulebook.gazetteer
        named = gazetteer.named(reading.plain)
        town = the_one(named) or hints.town_code
        found, facts = reading.found, facts_in(reading.plain, reading.people, named, hints.on)
        matters = tuple(
            self._matter(part, about, ruling, hints, the_one(part.own(named)) or town, part.own(facts))
            for part, about, ruling in judged
        )
        address = next((text[f.start : f.end] for f in found if f.kind == "address_detail"), hints.address)
        return Judgement(matters, found, facts, reading.language, address)

    def _matter(
        self,
        part: Part,
        about: Topic,
        ruling: Ruling,
        hints: Hints,
        town: str | None,
        facts: Sequence[Fact],
    ) -> JudgedMatter:
        # What is only worth a look holds nothing up and changes no route: a person sees it meanwhile.
        certain = [danger for danger in ruling.dangers if danger.flag in ruling.flags]
        wish = hints.intent_hint or about.wish or intent(part.wishes, part.text, self.rulebook)
        # Whether to leave the house under a moving slope is no question that has two days.
        urgent = bool(certain or (ruling.look and part.dangers))
        kind = self._kind(about, wish, hints.platform, certain, urgent)
        return JudgedMatter(
            start=part.span.start,
            end=part.span.end,
            intent=wish,
            kind=kind,
            category=about.category,
            second_category=about.second,
            would=about.would,
            confidence=about.confidence,
            colour=self._colour(kind, certain),
            town_code=town,
            flags=ruling.flags,
            look=ruling.look,
            why=(
                *words(part, about.category),
                *about.why,
                *(why for danger in ruling.dangers for why in danger.why),
            ),
            headcount=headcount(part.own(part.whole.people)),
            amount_yuan=largest(facts),
            respondent=respondent(part.whole.plain, [fact for fact in facts if fact.kind == "firm"]),
        )

    def _kind(
        self, about: Topic, wish: Intent, platform: Platform | None, dangers: Sequence[Danger], urgent: bool
    ) -> Kind:
        usual = self.rulebook.categories[about.category].kind
        if any(danger.flag in POLICE_FIRST for danger in dangers):
            return Kind.EVENT
        if platform is Platform.ENTERPRISE and subject(about.category) not in _POLICE_MATTERS:
            return Kind.ENTERPRISE_NEED
        if wish is Intent.CONSULT and not urgent:
            return Kind.CONSULTATION
        return Kind.EVENT if usual is Kind.CONSULTATION else usual

    def _colour(self, kind: Kind, dangers: Sequence[Danger]) -> Colour:
        colours = [self.rulebook.dangers.colours[danger.flag] for danger in dangers]
        return min([*colours, _KIND_COLOURS.get(kind, Colour.BLUE)], key=_WORST_FIRST.index)


def load_judge(folder: Path | None = None) -> Judge:
    """A judge with the hub's rulebook, or with a county's own files in `folder` in place of the hub's.

    With the models `python -m classifier build` made; that of the categories only where the taxonomy knows
    all its labels. Unusable where a file is missing or not as it must be.
    """
    built_names()  # at the start rather than at the first text
    rulebook, dangers = load_rulebook(folder), built_dangers()
    categories, seams, mark = built_model("categories"), built_seams(), built_mark()
    if not fits(categories, rulebook):
        return Judge(rulebook, None, dangers)
    return Judge(rulebook, categories, dangers, f"{_SHIPPED}-{mark}", seams=seams, guests=built_guests())


def fits(model: Model, rulebook: Rulebook) -> bool:
    """Whether the taxonomy knows all the model's categories."""
    return {label for label in model.labels if subject(label) != WISH} <= rulebook.categories.keys()
