"""The version of the engine changes with each file that sums may depend on, and with no other."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.engine.version import CODE, ENGINE, version_of
from chalicelib.jobs import results
from chalicelib.jobs.earlier import CODE_VERSION
from tests.imports import ROOT

FILES = sorted(path for path in ENGINE.rglob("*") if path.suffix in CODE)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(ENGINE, tmp_path / ENGINE.name)


def test_a_copy_has_the_same_version(copy: Path) -> None:
    assert version_of(copy) == version_of(ENGINE)


def test_the_kernels_in_python_and_in_c_are_part_of_it() -> None:
    names = {path.relative_to(ENGINE).as_posix() for path in FILES}
    assert {"reference.py", "pandas_kernel.py", "verdict.py", "native/src/kernel.c"} <= names
    assert {"native/src/numbers.h", "decompression/__init__.py"} <= names


@pytest.mark.parametrize("path", [path.relative_to(ENGINE).as_posix() for path in FILES])
def test_any_change_of_a_file_is_another_version(copy: Path, path: str) -> None:
    before = version_of(copy)
    changed = copy / path
    changed.write_bytes(changed.read_bytes() + b" ")
    assert version_of(copy) != before


def test_a_file_that_is_moved_or_added_is_another_version(copy: Path) -> None:
    before = version_of(copy)
    (copy / "cells.py").rename(copy / "cell.py")
    assert version_of(copy) != before
    (copy / "cell.py").rename(copy / "cells.py")
    assert version_of(copy) == before
    (copy / "more.py").write_text("")
    assert version_of(copy) != before


def test_what_is_made_from_the_code_does_not_count(copy: Path) -> None:
    before = version_of(copy)
    (copy / "__pycache__").mkdir(exist_ok=True)
    (copy / "__pycache__" / "sums.cpython-311.pyc").write_bytes(b"x")
    (copy / "native" / "lib" / "csvsum-linux-x86_64.so").write_bytes(b"x")
    assert version_of(copy) == before


def test_how_results_are_made_from_sums_counts_too() -> None:
    assert CODE_VERSION == version_of(ENGINE, Path(results.__file__)) != version_of(ENGINE)


# Prints the key of a job, before which a file of the engine may have changed.
PROCESS = """
import sys
from datetime import timedelta
from chalicelib.engine.options import Options
from chalicelib.engine.version import ENGINE
from chalicelib.jobs.earlier import EarlierResults
from chalicelib.jobs.job import FileVersion, queued, utc_now
if sys.argv[1:]:
    with (ENGINE / "sums.py").open("a") as file:
        file.write("# newer\\n")
job = queued("0" * 32, "x.csv", Options(), FileVersion(1, "1"), utc_now())
print(EarlierResults(None, None, "file:///a", timedelta(1)).key(job))
"""


def test_a_process_has_the_version_of_the_code_that_it_started_with(tmp_path: Path) -> None:
    """The results of old code must not answer jobs of new code."""
    shutil.copytree(ROOT / "chalicelib", tmp_path / "chalicelib")
    first, second, third = (
        subprocess.run(
            [sys.executable, "-c", PROCESS, *more],
            cwd=tmp_path,
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for more in ([], ["changed"], [])
    )
    assert first == second
    assert third != first
