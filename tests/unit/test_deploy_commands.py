"""What the commands of deploy show and refuse, and how they fail."""

import http.server
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.__main__ import main
from deploy.aws import Aws
from deploy.chalice_deploy import TRIES, require_answer
from deploy.progress import Progress
from deploy.project import chalice
from deploy.stage import UsageError
from local import install
from local.config import CREDENTIALS, free_port
from smoke.errors import Failed
from smoke.http import Reply, send
from smoke.one_file import sum_file

Answer = Callable[[str], tuple[int, str]]


def test_a_silent_step_is_shown_again(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(silence_seconds=0.01) as say:
        say("Waiting")
        for _ in range(1000):
            if "... Waiting" in (shown := capsys.readouterr().out):
                break
            threading.Event().wait(0.01)
    assert "... Waiting" in shown


def test_each_step_has_its_time(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as say:
        say("One")
        say("Two")
    assert capsys.readouterr().out == "[   0 s] One\n[   0 s] Two\n"


def test_a_failure_of_chalice_is_raised_with_its_words_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as failed:
        chalice(tmp_path, "deploy", environment=dict(os.environ), say=print)
    told = str(failed.value)
    assert told.startswith("chalice deploy failed (2):\nRuntimeError: Unable to load the project")
    assert "Traceback" not in told
    assert told.endswith("run the same command again: it continues with what exists.")


def test_what_chalice_does_is_shown_as_it_is_done(tmp_path: Path) -> None:
    shown: list[str] = []
    chalice(tmp_path, "--version", environment=dict(os.environ), say=shown.append)
    assert "python" in shown[0]


def test_an_emulator_that_does_not_run_is_no_fault_of_the_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": endpoint}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=f"Nothing answers at {endpoint}. Start the emulator"):
        _ = Aws().identity


def test_a_setup_that_takes_long_shows_that_it_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "SILENCE_SECONDS", 0.01)
    shown = ""
    with install.step("packages"):
        for _ in range(1000):
            if "... packages" in (shown := shown + capsys.readouterr().out):
                break
            threading.Event().wait(0.01)
    assert "... packages" in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up", "prd"], "no stage 'prd'; did you mean prod?"),
        (["--given", "STAG SET", "up", "dev"], "no variable of make 'STAG'; did you mean STAGE?"),
        (["package", "dev", "PART_BITES=1"], "no variable 'PART_BITES'; did you mean PART_BYTES?"),
        (["package", "dev", "PART_BYTES=many"], "PART_BYTES must be a whole number"),
    ],
)
def test_a_wrong_word_ends_a_command_with_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert words in told
    assert told.startswith("csvsum: ")
    assert told.count("\n") == 1


@pytest.fixture
def server() -> Iterator[Callable[[Answer], str]]:
    """Start an HTTP server that returns the given replies by path; return its URL."""
    servers = []

    def start(answer: Answer) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, text = answer(self.path)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(running)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{running.server_port}"

    yield start
    for running in servers:
        running.shutdown()
        running.server_close()


def test_an_api_that_does_not_answer_yet_is_waited_for(
    server: Callable[[Answer], str],
) -> None:
    statuses = iter([500, 403])
    url = server(lambda _: (next(statuses), "{}"))
    require_answer(url, print, TRIES.new(backoff_factor=0))
    assert next(statuses, None) is None


def test_an_api_that_fails_for_long_is_no_success(server: Callable[[Answer], str]) -> None:
    url = server(lambda _: (502, "broken"))
    with pytest.raises(UsageError, match=r"does not answer: .*502"):
        require_answer(url, print, TRIES.new(backoff_factor=0))


def getting(base: str) -> Callable[[str], Reply]:
    return lambda path: send("GET", base + path)


def test_the_smoke_test_returns_the_sums(server: Callable[[Answer], str]) -> None:
    states = iter([(202, "{}"), (200, '{"a": 1}')])

    def answer(path: str) -> tuple[int, str]:
        if path == "/csv_name=a%20b.csv?fresh=true":
            return 200, json.dumps({"Task started, your id": "1"})
        return next(states)

    assert sum_file(getting(server(answer)), "a b.csv", pause=0) == '{"a": 1}'


@pytest.mark.parametrize(("status", "words"), [(404, "was not accepted"), (422, "failed")])
def test_the_smoke_test_fails_with_the_reply(
    server: Callable[[Answer], str], status: int, words: str
) -> None:
    def answer(path: str) -> tuple[int, str]:
        if path.startswith("/csv_name") and status != 404:
            return 200, json.dumps({"Task started, your id": "1"})
        return status, "the reason"

    with pytest.raises(Failed, match=rf"{words}.*the reason"):
        sum_file(getting(server(answer)), "a.csv", pause=0)
