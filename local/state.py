"""The folder that keeps jobs, results and queued messages from one `make run` to the next.

`python -m local.state FOLDER` empties it.
"""

import fcntl
import os
import shutil
import sys
import time
from pathlib import Path

from local.config import UsageError
from local.spelling import require_known

LOCK = "csvsum.lock"
# Where the embedded AWS of the run answers that uses the folder, or used it last.
ENDPOINT = "endpoint"
# If a run was killed, its embedded AWS still saves the state before it unlocks the folder.
LOCK_SECONDS = 5


class State:
    """The folder, locked for this process and for those that inherit ``lock``.

    Raises UsageError if the folder cannot be used, or another run uses it.
    """

    def __init__(self, folder: Path, wait_seconds: float = LOCK_SECONDS) -> None:
        self.folder = folder
        _require_own(folder)
        try:
            # It keeps results and uploads, which other users of the machine must not read.
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise UsageError(f"STATE: {folder} cannot be used: {error.strerror}.") from error
        self._acquire(wait_seconds)

    def path(self, name: str) -> Path:
        """Return the subfolder of this name; create it if needed."""
        made = self.folder / name
        made.mkdir(exist_ok=True)
        return made

    def new_path(self, name: str) -> Path:
        """Return the subfolder of this name, empty."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return self.path(name)

    def note_endpoint(self, endpoint: str) -> None:
        """Let other commands know where the embedded AWS answers."""
        (self.folder / ENDPOINT).write_text(endpoint)

    def clear(self) -> None:
        """Remove all that is kept."""
        for entry in self.folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            elif entry.name != LOCK:
                entry.unlink()

    def _acquire(self, wait_seconds: float) -> None:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() < deadline:
                    time.sleep(0.1)
                    continue
                raise UsageError(
                    f"STATE: another `make run` uses {self.folder}; stop it, or name another "
                    "folder with STATE=..."
                ) from error
            return


def endpoint_of_run(folder: Path) -> str:
    """Return where the embedded AWS of a running `make run` answers. Raises UsageError."""
    if not _is_used(folder) or not (folder / ENDPOINT).exists():
        raise UsageError(
            f"No `make run` uses {folder}; start one, name its folder with STATE=..., or name a "
            "deployment with STAGE=..."
        )
    return (folder / ENDPOINT).read_text()


def _is_used(folder: Path) -> bool:
    """Return whether a run has locked the folder."""
    try:
        lock = os.open(folder / LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _require_own(folder: Path) -> None:
    """Raise UsageError if the folder holds something that `make run` did not put there."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / LOCK).exists():
        raise UsageError(
            f"STATE: {folder} has files that `make run` did not create; name an empty folder."
        )


def main() -> int:
    """Empty the folder that is named on the command line, before the names of make's settings."""
    folder, given = Path(sys.argv[1]).resolve(), sys.argv[2:]
    try:
        # A misspelled STATE must not empty the default folder.
        require_known(given, {})
        if not folder.exists():
            print(f"Nothing is kept in {folder}.")
            return 0
        State(folder).clear()
    except UsageError as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 2
    print(f"Removed all jobs and results that were kept in {folder}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
