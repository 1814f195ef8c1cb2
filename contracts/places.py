"""The places of Shaoxing: six counties and 103 towns, by the codes of the National Bureau of Statistics."""

import csv
from dataclasses import dataclass
from datetime import timedelta, timezone
from functools import cache
from importlib.resources import files

# China has kept one time without summer time since 1992; a fixed offset needs no zone database.
LOCAL = timezone(timedelta(hours=8), "Asia/Shanghai")

COUNTIES = {
    "330602": "越城区",
    "330603": "柯桥区",
    "330604": "上虞区",
    "330624": "新昌县",
    "330681": "诸暨市",
    "330683": "嵊州市",
}

COUNTIES_EN = {
    "330602": "Yuecheng District",
    "330603": "Keqiao District",
    "330604": "Shangyu District",
    "330624": "Xinchang County",
    "330681": "Zhuji",
    "330683": "Shengzhou",
}


@dataclass(frozen=True, slots=True)
class Town:
    """A town-level unit: nine-digit code, name with its suffix (街道, 镇, 乡), county, name in Pinyin and
    with the suffix in English."""

    code: str
    name: str
    county_code: str
    en: str

    @property
    def county_name(self) -> str:
        return COUNTIES[self.county_code]


@cache
def towns() -> dict[str, Town]:
    """All towns by code."""
    text = (files("contracts") / "data" / "towns.csv").read_text("utf-8")
    return {row["code"]: Town(**row) for row in csv.DictReader(text.splitlines())}


def county_of(code: str | None) -> str | None:
    """The county's code of a town's or county's code; None where it is not one of ours."""
    return code[:6] if code and code[:6] in COUNTIES else None


def is_place(code: str) -> bool:
    """Whether `code` is one of our towns (nine digits) or counties (six)."""
    return code in COUNTIES or code in towns()


def place_name(code: str | None, language: str = "zh") -> str:
    """`诸暨市枫桥镇` for a town, `诸暨市` for a county, else empty; in `en` `Fengqiao Town, Zhuji`."""
    town, names = towns().get(code or ""), COUNTIES if language == "zh" else COUNTIES_EN
    if town is None:
        return names.get(code or "", "")
    return town.county_name + town.name if language == "zh" else f"{town.en}, {names[town.county_code]}"
