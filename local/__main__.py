"""python -m local (or `make run`): start the service, keep it running, stop it on Ctrl-C.

Settings come from the environment. The arguments are the names that the user gave to make.
"""

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import FrameType

from chalicelib.settings import BadSetting
from local import messages
from local.config import LocalConfig, UsageError, require_free
from local.service import LocalService
from local.spelling import require_known
from local.survey import survey

#: What stops the service: Ctrl-C, a service manager, and a terminal that is closed.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """One of ``SIGNALS``."""


def main() -> int:
    """Run the service until it is stopped. Return the exit status."""
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup ignores SIGHUP
            signal.signal(number, _stop)
    try:
        _run(sys.argv[1:], os.environ)
    except (UsageError, BadSetting) as error:
        print(f"csvsum: {error}", file=sys.stderr)
        return 2
    except Stopped:
        _say("Stopped.")
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    for ignored in SIGNALS:
        signal.signal(ignored, signal.SIG_IGN)
    raise Stopped


def _run(given: Sequence[str], environ: Mapping[str, str]) -> None:
    require_known(given, environ)
    config = LocalConfig.from_env(environ)
    require_free(config.host, config.port)
    service = LocalService(config, environ)
    try:
        service.start()
        found = survey(config, service.endpoint)
        print(messages.welcome(config, service.endpoint, found), flush=True)
        service.watch()
    except Stopped:
        _say(messages.farewell(config, service.in_progress()))
        raise
    finally:
        service.stop()


def _say(text: str) -> None:
    """Print, unless the terminal was closed."""
    with suppress(OSError):
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
