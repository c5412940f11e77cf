"""The zip that runs on Lambda: what Chalice packed, smaller, quicker to start, and reproducible.

Chalice ships no byte code, and Lambda's code folder cannot be written to: every cold start would
compile everything. And its zip holds the time of packing, so that two of the same content differ.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

from deploy.stage import UsageError

NORMALIZED = b"normalized by csvsum"
EPOCH = (1980, 1, 1, 0, 0, 0)
# Chalice takes 50 MiB at most; two below that is the alarm.
MAX_BYTES = 48 * 1024 * 1024
# botocore describes 400 services; the adapters use these, and `sts` names the account.
BOTOCORE = ("dynamodb", "events", "s3", "sqs", "sts")


def normalize(path: Path, requirements: Path) -> None:
    """Rewrite Chalice's zip in place, unless it is normalized. Raises UsageError if it is bad."""
    if is_normalized(path):
        return
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(path) as packed:
            _require_complete(packed, requirements)
            packed.extractall(scratch, [name for name in packed.namelist() if is_needed(name)])
        _compile(Path(scratch))
        fresh = path.with_suffix(".tmp")
        _write(Path(scratch), fresh)
    size = fresh.stat().st_size
    if size > MAX_BYTES:
        raise UsageError(f"The zip has {size:,} bytes, and may have at most {MAX_BYTES:,}.")
    fresh.replace(path)


def is_normalized(path: Path) -> bool:
    """Return whether a zip is complete and normalized; False also for none or half a zip."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as packed:
        return packed.comment == NORMALIZED


def is_needed(name: str) -> bool:
    """Return whether a file is of use in Lambda: no scripts, no tests, no unused services."""
    parts = PurePosixPath(name).parts
    if parts[0] == "zstandard" and "cffi" in parts[-1]:
        return False  # its second backend, for PyPy
    if parts[:2] == ("botocore", "data") and len(parts) > 3:
        return parts[2] in BOTOCORE
    return parts[0] != "bin" and "tests" not in parts[:-1]


def _require_complete(packed: zipfile.ZipFile, requirements: Path) -> None:
    """Raise UsageError for packages that Chalice left out: it only prints a warning."""
    present = {
        name.split("/")[0].split("-")[0].replace("_", "-").lower()
        for name in packed.namelist()
        if ".dist-info/" in name
    }
    missing = sorted(_required(requirements) - present)
    if missing:
        raise UsageError(
            f"Chalice found no wheels for {', '.join(missing)}: this Python cannot have the "
            "versions in requirements.txt."
        )


def _required(requirements: Path) -> set[str]:
    """Return the names of the packages that this version of Python must have."""
    lines = (line.split("#")[0].strip() for line in requirements.read_text().splitlines())
    wanted = [Requirement(line) for line in lines if line]
    return {each.name.lower() for each in wanted if not each.marker or each.marker.evaluate()}


def _compile(folder: Path) -> None:
    """Add byte code that is used without a look at its source (unchecked-hash).

    The Python that compiles is the one that will run it. One process, in order, and hashes of
    strings fixed: the same bytes each time.
    """
    command = [sys.executable, "-m", "compileall", "-q", "-j", "1"]
    command += ["--invalidation-mode", "unchecked-hash"]
    where = ["-s", str(folder), "-p", "/var/task", str(folder)]
    subprocess.run(command + where, env={**os.environ, "PYTHONHASHSEED": "0"}, check=True)


def _write(folder: Path, path: Path) -> None:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        packed.comment = NORMALIZED
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if file.suffix == ".so" else 0o644) << 16
            packed.writestr(entry, file.read_bytes())
