"""python -m local (or `make run`): start the service, keep it running, stop it on Ctrl-C.

Settings come from the environment. The arguments are the names that the user gave to make.
"""

import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

from chalicelib.settings import BadSetting
from local import messages
from local.config import LocalConfig, UsageError, require_free
from local.service import LocalService
from local.spelling import require_known
from local.survey import survey


class Stopped(Exception):
    """Ctrl-C or SIGTERM."""


def main() -> int:
    """Run the service until it is stopped. Return the exit status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        _run(sys.argv[1:], os.environ)
    except (UsageError, BadSetting) as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 2
    except Stopped:
        print("Stopped.", flush=True)
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    raise Stopped


def _run(given: Sequence[str], environ: Mapping[str, str]) -> None:
    require_known(given, environ)
    config = LocalConfig.from_env(environ)
    require_free(config.host, config.port)
    with tempfile.TemporaryDirectory(prefix="csvsum-") as run_folder:
        service = LocalService(config, environ, Path(run_folder))
        try:
            service.start()
            found = survey(config, service.endpoint)
            print(messages.welcome(config, service.endpoint, found), flush=True)
            service.watch()
        except Stopped:
            print(messages.farewell(config, service.in_progress()), flush=True)
            raise
        finally:
            service.stop()


if __name__ == "__main__":
    sys.exit(main())
