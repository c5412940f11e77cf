"""The service as it was before it embedded MiniStack, to compare with: a copy of an earlier commit.

Then moto was the embedded AWS, workers polled the queues, and a small job cost eight calls.
"""

import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

PROJECT = Path(__file__).parent.parent
COMMIT = "3cec0ed"


def tree() -> Path | None:
    """Return a folder with the code of the commit, built; None if this clone lacks the commit."""
    folder = PROJECT / "build" / f"before-{COMMIT}"
    if not folder.exists():
        archive = subprocess.run(
            ["git", "archive", COMMIT], cwd=PROJECT, capture_output=True, check=False
        )
        if archive.returncode:
            return None
        _unpack(archive.stdout, folder)
    return folder


def _unpack(archive: bytes, folder: Path) -> None:
    unfinished = folder.with_suffix(".unfinished")
    with tarfile.open(fileobj=BytesIO(archive)) as packed:
        packed.extractall(unfinished, filter="data")
    build = [sys.executable, "-m", "chalicelib.engine.native.build"]
    subprocess.run(build, cwd=unfinished, check=True, capture_output=True)
    unfinished.replace(folder)
