"""`python -m services ROLE`: every process of the hub, and the hub as one process."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.accounts import accounts
from services.chassis import logs
from services.chassis.settings import Settings
from services.going import go
from services.roles import ROLES

cli = typer.Typer(
    help="Shuzhi Fengqiao: the roles of the hub, one process each, or all in one with `run`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback with locals could quote a citizen
)
_models = typer.Typer(no_args_is_help=True)
cli.add_typer(_models, name="model", help="Models of the categories.", rich_help_panel="Models")
cli.add_typer(accounts)
out = Console(soft_wrap=True)


def _play(roles: list[str], settings: Settings) -> None:
    logs.set_up(settings.log_level, settings.log_json)
    go(_live(roles, settings))


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
    go(run_hub(settings))


@cli.command(rich_help_panel="Operations")
def migrate() -> None:
    """Bring the database to the tables this version needs."""
    from services.migrate import migrate as upgrade

    settings = Settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    go(upgrade(settings.database_url))
    out.print("The database is up to date.")


@cli.command(rich_help_panel="Operations")
def clean() -> None:
    """Empty the folder with the embedded log and database; refused while a hub runs on it."""
    from services.clean import empty

    data = Settings().data
    if data.exists():
        go(empty(data))
    out.print(f"{data} is empty.")


@cli.command(rich_help_panel="Models")
def retrain(
    folds: Annotated[int, typer.Option(min=2, help="Parts the held-out comparison is made in.")] = 5,
) -> None:
    """Learn from what people corrected: a candidate and a report. Nothing goes live by itself."""
    from services.models.cli import learn

    go(learn(folds))


@_models.command("list")
def list_models() -> None:
    """Every model, and which one judges."""
    from services.models.cli import show

    go(show())


@_models.command("shadow")
def shadow_model(
    version: Annotated[str | None, typer.Argument(help="Left out: nobody judges along any more.")] = None,
) -> None:
    """Have a candidate judge along: counted, never acted on. Going live is decided at the console."""
    from services.models.cli import shadow

    go(shadow(version))


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
    go(serve_simulators(plan, with_parent))


if __name__ == "__main__":
    cli()
