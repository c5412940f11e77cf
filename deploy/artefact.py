"""The zip that runs on Lambda: what Chalice packed, made smaller, quicker to start, and the same every time.

Chalice ships no byte code, and Lambda's code folder cannot be written to: every cold start would compile everything
again. And its zip holds the time of packing, so that two of the same content differ.
"""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from deploy.stage import UsageError

SEALED = b"sealed by csvsum"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
# Chalice takes 50 MiB at most; two below that is the alarm.
MOST_BYTES = 48 * 1024 * 1024
# botocore describes 400 services; these are the ones that the doors use, and what resolves credentials and endpoints.
BOTOCORE = ("dynamodb", "s3", "sqs", "sts")


def seal(path: Path, requirements: Path) -> None:
    """Rewrite Chalice's zip in place; one that is sealed already stays. Raises UsageError when it cannot run."""
    if is_sealed(path):
        return
    with tempfile.TemporaryDirectory() as scratch:
        with zipfile.ZipFile(path) as packed:
            _require_complete(packed, requirements)
            packed.extractall(scratch, [name for name in packed.namelist() if is_needed(name)])
        _compile(Path(scratch))
        fresh = path.with_suffix(".tmp")
        _write(Path(scratch), fresh)
    if fresh.stat().st_size > MOST_BYTES:
        raise UsageError(
            f"The zip has {fresh.stat().st_size} bytes; more than {MOST_BYTES} would soon be refused."
        )
    os.replace(fresh, path)


def is_sealed(path: Path) -> bool:
    with zipfile.ZipFile(path) as packed:
        return packed.comment == SEALED


def is_needed(name: str) -> bool:
    """Whether a file of the zip can be of use there: no tests of packages, no scripts, no services that nobody calls."""
    parts = PurePosixPath(name).parts
    if parts[:2] == ("botocore", "data") and len(parts) > 3:
        return parts[2] in BOTOCORE
    return parts[0] != "bin" and "tests" not in parts[:-1]


def _require_complete(packed: zipfile.ZipFile, requirements: Path) -> None:
    """Chalice leaves out what has no wheel for the runtime, says so in passing, and goes on."""
    present = {
        name.split("/")[0].split("-")[0].replace("_", "-").lower()
        for name in packed.namelist()
        if ".dist-info/" in name
    }
    missing = sorted(_required(requirements) - present)
    if missing:
        raise UsageError(
            f"Chalice found no wheels for {', '.join(missing)}: requirements.txt asks for versions that this runtime cannot have."
        )


def _required(requirements: Path) -> set[str]:
    lines = (line.split("#")[0].strip() for line in requirements.read_text().splitlines())
    return {re.split(r"[=<>;\[ ]", line)[0].lower() for line in lines if line}


def _compile(folder: Path) -> None:
    """Byte code that is taken without a look at its source (unchecked-hash), by the Python that will run it. One process, in
    order, and hashes of strings fixed: the same bytes each time."""
    command = [
        sys.executable,
        "-m",
        "compileall",
        "-q",
        "-j",
        "1",
        "--invalidation-mode",
        "unchecked-hash",
    ]
    where = ["-s", str(folder), "-p", "/var/task", str(folder)]
    subprocess.run(command + where, env={**os.environ, "PYTHONHASHSEED": "0"}, check=True)


def _write(folder: Path, path: Path) -> None:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        packed.comment = SEALED
        for file in files:
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if file.suffix == ".so" else 0o644) << 16
            packed.writestr(entry, file.read_bytes())
