from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.functional.stack import Stack

#: What no log may have: the signature of a link, the start of a token, cells that failed their job.
SECRETS = ("X-Amz-Signature", "csvsum_", "=SUM(A1)", "1e309", "2024-01-01")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running service for all tests that do not harm it."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    yield running
    running.stop()
    log = running.log.read_text()
    assert "Traceback" not in log, log
    assert [secret for secret in SECRETS if secret in log] == []


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    """Starts a service with the settings given, again with the same files and state."""
    started: list[Stack] = []

    def start(**settings: str) -> Stack:
        started.append(Stack(tmp_path, **settings))
        return started[-1]

    yield start
    for each in started:
        each.stop()
