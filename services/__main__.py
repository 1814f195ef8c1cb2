"""`python -m services ROLE`: every process of the hub, and the hub as one process."""

import os
import sys
from collections.abc import Collection, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from contracts.errors import HubError
from contracts.places import is_place
from contracts.vocabulary import Platform
from services.chassis import logs
from services.chassis.settings import Settings
from services.console.words import Role
from services.http.scopes import Scope
from services.roles import ROLES

cli = typer.Typer(
    help="Shuzhi Fengqiao: the roles of the hub, one process each, or all in one with `run`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with locals could quote a citizen
)
_models = typer.Typer(no_args_is_help=True)
cli.add_typer(_models, name="model", help="Models of the categories.", rich_help_panel="Models")
out = Console(soft_wrap=True)
_SHORTEST = 8  # characters of a password
_TOWN_CODE = 9  # digits


def _go(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end; what went wrong on purpose is one line, not a traceback."""
    os.umask(0o077)  # what we write holds people's data: nobody else on the machine reads it
    try:
        import uvloop

        uvloop.run(work)
    except HubError as error:
        sys.exit(f"Stopped: {error}")


def _play(roles: list[str], settings: Settings) -> None:
    logs.set_up(settings.log_level, settings.log_json)
    _go(_live(roles, settings))


async def _live(roles: list[str], settings: Settings) -> None:
    from services.chassis.house import live, open_house
    from services.web import assemble

    async with open_house(settings) as house:
        await live(house, assemble(house, roles))


def _add_role(name: str) -> None:
    role = ROLES[name]

    @cli.command(
        name,
        help=role.about + (" (one process is enough)" if role.alone else "") + ".",
        rich_help_panel="Roles",
    )
    def play() -> None:
        _play([name], Settings())


for _name in ROLES:
    _add_role(_name)


@cli.command(rich_help_panel="All in one")
def run(
    demo: Annotated[bool, typer.Option(help="Simulated platforms, officers, logins and keys.")] = False,
) -> None:
    """The whole hub in one process, on the embedded log and database unless the environment names others."""
    from services.demo.start import run_hub

    settings = Settings(demo=True) if demo else Settings()
    logs.set_up("WARNING" if demo and settings.log_level == "INFO" else settings.log_level, settings.log_json)
    _go(run_hub(settings))


@cli.command(rich_help_panel="Operations")
def migrate() -> None:
    """Bring the database to the tables this version needs."""
    from services.migrate import migrate as upgrade

    settings = Settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    _go(upgrade(settings.database_url))
    out.print("The database is up to date.")


@cli.command(rich_help_panel="Operations")
def clean() -> None:
    """Empty the folder with the embedded log and database; refused while a hub runs on it."""
    from services.clean import empty

    data = Settings().data
    if data.exists():
        _go(empty(data))
    out.print(f"{data} is empty.")


@cli.command(rich_help_panel="Operations")
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

    async def issue() -> None:
        from services.chassis.database import Database

        database = Database(Settings().database_url)
        out.print((await add_keys(database, [caller]))[0], markup=False)
        await database.stop()

    _go(issue())


@cli.command(rich_help_panel="Operations")
def operator(
    login: Annotated[str, typer.Argument(help="What is typed to sign in.")],
    post: Annotated[str, typer.Option(help="The post as it is shown, never a person's name.")],
    role: Annotated[Role, typer.Option(help="What the post is for, and so what it may see.")],
    place: Annotated[str | None, typer.Option(help="The county or town it is for; none: the city.")] = None,
    force: Annotated[
        str | None, typer.Option(help="The force's id: of the role `force`, or of a police station.")
    ] = None,
) -> None:
    """Open a post at the console, or give it a new password (it is asked for, twice)."""
    from services.console.session import add_operator, hash_password
    from services.console.tables import Operator

    _check_place(place)
    if role is Role.TOWN_CENTRE and len(place or "") != _TOWN_CODE:
        raise typer.BadParameter("a town's centre needs its town's code, nine digits", param_hint="--place")
    if force and force not in _forces(Settings()):
        raise typer.BadParameter("the registry of forces has no such id", param_hint="--force")
    if (role is Role.FORCE and not force) or (force and role not in (Role.FORCE, Role.POLICE)):
        raise typer.BadParameter(
            "goes with the role `force` or `police`, `force` with it", param_hint="--force"
        )
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < _SHORTEST:
        raise typer.BadParameter(f"at least {_SHORTEST} characters", param_hint="password")
    row = Operator(
        login=login, hash=hash_password(password), post=post, role=role, place=place, force_id=force
    )

    async def add() -> None:
        from services.chassis.database import Database

        database = Database(Settings().database_url)
        await add_operator(database, row)
        await database.stop()
        out.print(f"{login} may sign in.")

    _go(add())


def _forces(settings: Settings) -> Collection[str]:
    from router.data_files import DATA
    from router.force_files import load_registry
    from services.rulebooks import rules_of

    return load_registry(rules_of(settings, "router") or DATA).by_id


def _check_place(place: str | None) -> None:
    if place and not is_place(place):
        raise typer.BadParameter("no place of this city has this code", param_hint="--place")


@cli.command(rich_help_panel="Operations")
def revoke(name: Annotated[str, typer.Argument(help="The key's name.")]) -> None:
    """Take back every key of a name; it works for a few seconds more at most."""
    from services.keys import revoke_keys

    async def take_back() -> None:
        from services.chassis.database import Database

        database = Database(Settings().database_url)
        count = await revoke_keys(database, name)
        await database.stop()
        if not count:
            raise HubError("no key in force has this name")
        out.print(f"{count} taken back.")

    _go(take_back())


@cli.command(rich_help_panel="Models")
def retrain(
    folds: Annotated[int, typer.Option(min=2, help="Parts the held-out comparison is made in.")] = 5,
) -> None:
    """Learn from what people corrected: a candidate and a report. Nothing goes live by itself."""
    from services.models.cli import learn

    _go(learn(folds))


@_models.command("list")
def list_models() -> None:
    """Every model, and which one judges."""
    from services.models.cli import show

    _go(show())


@_models.command("shadow")
def shadow_model(
    version: Annotated[str | None, typer.Argument(help="Left out: nobody judges along any more.")] = None,
) -> None:
    """Have a candidate judge along: counted, never acted on. Going live is decided at the console."""
    from services.models.cli import shadow

    _go(shadow(version))


@cli.command(rich_help_panel="Demonstration")
def simulators(
    replay: Annotated[
        Path | None, typer.Option(help="A CSV file whose rows 12345 serves as work orders.")
    ] = None,
    replay_rate: Annotated[float, typer.Option(help="Rows a second; 0 serves all at once.")] = 0.0,
    repeat: Annotated[float, typer.Option(help="The share of them that comes again later.")] = 0.0,
    rate: Annotated[float, typer.Option(help="Invented complaints a second and platform.")] = 0.5,
    webhook: Annotated[str, typer.Option(help="The hub, for the platform that pushes.")] = "",
    seed: Annotated[int, typer.Option(help="Which story is told.")] = 0,
    mishaps: Annotated[bool, typer.Option(help="One record that cannot come in, too.")] = False,
    with_parent: Annotated[bool, typer.Option(help="Stop when standard input closes.")] = False,
) -> None:
    """The four platforms' own HTTP APIs, simulated, where HUB_PLATFORMS says that they are."""
    from adapters.simulators import SimulatorPlan
    from services.demo.start import serve_simulators
    from services.platforms import ports

    settings = Settings()
    logs.set_up(settings.log_level, settings.log_json)
    plan = SimulatorPlan(
        data_dir=settings.data / "simulators",
        host=settings.host,
        ports=ports(settings),
        rate=rate,
        replay=replay,
        replay_rate=replay_rate,
        repeat=repeat,
        seed=seed,
        mishaps=mishaps,
        webhook=webhook or None,
    )
    _go(serve_simulators(plan, with_parent))


if __name__ == "__main__":
    cli()
