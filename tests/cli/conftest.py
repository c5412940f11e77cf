"""A folder with files, and the command line."""

from pathlib import Path

import pytest

from tests.cli.running import Run

SALES = b"store,price,tax\nBonn,1234567.09,1\nKiel,2,-3.5\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The present folder; it has a file of sales."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sales.csv").write_bytes(SALES)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return Run(capsys)
