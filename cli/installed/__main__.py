"""Starts the installed command; ``python -m csvsum`` does so as well.

In an installation, the folders ``cli`` and ``chalicelib`` are below this package: every Chalice
project has a chalicelib of its own, so neither may be installed at the top. This process finds them
there first, and no other process is changed.
"""

import sys
from pathlib import Path


def main() -> int:
    """Run the command line. Return the exit code."""
    sys.path.insert(0, str(Path(__file__).parent))
    from cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
