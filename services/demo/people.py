"""Logins and keys of the demonstration, made once and kept in the data folder."""

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from contracts.vocabulary import Platform
from services.chassis.database import Database
from services.console.posts import add_operator
from services.console.session import hash_password
from services.console.tables import Operator
from services.console.words import Role
from services.http.auth import Caller, hash_of
from services.http.scopes import Scope
from services.http.tables import ApiKey
from services.keys import add_keys

_POSTS = (
    ("city", "绍兴市社会治理中心 值班岗", Role.COUNTY_CENTRE, None, None),
    ("zhuji", "诸暨市社会治理中心 值班岗", Role.COUNTY_CENTRE, "330681", None),
    ("fengqiao", "枫桥镇社会治理中心 值班岗", Role.TOWN_CENTRE, "330681109", None),
    ("village", "枫桥镇村社调解岗", Role.FORCE, None, "330681109-village"),
    ("police", "枫桥镇派出所 值班岗", Role.POLICE, "330681109", "330681109-police"),
    ("audit", "绍兴市委政法委 督查岗", Role.AUDITOR, None, None),
    ("engineer", "绍兴市大数据中心 运维岗", Role.ENGINEER, None, None),
)
_IN_ENGLISH = {
    "city": "Shaoxing governance centre, duty desk",
    "zhuji": "Zhuji governance centre, duty desk",
    "fengqiao": "Fengqiao governance centre, duty desk",
    "village": "Fengqiao village mediators",
    "police": "Fengqiao police station, duty desk",
    "audit": "Shaoxing supervision of governance",
    "engineer": "Shaoxing data centre, operations",
}
_CALLERS = {
    "grid": Caller(
        "demo grid", frozenset({Scope.COMPLAINTS_WRITE, Scope.COMPLAINTS_READ}), platform=Platform.GRID
    ),
    "centre": Caller(
        "demo centre", frozenset({Scope.CASES_READ, Scope.CASES_ACT, Scope.OPS_READ, Scope.OPS_WRITE})
    ),
    "agency": Caller(
        "demo agency",
        frozenset({Scope.STREAMS_READ, Scope.STREAMS_WRITE}),
        agency="诸暨市妇女联合会",
        place="330681",
    ),
}


async def _known(database: Database, keys: Iterable[str]) -> bool:
    """Whether they are of this database: the folder may have served another one."""
    hashes = [hash_of(key) for key in keys]
    found = await database.rows(select(col(ApiKey.hash)).where(col(ApiKey.hash).in_(hashes)))
    return len(found) == len(hashes)


async def demo_people(database: Database, folder: Path) -> dict[str, dict[str, str]]:
    """Passwords and posts by login, keys by name; the same at every start."""
    path = folder / "demo.json"
    if path.exists():
        kept: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
        if await _known(database, kept["keys"].values()):
            return kept
    made = {
        "logins": {login: secrets.token_urlsafe(6) for login, *_ in _POSTS},
        "posts": {login: post for login, post, *_ in _POSTS},
        "keys": dict(zip(_CALLERS, await add_keys(database, list(_CALLERS.values())), strict=True)),
    }
    for login, post, role, place, force in _POSTS:
        hashed = hash_password(made["logins"][login])
        row = Operator(
            login=login,
            hash=hashed,
            post=post,
            role=role,
            place=place,
            force_id=force,
            post_en=_IN_ENGLISH[login],
        )
        await add_operator(database, row)
    path.touch(mode=0o600)
    path.write_text(json.dumps(made, ensure_ascii=False, indent=1), "utf-8")
    return made
