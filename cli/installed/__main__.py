"""Starts the installed command; ``python -m csvsum`` does so as well.

In an installation, the folders ``cli`` and ``chalicelib`` are below this package: every Chalice
project has a chalicelib of its own, so neither may be installed at the top. This process finds them
there first, and no other process is changed.
"""

import gc
import sys
from pathlib import Path

#: Python looks for garbage after so many new objects. With its default of 700 it does so dozens of
#: times while the modules are imported, and finds none.
OBJECTS = 50_000


def main() -> int:
    """Run the command line. Return the exit code."""
    gc.set_threshold(OBJECTS)
    sys.path.insert(0, str(Path(__file__).parent))
    from cli.main import main as run

    status = run()
    # At its end, Python looks for garbage in all that is not frozen: an eighth of a short run.
    gc.freeze()
    return status


if __name__ == "__main__":
    sys.exit(main())
