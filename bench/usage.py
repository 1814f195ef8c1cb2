"""What a server and its children have cost, from /proc."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _USER, _SYSTEM, _DEAD_USER, _DEAD_SYSTEM = 1, 11, 12, 13, 14  # fields after the name, see proc(5)


def cpu_of_tree(pid: int) -> float:
    """Seconds of CPU of a process and all below it; of those that ended too, once they were waited for."""
    stats = {int(path.name): fields for path in Path("/proc").glob("[0-9]*") if (fields := _stat(path))}
    mine = {pid}
    while more := {child for child, fields in stats.items() if int(fields[_PARENT]) in mine} - mine:
        mine |= more
    counted = (_USER, _SYSTEM, _DEAD_USER, _DEAD_SYSTEM)
    return sum(int(stats[one][field]) for one in mine & stats.keys() for field in counted) / _TICKS


def _stat(process: Path) -> list[str]:
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has gone meanwhile
        return []
