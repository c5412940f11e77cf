import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.running import Run
from tests.functional.stack import Stack

SALES = b"store,price,tax\nBonn,1234567.09,1\nKiel,2,-3.5\n"
#: What no log may have: the signature of a link, the start of a token, cells that failed their job.
SECRETS = ("X-Amz-Signature", "csvsum_", "=SUM(A1)", "1e309", "2024-01-01")


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Let Ctrl-C reach what the tests start; a shell ignores it for what is started with ``&``."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without files, of a user without a configuration."""
    for name in ("CSVSUM_URL", "CSVSUM_TOKEN", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def csvsum(
    stack: Stack, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command line, for a service that asks for no token."""
    monkeypatch.setenv("CSVSUM_URL", stack.api.base)
    return Run(capsys)


@pytest.fixture
def sales(stack: Stack, unique: Callable[[str], str]) -> str:
    """A file of the source, with a name that no other test uses."""
    return stack.put(unique("sales") + ".csv", SALES)
