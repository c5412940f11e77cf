"""The folder that the processes of a run share: bells, and the time of the last death."""

import os
from pathlib import Path

VARIABLE = "CSVSUM_RUN_FOLDER"


def run_folder() -> Path:
    """Return the folder, which the supervisor created."""
    return Path(os.environ[VARIABLE])


def deaths(folder: Path | None = None) -> Path:
    """Return the file that is touched when a process dies."""
    return (folder or run_folder()) / "deaths"
