from collections.abc import Iterator

import pytest

from tests.functional.stack import Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running service for all tests that do not harm it."""
    folder = tmp_path_factory.mktemp("stack")
    (folder / "data").mkdir()
    running = Stack(folder / "data", folder / "log.txt")
    yield running
    running.stop()
    assert "Traceback" not in running.log.read_text(), running.log.read_text()
