"""``python -m cli``: the command line, from the folder of the project."""

import sys

from cli.main import main

sys.exit(main())
