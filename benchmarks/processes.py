"""The processes of a service that runs here: their memory, and the CPU time that they have used."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.readers import peak_bytes

SUPERVISOR, WORKER = "local", "local.worker"


def worker_peaks(port: int) -> list[int]:
    """Return the peak memory (VmHWM) of each worker of the service on a port, in bytes."""
    return [
        peak_bytes((process / "status").read_text())
        for process in _processes(port)
        if _module(process) == WORKER
    ]


def cpu_seconds(port: int) -> dict[str, float]:
    """Return the CPU time of the service on a port so far, by module."""
    used: defaultdict[str, float] = defaultdict(float)
    for process in _processes(port):
        user, system = _status(process)[11:13]
        used[_module(process)] += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return used


def _processes(port: int) -> Iterator[Path]:
    """Yield the supervisor of the service on a port, and its children.

    The supervisor is recognized by its command line and by the port in its environment, because
    other services may run here.
    """
    mine = [process for process in Path("/proc").glob("[0-9]*") if _is_readable(process)]
    for supervisor in mine:
        if _module(supervisor) == SUPERVISOR and f"PORT={port}" in _texts(supervisor, "environ"):
            yield supervisor
            yield from (each for each in mine if _status(each)[1] == supervisor.name)


def _is_readable(process: Path) -> bool:
    try:
        return bool(_texts(process, "environ"))
    except OSError:  # it has ended, or belongs to someone else
        return False


def _module(process: Path) -> str:
    """Return the module that a process of Python runs, from ``python -m module``."""
    _, _, after = "\0".join(_texts(process, "cmdline")).partition("\0-m\0")
    return after.partition("\0")[0]


def _status(process: Path) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the name, which may have spaces."""
    return (process / "stat").read_text().rpartition(")")[2].split()


def _texts(process: Path, file: str) -> list[str]:
    return (process / file).read_bytes().decode(errors="replace").split("\0")
