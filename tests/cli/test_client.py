"""HTTP with a service: what is sent once more, what an error says, and where a token goes."""

import gzip
import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from cli.client import Client
from cli.configuration import Access
from cli.failures import Exit, Failure
from cli.problems import Refusal
from cli.progress import ignore
from cli.service import Service
from tests.cli.scripted_server import Answer, Asked, ScriptedServer, problem

TOKEN = "csvsum_secret"
OK = Answer(200, {"status": "ok", "version": "1"})
BUSY = problem(503, "unavailable", "The queue did not respond; try again.", Retry_After="1")


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    with ExitStack() as running:
        yield lambda *answers: running.enter_context(ScriptedServer(*answers).running())


class Waits(list[float]):
    """The times that a client waited for, which take none."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def connected() -> Iterator[Callable[..., tuple[Service, Waits]]]:
    with ExitStack() as open_clients:

        def connect(url: str, token: str = TOKEN) -> tuple[Service, Waits]:
            waits = Waits()
            service = Service(Client(Access(url, token, "--url"), waits))
            open_clients.callback(service.close)
            return service, waits

        yield connect


Serve = Callable[..., ScriptedServer]
Connected = Callable[..., tuple[Service, Waits]]


def test_a_request_has_the_token_and_a_reply_its_members(
    serve: Serve, connected: Connected
) -> None:
    server = serve(OK)
    service, waits = connected(server.url)
    assert (service.health()["version"], waits) == ("1", [])
    assert server.asked[0].headers["Authorization"] == f"Bearer {TOKEN}"


def test_a_service_that_is_busy_is_asked_once_more_after_the_time_it_names(
    serve: Serve, connected: Connected
) -> None:
    service, waits = connected(serve(BUSY, BUSY, OK).url)
    assert service.health()["status"] == "ok"
    assert [1 <= seconds <= 1.5 for seconds in waits] == [True, True]


def test_too_many_requests_are_waited_out_and_said(
    serve: Serve, connected: Connected, capsys: pytest.CaptureFixture[str]
) -> None:
    busy = problem(429, "too_many_jobs", "2 of your jobs are in progress.", Retry_After="60")
    service, (*_,) = connected(serve(busy, OK).url)
    service.health()
    assert "2 of your jobs are in progress; trying again in 6" in capsys.readouterr().err


def test_patience_ends_with_what_the_service_says(serve: Serve, connected: Connected) -> None:
    busy = problem(429, "too_many_jobs", "2 of your jobs are in progress.", Retry_After="60")
    service, waits = connected(serve(busy).url)
    with pytest.raises(Refusal, match="2 of your jobs") as refused:
        service.health()
    assert (refused.value.exit_code, len(waits)) == (Exit.REFUSED, 1)


def test_a_lost_reply_to_a_submission_is_asked_for_with_the_same_key(
    serve: Serve, connected: Connected
) -> None:
    server = serve(OK, Answer(0), Answer(202, {"id": "1"}))
    service, waits = connected(server.url)
    service.health()
    assert service.submit("x.csv", {"step": 5}) == {"id": "1"}
    first, second = (asked.headers["Idempotency-Key"] for asked in server.asked[1:])
    assert first == second
    assert json.loads(server.asked[2].body) == {"csv": "x.csv", "step": 5}
    assert len(waits) == 1


def test_two_submissions_have_two_keys(serve: Serve, connected: Connected) -> None:
    server = serve(Answer(202, {"id": "1"}))
    service, _ = connected(server.url)
    for _ in range(2):
        service.submit("x.csv", {})
    assert len({asked.headers["Idempotency-Key"] for asked in server.asked}) == 2


def free_url() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_nothing_answers_is_said_soon(connected: Connected) -> None:
    service, waits = connected(free_url())
    with pytest.raises(Failure, match="nothing answers at http://127") as failed:
        service.health()
    assert failed.value.exit_code is Exit.UNREACHABLE
    assert sum(waits) < 2


def test_a_large_reply_is_fetched_from_its_link_without_the_token(
    serve: Serve, connected: Connected
) -> None:
    storage = serve(Answer(200, {"id": "1", "status": "succeeded"}))
    link = {"Location": f"{storage.url}/bucket/job.json?X-Amz-Signature=1"}
    server = serve(Answer(303, {"id": "1"}, link))
    service, _ = connected(server.url)
    assert service.job("1")["status"] == "succeeded"
    (asked,) = storage.asked
    assert asked.path.endswith("?X-Amz-Signature=1")
    assert "authorization" not in {name.lower() for name in asked.headers}


def test_a_redirect_is_not_followed_with_a_token_but_said(
    serve: Serve, connected: Connected
) -> None:
    elsewhere = serve(OK)
    service, _ = connected(serve(Answer(301, None, {"Location": f"{elsewhere.url}/x"})).url)
    with pytest.raises(Failure, match="leads to another address") as failed:
        service.health()
    assert failed.value.exit_code is Exit.UNREACHABLE
    assert elsewhere.asked == []


@pytest.mark.parametrize(
    ("answer", "exit_code", "words"),
    [
        (problem(400, "bad_request", "step must be 1 or more."), Exit.USAGE, "step must be 1"),
        (problem(401, "invalid_token", "The token is not valid."), Exit.REFUSED, "the token is"),
        (problem(403, "forbidden", "AWS refused it."), Exit.REFUSED, "AWS refused it"),
        (problem(404, "unknown_job", "There is no job x."), Exit.MISSING, "there is no job x"),
        (problem(404, "no_such_page", "There is nothing."), Exit.UNREACHABLE, "does not know"),
        (problem(409, "already_ended", "It has ended."), Exit.REFUSED, "it has ended"),
        (problem(422, "archived", "It is archived."), Exit.FILE, "it is archived"),
        (problem(422, "upload_too_large", "It is too large."), Exit.REFUSED, "too large"),
        (problem(500, "internal_error", "The service failed."), Exit.UNREACHABLE, "failed"),
        (Answer(200, b"<html>"), Exit.UNREACHABLE, "is not csvsum"),
        (Answer(404, b"<html>"), Exit.UNREACHABLE, "is not csvsum: it replied 404"),
        (Answer(404, {"message": "Missing Authentication Token"}), Exit.UNREACHABLE, "not csvsum"),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code(
    serve: Serve, connected: Connected, answer: Answer, exit_code: Exit, words: str
) -> None:
    service, waits = connected(serve(answer).url)
    with pytest.raises(Failure) as failed:
        service.health()
    assert (failed.value.exit_code, waits) == (exit_code, [])
    assert words in failed.value.message
    assert not failed.value.message.endswith(".")


def test_no_token_is_in_an_error_a_log_or_the_text_of_an_object(
    serve: Serve, connected: Connected, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(problem(401, "invalid_token", "The token is not valid."))
    service, _ = connected(server.url)
    caplog.set_level(logging.INFO)
    with pytest.raises(Failure) as failed:
        service.health()
    shown = (failed.value.message, *failed.value.advice, repr(service.access), caplog.text)
    assert TOKEN not in " ".join(shown)


def test_a_job_is_followed_by_its_tag_until_it_has_ended(
    serve: Serve, connected: Connected
) -> None:
    def job(status: str, tag: str) -> Answer:
        return Answer(200, {"id": "1", "status": status}, {"ETag": tag})

    server = serve(
        job("queued", '"1"'), Answer(304, None, {"ETag": '"1"'}), job("succeeded", '"2"')
    )
    service, _ = connected(server.url)
    assert [each["status"] for each in service.follow("1")] == ["queued", "succeeded"]
    assert [asked.headers.get("If-None-Match") for asked in server.asked] == [None, '"1"', '"1"']
    assert [asked.path for asked in server.asked[1:]] == ["/jobs/1?wait=20"] * 2


def uploads(storage: ScriptedServer) -> Answer:
    return Answer(
        201, {"csv": "uploads/1/x.csv", "url": storage.url, "fields": {"key": "k", "policy": "p"}}
    )


def test_a_file_is_sent_as_the_last_part_of_the_form_and_its_bytes_are_counted(
    serve: Serve, connected: Connected, tmp_path: Path
) -> None:
    counted: list[int] = []
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\n1\n" * 50_000)
    storage = serve(Answer(204))
    server = serve(uploads(storage))
    service, _ = connected(server.url)
    assert service.upload(path, counted.append) == "uploads/1/x.csv"
    assert json.loads(server.asked[0].body) == {"name": "x.csv", "bytes": 200_000}
    (asked,) = storage.asked
    body = asked.body
    assert body.index(b'name="key"') < body.index(b'name="policy"') < body.index(b'name="file"')
    assert b"a\n1\n" * 50_000 in body
    assert (counted[-1], counted == sorted(counted)) == (200_000, True)
    assert "authorization" not in {name.lower() for name in asked.headers}


def test_an_upload_that_failed_begins_anew(
    serve: Serve, connected: Connected, tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\n1\n")
    storage = serve(Answer(503, b"<Error><Code>SlowDown</Code></Error>"), Answer(204))
    service, waits = connected(serve(uploads(storage)).url)
    service.upload(path, ignore)
    assert [b"a\n1\n" in asked.body for asked in storage.asked] == [True, True]
    assert len(waits) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("EntityTooLarge", "it is larger than the service allows"),
        ("AccessDenied", "the time for the upload has passed"),
        ("Strange", "the storage replied Strange"),
    ],
)
def test_a_file_that_the_storage_refuses_is_said(
    serve: Serve, connected: Connected, tmp_path: Path, code: str, words: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\n1\n")
    storage = serve(Answer(400, f"<Error><Code>{code}</Code></Error>".encode()))
    service, _ = connected(serve(uploads(storage)).url)
    with pytest.raises(Failure, match=words) as failed:
        service.upload(path, ignore)
    assert failed.value.exit_code is Exit.REFUSED


def test_a_proxy_of_the_environment_is_used(
    serve: Serve, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(OK)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", "")
    service, _ = connected("http://csv.example.com/api")
    service.health()
    assert proxy.asked[0].path == "http://csv.example.com/api/health"


def test_a_list_is_read_page_by_page_until_there_are_enough(
    serve: Serve, connected: Connected
) -> None:
    def page(asked: Asked) -> Answer:
        jobs: list[Any] = [{"id": "1"}] * 100
        return Answer(200, {"jobs": jobs, "next": "n"})

    server = serve(page)
    service, _ = connected(server.url)
    found = service.jobs({"status": "failed", "csv": None}, limit=200)
    assert (len(found.items), found.next) == (200, "n")
    assert [asked.path for asked in server.asked] == [
        "/jobs?status=failed&limit=100",
        "/jobs?status=failed&limit=100&cursor=n",
    ]


WRONG = {
    "a list": [1],
    "a text": "x",
    "no member": {},
    "brackets without end": b"[" * 100_000,
    "a page": b"<html>",
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_what_is_not_csvsum_is_said_and_no_fault_of_the_command(
    serve: Serve, connected: Connected, content: object
) -> None:
    service, _ = connected(serve(Answer(200, content)).url)
    asks: list[Callable[[], object]] = [
        service.health,
        service.me,
        lambda: service.job("1"),
        lambda: next(service.follow("1")),
        lambda: service.submit("x.csv", {}),
        lambda: service.jobs({}, 1),
        lambda: service.files(""),
        lambda: service.count(mine=True),
        lambda: service.upload(Path(__file__), ignore),
    ]
    for ask in asks:
        with pytest.raises(Failure, match="is not csvsum: it replied 200") as failed:
            ask()
        assert failed.value.exit_code is Exit.UNREACHABLE


@pytest.mark.parametrize("link", ["file:///etc/passwd", "ftp://x/y", "data:"])
def test_a_link_leads_to_the_web_alone(serve: Serve, connected: Connected, link: str) -> None:
    form = Answer(201, {"csv": "uploads/1/1/x", "url": link, "fields": {}})
    service, _ = connected(serve(Answer(303, {}, {"Location": link}), form).url)
    asks: list[Callable[[], object]] = [
        lambda: service.job("1"),
        lambda: service.upload(Path(__file__), ignore),
    ]
    for ask in asks:
        with pytest.raises(Failure, match="is not csvsum"):
            ask()


@pytest.mark.parametrize("packed", [False, True])
def test_a_reply_without_end_is_not_kept(
    serve: Serve, connected: Connected, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    monkeypatch.setattr("cli.replies.MAX_REPLY_BYTES", 1000)
    body = json.dumps({"status": "ok", "version": "1" * 100_000}).encode()
    headers = {"Content-Encoding": "gzip"} if packed else {}
    server = serve(Answer(200, gzip.compress(body) if packed else body, headers))
    service, waits = connected(server.url)
    with pytest.raises(Failure, match="no end"):
        service.health()
    assert (len(server.asked), waits) == (1, [])


def test_a_reply_may_be_packed(serve: Serve, connected: Connected) -> None:
    body = gzip.compress(b'{"status": "ok", "version": "1"}')
    service, _ = connected(serve(Answer(200, body, {"Content-Encoding": "gzip"})).url)
    assert service.health()["version"] == "1"


@pytest.mark.parametrize("status", [304, 200])
def test_a_service_that_does_not_wait_is_not_asked_without_a_pause(
    serve: Serve, connected: Connected, status: int
) -> None:
    running, tag = {"id": "1", "status": "running"}, {"ETag": '"1"'}
    same = Answer(status, None if status == 304 else running, tag)
    ended = Answer(200, {"id": "1", "status": "succeeded"}, {"ETag": '"2"'})
    server = serve(Answer(200, running, tag), same, same, same, ended)
    service, waits = connected(server.url)
    assert [each["status"] for each in service.follow("1")][-1] == "succeeded"
    assert waits == [1.0] * 3
