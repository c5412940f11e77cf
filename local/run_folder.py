"""The folder that the processes of a run share: bells, and the time of the last death.

It is in the folder STATE, where the next run replaces what a killed one left.
"""

import os
from pathlib import Path

RUN = "run"
VARIABLE = "CSVSUM_RUN_FOLDER"


def run_folder() -> Path:
    """Return the folder, which the supervisor created."""
    return Path(os.environ[VARIABLE])


def deaths(folder: Path | None = None) -> Path:
    """Return the file that is touched when a process dies."""
    return (folder or run_folder()) / "deaths"
