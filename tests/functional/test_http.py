"""HTTP as clients really send it, byte by byte: a right reply, and a connection that goes on."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.http_connection import MAX_BODY_BYTES
from tests.functional.raw_http import RawConnection, connected, head
from tests.functional.stack import Reply, Stack

COUNTER = head("GET", "/storage/get_counter")
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture
def line(stack: Stack) -> Iterator[RawConnection]:
    """One connection to the running service."""
    with connected(stack.port) as connection:
        yield connection


@pytest.fixture
def name(stack: Stack, unique: Callable[[str], str]) -> str:
    """Return the name of a file that is there."""
    return stack.put(unique("http") + ".csv", b"a,b\n1,2\n")


def problem_of(reply: Reply, status: int, code: str) -> str:
    """Return the sentence of a problem document."""
    assert (reply.status, reply.headers["content-type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = reply.json
    assert (problem["status"], problem["code"]) == (status, code)
    detail: str = problem["detail"]
    assert detail.endswith(".")
    return detail


def require_alive(line: RawConnection) -> None:
    """Fail if the connection cannot take another request."""
    line.send(COUNTER)
    assert line.reply("GET", "/storage/get_counter").status == 200


def post(line: RawConnection, body: bytes, *headers: str) -> Reply:
    line.send(head("POST", "/jobs", *(headers or (f"Content-Length: {len(body)}",))) + body)
    return line.reply("POST", "/jobs")


def chunks(body: bytes, size: int) -> bytes:
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def submission(name: str) -> bytes:
    return json.dumps({"csv": name}).encode()


def test_a_bare_slash_in_a_name_is_a_404_that_says_how_to_write_it(line: RawConnection) -> None:
    line.send(head("GET", "/csv_name=sub/dir/f.csv"))
    assert "write each / as %2F" in problem_of(line.reply(), 404, "no_such_page")
    require_alive(line)


WRONG_BODIES = {
    b'{"csv": ["a.csv"]}': "csv must be a string",
    b'{"csv": 5}': "csv must be a string",
    b'{"csv": "\\ud800.csv"}': "the name has a lone surrogate",
    b'{"csv": "\xfc.csv"}': "the body is not valid UTF-8",
    b'{"csv": "s3://b/k.csv"}': "names are relative to the source: give 'k.csv'",
}


@pytest.mark.parametrize("body", WRONG_BODIES)
def test_a_wrong_body_is_a_400_that_says_what_is_wrong(line: RawConnection, body: bytes) -> None:
    detail = problem_of(post(line, body), 400, "bad_request")
    assert WRONG_BODIES[body].lower() in detail.lower()
    require_alive(line)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_chunked_body_is_read_and_the_next_request_as_well(
    line: RawConnection, name: str, size: int
) -> None:
    body = submission(name)
    line.send(head("POST", "/jobs", CHUNKED) + chunks(body, size) + COUNTER)
    assert line.reply("POST", "/jobs").json["csv"] == name
    assert line.reply("GET", "/storage/get_counter").status == 200


def test_chunks_with_extensions_and_trailers_are_read(line: RawConnection, name: str) -> None:
    body = submission(name)
    framed = b"%x;name=value\r\n%s\r\n0\r\nX-Checksum: 1\r\n\r\n" % (len(body), body)
    line.send(head("POST", "/jobs", CHUNKED) + framed)
    assert line.reply("POST", "/jobs").json["csv"] == name
    require_alive(line)


BAD_HEADS = {
    "no number": head("POST", "/jobs", "Content-Length: abc"),
    "negative": head("POST", "/jobs", "Content-Length: -1"),
    "signed": head("POST", "/jobs", "Content-Length: +5"),
    "two lengths": head("POST", "/jobs", "Content-Length: 1", "Content-Length: 2"),
    "a bad chunk": head("POST", "/jobs", CHUNKED) + b"xyz\r\n",
    "raw UTF-8 in the path": head("GET", b"/csv_name=\xc3\xbc.csv"),
    "a space in the path": head("GET", "/csv_name=a b.csv"),
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "a header without a colon": head("GET", "/jobs", "nonsense"),
    "a header with a line feed": head("GET", "/jobs", "X: a\n b\x00"),
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "no HTTP at all": b"hello\r\n\r\n",
}


@pytest.mark.parametrize("kind", BAD_HEADS)
def test_what_is_not_http_is_a_400_and_the_connection_is_closed(
    stack: Stack, line: RawConnection, kind: str
) -> None:
    line.send(BAD_HEADS[kind])
    reply = line.reply()
    assert "not a request of HTTP/1.1" in problem_of(reply, 400, "bad_http")
    assert reply.headers["connection"] == "close"
    line.end_sending()
    assert line.is_closed()
    assert stack.answers()


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        (head("GET", "/jobs/x", "X-Long: " + "x" * 100_000), 431),
        (head("POST", "/jobs", "Transfer-Encoding: gzip"), 501),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    ],
)
def test_what_a_server_need_not_understand_has_its_own_status(
    line: RawConnection, request_head: bytes, status: int
) -> None:
    line.send(request_head)
    problem_of(line.reply(), status, "bad_http")


def test_a_body_that_ends_too_early_is_a_400(line: RawConnection) -> None:
    line.send(head("POST", "/jobs", "Content-Length: 100") + b'{"csv": "x')
    line.end_sending()
    problem_of(line.reply(), 400, "bad_http")
    assert line.is_closed()


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_files_of_a_raw_and_of_an_encoded_name_are_not_mixed_up(
    stack: Stack, line: RawConnection, method: str
) -> None:
    for name in ("ü.csv", "Ã¼.csv", "a;b.csv", "%c3%bc.csv"):
        stack.put(name, b"a,b\n1,2\n")
    encoded = {
        "%C3%BC.csv": "ü.csv",
        "%C3%83%C2%BC.csv": "Ã¼.csv",
        "%25c3%25bc.csv": "%c3%bc.csv",
        "a;b.csv": "a;b.csv",
        "a%3Bb.csv": "a;b.csv",
    }
    for segment, name in encoded.items():
        line.send(head(method, f"/csv_name={segment}"))
        reply = line.reply(method, f"/csv_name={segment}")
        if method == "GET":
            job_id = reply.json["Task started, your id"]
            assert stack.api.job(job_id)["csv"] == name
        else:
            assert (reply.status, reply.body) == (200 if method == "HEAD" else 204, b"")


def test_a_head_between_gets_leaves_no_body_behind(line: RawConnection, name: str) -> None:
    for target in ("/storage/get_counter", f"/csv_name={name}", "/nothing/here", "/openapi.json"):
        line.send(head("HEAD", target))
        heading = line.reply("HEAD", target)
        assert int(heading.headers["content-length"]) > 0
        line.send(head("GET", target))
        assert len(line.reply("GET", target).body) == int(heading.headers["content-length"])


def test_fifty_requests_on_one_connection_are_all_answered(line: RawConnection) -> None:
    for number in range(50):
        target = "/storage/get_counter" if number % 2 else f"/jobs/{number:032x}"
        line.send(head("GET", target))
        assert line.reply("GET", target).status == (200 if number % 2 else 404)


def test_fifty_requests_that_are_sent_at_once_are_answered_in_order(line: RawConnection) -> None:
    line.send(b"".join(head("GET", f"/csv_name={number}.csv") for number in range(50)))
    for number in range(50):
        reply = line.reply("GET", f"/csv_name={number}.csv")
        assert f"'{number}.csv'" in problem_of(reply, 404, "file_missing")


def test_a_request_in_single_bytes_is_read(line: RawConnection, name: str) -> None:
    body = submission(name)
    for byte in head("POST", "/jobs", f"Content-Length: {len(body)}") + body:
        line.send(bytes([byte]))
    assert line.reply("POST", "/jobs").status == 202
    require_alive(line)


def test_a_client_that_waits_for_permission_to_send_its_body_gets_it(
    line: RawConnection, name: str
) -> None:
    body = submission(name)
    wants = ("Expect: 100-continue", f"Content-Length: {len(body)}")
    line.send(head("POST", "/jobs", *wants))
    assert line.read_line() == b"HTTP/1.1 100 \r\n"
    assert line.read_line() == b"\r\n"
    line.send(body)
    assert line.reply("POST", "/jobs").status == 202
    require_alive(line)


@pytest.mark.parametrize("extra", [0, 1])
def test_a_body_may_have_as_many_bytes_as_api_gateway_takes(
    line: RawConnection, extra: int
) -> None:
    size = MAX_BODY_BYTES + extra
    line.send(head("POST", "/jobs", f"Content-Length: {size}") + b" " * size)
    reply = line.reply("POST", "/jobs")
    if extra:
        assert "64 KiB" in problem_of(reply, 413, "body_too_large")
    else:
        assert "at most 65536" in problem_of(reply, 400, "bad_request")
        require_alive(line)


def test_a_chunked_body_that_is_too_large_is_refused_without_its_end(line: RawConnection) -> None:
    line.send(head("POST", "/jobs", CHUNKED) + chunks(b" " * (MAX_BODY_BYTES + 1), 1 << 20))
    problem_of(line.reply("POST", "/jobs"), 413, "body_too_large")


@pytest.mark.parametrize(
    "target",
    ["//jobs/x", "*", "/jobs//x", "/%2Fjobs", "/jobs/x/y", "/csv_name=a/../b.csv"],
)
def test_a_path_that_is_not_there_is_a_problem_document(line: RawConnection, target: str) -> None:
    line.send(head("GET", target))
    problem_of(line.reply("GET", target), 404, "no_such_page")
    require_alive(line)


def test_an_option_that_is_null_has_its_default(line: RawConnection, name: str) -> None:
    reply = post(line, json.dumps({"csv": name, "step": None}).encode())
    assert reply.json["options"]["step"] == 10


def test_a_proxy_may_send_a_complete_url(line: RawConnection) -> None:
    line.send(head("GET", "http://localhost:8000/storage/get_counter"))
    assert line.reply("GET", "/storage/get_counter").status == 200


def test_a_client_of_http_1_0_gets_its_reply_and_the_end(line: RawConnection) -> None:
    line.send(b"GET /storage/get_counter HTTP/1.0\r\n\r\n")
    assert line.reply("GET", "/storage/get_counter").status == 200
    assert line.is_closed()


def test_a_client_may_close_the_connection_with_its_last_request(line: RawConnection) -> None:
    line.send(head("GET", "/storage/get_counter", "Connection: close"))
    assert line.reply("GET", "/storage/get_counter").status == 200
    assert line.is_closed()


def test_clients_that_leave_in_the_middle_harm_nobody(stack: Stack) -> None:
    for part in (b"", b"GET", COUNTER, head("POST", "/jobs", "Content-Length: 9") + b"{"):
        with connected(stack.port) as connection:
            connection.send(part)
    assert stack.answers()


def test_a_long_name_of_a_column_does_not_hide_the_fault(
    stack: Stack, unique: Callable[[str], str]
) -> None:
    name = stack.put(unique("long") + ".csv", b"c" * 200 + b"\noops\n")
    error = stack.api.ended(stack.api.submit(name, "?non_numeric=fail"))["error"]
    assert "'oops' is not a number" in error["detail"]
    assert "c" * 41 not in error["detail"]
    assert error["column"] == "c" * 200


@pytest.mark.parametrize(
    "header", ["Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"]
)
def test_a_web_page_of_another_site_cannot_submit_a_file(
    stack: Stack, line: RawConnection, name: str, header: str
) -> None:
    before = stack.api.get("/jobs").json["jobs"]
    length = f"Content-Length: {len(submission(name))}"
    problem_of(post(line, submission(name), length, header), 403, "forbidden")
    line.send(head("GET", f"/csv_name={name}", header))
    problem_of(line.reply(), 403, "forbidden")
    assert stack.api.get("/jobs").json["jobs"] == before
