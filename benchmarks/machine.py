"""What the figures depend on: the machine, and versions."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.ours import kernel
from benchmarks.tables import table

LIBRARIES = (
    "pandas",
    "numpy",
    "polars",
    "duckdb",
    "pyarrow",
    "chalice",
    "boto3",
    "ministack",
    "moto",
    "isal",
    "flask",
)


def report() -> str:
    cores = len(os.sched_getaffinity(0))
    facts = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "csvsum": f"{_revision()}, kernel: {kernel().name}",
        "processor": _processor(),
        "cores": str(cores),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "load at the start": f"{os.getloadavg()[0]:.1f} of {cores}",
        "Python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }
    return "## Machine\n\n" + table(("what", "value"), facts.items())


def stamp(command: str) -> str:
    """Return when, where and with which command something is measured."""
    date, cores = f"{datetime.now(UTC):%Y-%m-%d}", len(os.sched_getaffinity(0))
    return (
        f"Measured on {date} at {_revision()}, on {_processor()} with {cores} cores, of which "
        f"{os.getloadavg()[0]:.1f} were busy at the start:\n`{command}`."
    )


def _processor() -> str:
    match = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return match[1] if match else platform.processor() or "unknown"


def _revision() -> str:
    """Return the commit, and whether the files differ from it."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"
