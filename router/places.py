"""Where it is: the rungs above a place, and whether it is a market town or the country."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from contracts.places import county_of, is_place, towns
from contracts.vocabulary import Ground
from router.data_files import read_rules

CITY = "3306"


def known_place(code: str | None) -> str:
    """A town's code (nine digits), else its county's (six), else empty."""
    return code if code and is_place(code) else county_of(code) or ""


def ladder(place: str) -> tuple[str, ...]:
    """The codes whose forces cover `place`, nearest first: town, county, city."""
    own = (place,) if place else ()
    return (*own, place[:6], CITY) if len(place) > 6 else (*own, CITY)


class GroundRules(BaseModel):
    """The file `ground.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    suffix: dict[str, Ground]  # the town's last characters
    place: dict[str, Ground]  # a town's code: stronger than its suffix
    market_town_words: tuple[str, ...]
    rural_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grounds:
    """Judges the ground of a place."""

    rules: GroundRules

    def of(self, place: str, *texts: str | None) -> Ground:
        """Words speak only where they agree; else the place's own ground holds, a market town if unknown."""
        text = " ".join(filter(None, texts))
        market = any(word in text for word in self.rules.market_town_words)
        rural = any(word in text for word in self.rules.rural_words)
        if market != rural:
            return Ground.MARKET_TOWN if market else Ground.RURAL
        return self._own(place)

    def _own(self, place: str) -> Ground:
        if place in self.rules.place:
            return self.rules.place[place]
        name = towns()[place].name if place in towns() else ""
        matching = (ground for suffix, ground in self.rules.suffix.items() if name.endswith(suffix))
        return next(matching, Ground.MARKET_TOWN)


def load_grounds(folder: Path) -> Grounds:
    """From `ground.toml`."""
    return Grounds(read_rules(folder / "ground.toml", GroundRules))
