"""The house keeps its arrows: pyproject.toml says which imports there may be."""

from importlinter.cli import lint_imports

from services.roles import ROLES


def test_imports_follow_the_design(capsys) -> None:
    failed = lint_imports()
    assert not failed, capsys.readouterr().out


def test_every_role_says_what_it_is_for() -> None:
    assert all(role.about and not role.about.endswith(".") for role in ROLES.values())
