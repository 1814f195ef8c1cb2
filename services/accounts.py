"""The commands for posts at the console and for keys of programs. Each leaves an entry in the audit trail."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from contracts.places import LOCAL, is_place, place_name
from contracts.stage import AnyRow
from contracts.vocabulary import Platform
from services.chassis.settings import Settings
from services.console.tables import Operator
from services.console.words import Deed, Role
from services.going import on_database
from services.http.scopes import Scope

accounts = typer.Typer()
out = Console(soft_wrap=True)
_SHORTEST = 8  # characters of a password
_TOWN_CODE = 9  # digits
_POSTS, _KEYS = "Posts at the console", "Keys of programs"


@accounts.command(rich_help_panel=_KEYS)
def key(
    name: Annotated[str, typer.Argument(help="What the key is called in logs and lists.")],
    scope: Annotated[list[Scope], typer.Option(help="May be given several times.")],
    platform: Annotated[Platform | None, typer.Option(help="The platform it posts for.")] = None,
    agency: Annotated[str | None, typer.Option(help="The agency it reads streams for.")] = None,
    centre: Annotated[
        bool, typer.Option("--centre", help="A centre's own program: sees cases in full, sensitive ones too.")
    ] = False,
    place: Annotated[str | None, typer.Option(help="The county or town it may see; none: the city.")] = None,
) -> None:
    """Issue a key for a program; it is shown once and kept nowhere."""
    from services.http.auth import Caller
    from services.keys import add_keys

    if Scope.COMPLAINTS_WRITE in scope and platform is None:
        raise typer.BadParameter("whoever posts complaints posts for one platform", param_hint="--platform")
    if [platform is not None, agency is not None, centre].count(True) != 1:
        raise typer.BadParameter("say whose it is: --platform, --agency or --centre, one of them")
    _check_place(place)
    caller = Caller(name, frozenset(scope), platform, agency, place)
    out.print(on_database(lambda database: add_keys(database, [caller]))[0], markup=False)


@accounts.command(rich_help_panel=_KEYS)
def keys() -> None:
    """List the keys, those that were taken back too; the keys themselves are kept nowhere."""
    from services.keys import all_keys

    table = Table("name", "of", "place", "scopes", "issued", "revoked", box=None, pad_edge=False)
    for row in on_database(all_keys):
        whose = row.platform or row.agency or "centre"
        table.add_row(
            row.name, whose, _place(row.place), " ".join(row.scopes), _at(row.created_at), _at(row.revoked_at)
        )
    out.print(table)


@accounts.command(rich_help_panel=_KEYS)
def revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Take back every key of a name: within two seconds it opens nothing, and its streams end."""
    from services.keys import revoke_keys

    count = on_database(lambda database: revoke_keys(database, name))
    if not count:
        _stop("no key in force has this name")
    out.print(f"{count} taken back.")


@accounts.command(rich_help_panel=_POSTS)
def operator(
    login: Annotated[str, typer.Argument(help="What is typed to sign in.")],
    post: Annotated[str, typer.Option(help="The post as it is shown, never a person's name.")],
    role: Annotated[Role, typer.Option(help="What the post is for, and so what it may see.")],
    place: Annotated[str | None, typer.Option(help="The county or town it is for; none: the city.")] = None,
    force: Annotated[
        str | None, typer.Option(help="The force's id: of the role `force`, or of a police station.")
    ] = None,
    post_en: Annotated[str | None, typer.Option(help="The post in English, for who reads English.")] = None,
    change: Annotated[
        bool, typer.Option("--change", help="Make an existing post what is said here, or open it again.")
    ] = False,
) -> None:
    """Open a post at the console, or give it a new password (it is asked for, twice).

    A post that is something else already stays what it is, unless `--change` says otherwise."""
    from services.console.posts import add_operator, all_posts, seat
    from services.console.session import hash_password

    _check_place(place)
    _check_seat(role, place, force)
    row = Operator(login=login, hash="", post=post, role=role, place=place, force_id=force, post_en=post_en)
    was = next((one for one in on_database(all_posts) if one.login == login), None)
    differs = was is not None and (was.post, seat(was)) != (post, seat(row))
    if was is not None and (differs or was.closed_at) and not change:
        raise typer.BadParameter(f"{login} is there already: {_standing(was)}. Say --change to change it")
    if was is not None and post_en is None:
        row.post_en = was.post_en
    keeps = was is not None and not was.closed_at and (differs or was.post_en != row.post_en)
    row.hash = was.hash if was is not None and keeps else hash_password(_password())
    deed = _deed(was, keeps)
    why = f"{seat(was)} → {seat(row)}" if was is not None and differs else None
    on_database(lambda database: add_operator(database, row, deed, why))
    out.print(f"{login} may sign in." if deed is Deed.POST_OPEN else f"{login}: {_standing(row)}.")


@accounts.command(rich_help_panel=_POSTS)
def operators() -> None:
    """List the posts at the console, closed ones too."""
    from services.console.posts import all_posts

    table = Table("login", "post", "role", "place", "force", "closed", box=None, pad_edge=False)
    for row in on_database(all_posts):
        table.add_row(
            row.login, row.post, row.role, _place(row.place), row.force_id or "", _at(row.closed_at)
        )
    out.print(table)


@accounts.command(rich_help_panel=_POSTS)
def close(login: Annotated[str, typer.Argument(help="What is typed to sign in.")]) -> None:
    """Close a post: nobody signs in there any more, and whoever is in is out at once."""
    from services.console.posts import close_post

    if not on_database(lambda database: close_post(database, login)):
        _stop("no open post has this login")
    out.print(f"{login} is closed.")


def _deed(was: AnyRow | None, keeps: bool) -> Deed:
    if was is None or was.closed_at:
        return Deed.POST_OPEN
    return Deed.POST_CHANGE if keeps else Deed.POST_PASSWORD


def _standing(row: AnyRow | Operator) -> str:
    """What a post is, in one line."""
    said = [f"“{row.post}”", f"role {row.role}", f"place {row.place or 'city'}"]
    said += [f"force {row.force_id}"] if row.force_id else []
    said += [f"closed {_at(row.closed_at)}"] if row.closed_at else []
    return ", ".join(said)


def _password() -> str:
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < _SHORTEST:
        raise typer.BadParameter(f"at least {_SHORTEST} characters", param_hint="password")
    return password


def _check_seat(role: Role, place: str | None, force: str | None) -> None:
    if role is Role.TOWN_CENTRE and len(place or "") != _TOWN_CODE:
        raise typer.BadParameter("a town's centre needs its town's code, nine digits", param_hint="--place")
    if force and force not in _forces(Settings()):
        raise typer.BadParameter("the registry of forces has no such id", param_hint="--force")
    if (role is Role.FORCE and not force) or (force and role not in (Role.FORCE, Role.POLICE)):
        raise typer.BadParameter(
            "goes with the role `force` or `police`, `force` with it", param_hint="--force"
        )


def _forces(settings: Settings) -> Collection[str]:
    from router.data_files import DATA
    from router.force_files import load_registry
    from services.rulebooks import rules_of

    return load_registry(rules_of(settings, "router") or DATA).by_id


def _check_place(place: str | None) -> None:
    if place and not is_place(place):
        raise typer.BadParameter("no place of this city has this code", param_hint="--place")


def _place(code: str | None) -> str:
    return f"{code} {place_name(code)}" if code else "city"


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(LOCAL):%Y-%m-%d %H:%M}" if moment else ""


def _stop(why: str) -> None:
    raise SystemExit(f"Stopped: {why}")
