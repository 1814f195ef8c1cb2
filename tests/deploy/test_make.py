"""What `make` says where something it needs is not there."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_docker_without_compose_is_told_in_one_line(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\necho "unknown command: $1" >&2; exit 1\n')
    docker.chmod(0o755)
    made = subprocess.run(
        ["make", "--no-print-directory", "up"],
        check=False,
        cwd=ROOT,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
    )
    assert made.returncode != 0
    [line] = made.stdout.splitlines()
    assert "compose" in line and "make run" in line
    assert "unknown command" not in made.stderr
