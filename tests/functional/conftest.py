from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.functional.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running service for all tests that do not harm it."""
    running = Stack(tmp_path_factory.mktemp("stack"))
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text(), running.log.read_text()


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
