"""The service over HTTP, as its users meet it."""

import gzip
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.engine.explain import OF_THE_FILE
from tests.functional.stack import ROOT, Reply, Stack

HEADER = ",".join(f"n{index}" for index in range(12))
ROW = "{},1,2,3,4,5,6,7,8,9,{},x"


def table(*pairs: tuple[str, str], row_end: str = "\n") -> bytes:
    """A CSV of 12 columns whose columns 0 and 10 hold the pairs."""
    return (row_end.join([HEADER, *(ROW.format(*pair) for pair in pairs)]) + row_end).encode()


def test_the_three_endpoints_take_a_file_to_its_sums(
    stack: Stack, unique: Callable[[str], str]
) -> None:
    name = stack.put(unique("a") + ".csv", table(("1", "0.1"), ("2", "0.2"), ("3", "")))
    reply = stack.api.get(f"/csv_name={name}")
    assert (reply.status, list(reply.json)) == (200, ["Task started, your id"])
    job_id = reply.json["Task started, your id"]
    assert re.fullmatch("[0-9a-f]{32}", job_id)
    stack.api.ended(job_id)
    sums = stack.api.get(f"/storage/get_json/{job_id}")
    assert (sums.status, sums.headers["Content-Type"]) == (200, "application/json")
    assert sums.body == b'{"n0": 6, "n10": 0.3}'
    counter = stack.api.get("/storage/get_counter")
    assert (counter.status, list(counter.json)) == (200, ["ongoing_tasks"])


def test_a_posted_job_is_accepted_located_and_fully_described(
    stack: Stack, unique: Callable[[str], str]
) -> None:
    data = table(("1", "129883.750692614769968603532"), ("NA", "1e-3"))
    name = stack.put(unique("b") + ".csv", data)
    reply = stack.api.post("/jobs", json.dumps({"csv": name}).encode())
    assert (reply.status, reply.headers["Location"]) == (202, f"jobs/{reply.json['id']}")
    assert (reply.json["status"], reply.json["csv"]) == ("queued", name)
    job = stack.api.ended(reply.json["id"])
    assert job["result"] == {"n0": 1, "n10": 129883.75169261477}
    assert job["exact"] == {"n0": "1", "n10": "129883.751692614769968603532"}
    assert job["cells"]["n0"] == {"values": 1, "missing": 1, "skipped": 0}
    assert job["progress"] == {"parts_done": 1, "parts": 1, "bytes": len(data)}
    ledger = job["ledger"]
    assert (ledger["rows"], ledger["bytes"], ledger["parts"]) == (2, len(data), 1)
    assert ledger["etag"]
    assert ledger["seconds"] >= 0
    stamps = [job[f"{event}_at"] for event in ("submitted", "started", "finished")]
    assert stamps == sorted(stamps)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", stamp) for stamp in stamps)


OPTIONS = {"step": 5, "first": 1, "delimiter": ";", "header": False, "non_numeric": "skip"}


def test_options_do_the_same_on_both_ways_in(stack: Stack, unique: Callable[[str], str]) -> None:
    name = stack.put(unique("c") + ".csv", b"a;1;x;x;x;x;oops\nb;2.5;x;x;x;x;7\n")
    old = stack.api.submit(name, "?step=5&first=1&delimiter=%3B&header=false&non_numeric=skip")
    new = stack.api.post("/jobs", json.dumps({"csv": name, **OPTIONS}).encode()).json["id"]
    for job in (stack.api.ended(old), stack.api.ended(new)):
        assert OPTIONS.items() <= job["options"].items()
        assert job["result"] == {"col1": 3.5, "col6": 7}
        assert job["cells"]["col6"]["skipped"] == 1


@pytest.mark.parametrize(
    "name",
    [
        "with space.csv",
        "plus+and&=?#.csv",
        "день/文件.csv",
        "sub/folder/x.csv",
        "per%cent.csv",
        "cafe\u0301.csv",
        "😀.csv",
    ],
)
def test_files_of_any_name_are_found(stack: Stack, name: str) -> None:
    stack.put(name, table(("1", "2")))
    assert stack.api.ended(stack.api.submit(name))["result"] == {"n0": 1, "n10": 2}
    posted = stack.api.post("/jobs", json.dumps({"csv": name}).encode())
    assert stack.api.ended(posted.json["id"])["csv"] == name


BAD_NAMES = ["..%2foutside.csv", "%2e%2e%2foutside.csv", "..%5coutside.csv", "%2fetc%2fpasswd"]
BAD_NAMES += ["a%00.csv", "sub%2f%2fx.csv", "", "%ff.csv", "x" * 1100]
BAD_OPTIONS = ["step=0", "stepp=1", "delimiter=ab", "non_numeric=maybe"]


@pytest.mark.parametrize("path", BAD_NAMES + [f"x.csv?{option}" for option in BAD_OPTIONS])
def test_a_bad_name_or_option_is_a_400_that_says_what_to_do(stack: Stack, path: str) -> None:
    (stack.data.parent / "outside.csv").write_bytes(table(("1", "2")))
    expect_problem(stack.api.get(f"/csv_name={path}"), 400)


def test_a_path_without_a_route_is_a_404_that_says_how_to_write_a_slash(stack: Stack) -> None:
    problem = expect_problem(stack.api.get("/csv_name=%2e%2e/outside.csv"), 404)
    assert problem["code"] == "no_such_page"
    assert "%2F" in str(problem["detail"])


def test_a_missing_file_and_a_folder_are_404(stack: Stack) -> None:
    stack.put("there/x.csv", b"a\n1\n")
    for name in ("missing.csv", "there", "%252e%252e%252foutside.csv", "there%2Fmissing.csv"):
        problem = expect_problem(stack.api.get(f"/csv_name={name}"), 404)
        assert problem["code"] == "file_missing"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b'{"csv": 5}',
        b"{}",
        b'{"csv": "x.csv", "bogus": 1}',
        b"\xff\xfe",
        b"[" * 50_000,
    ],
)
def test_a_bad_body_is_a_400(stack: Stack, body: bytes) -> None:
    expect_problem(stack.api.post("/jobs", body), 400)


def test_a_body_too_large_is_a_400(stack: Stack) -> None:
    expect_problem(stack.api.post("/jobs", b'{"csv": "' + b"x" * 70_000 + b'"}'), 400)


def test_a_body_sent_as_a_form_is_read_as_json(stack: Stack, unique: Callable[[str], str]) -> None:
    name = stack.put(unique("d") + ".csv", table(("1", "2")))
    assert (
        stack.api.post(
            "/jobs", json.dumps({"csv": name}).encode(), "application/x-www-form-urlencoded"
        ).status
        == 202
    )


@pytest.mark.parametrize("path", ["/jobs/{}", "/storage/get_json/{}"])
@pytest.mark.parametrize("job_id", ["0" * 32, "x", "0" * 31 + "G", "%00", "..%2f", "a" * 3000])
def test_an_unknown_id_is_a_404(stack: Stack, path: str, job_id: str) -> None:
    assert expect_problem(stack.api.get(path.format(job_id)), 404)["code"] == "unknown_job"


def test_any_other_page_is_a_404(stack: Stack) -> None:
    expect_problem(stack.api.get("/favicon.ico"), 404)


def expect_problem(reply: Reply, status: int) -> dict[str, object]:
    """A problem document of RFC 9457 with a sentence in it, and nothing of the machine."""
    assert (reply.status, reply.headers["Content-Type"]) == (status, "application/problem+json"), (
        reply.body
    )
    problem: dict[str, object] = reply.json
    assert problem["status"] == status
    assert str(problem["detail"]).endswith(".")
    for leak in ("Traceback", "arn:aws", "/home", "chalicelib", "/tmp"):
        assert leak not in reply.body.decode()
    return problem


GOOD = {
    "UTF-16": ("\ufeffa,b\n1,2\n".encode("utf-16-le"), {"a": 1}),
    "CR": (b"a,b\r1,2\r", {"a": 1}),
    "gzip named csv": (gzip.compress(b"a\n1\n"), {"a": 1}),
    "text named gzip": (b"a\n1\n", {"a": 1}),
    "semicolons": (b"a;b\n1;2,5\n3;4,5\n", {"a": 4}),
    "one cell": (b"a\n5", {"a": 5}),
    "no final line end": (table(("1", "2"))[:-1], {"n0": 1, "n10": 2}),
    "CRLF": (table(("1", "2"), ("3", "4.5"), row_end="\r\n"), {"n0": 4, "n10": 6.5}),
    "blank lines": (b"\n\na,b\n\n1,x\n\r\n2,x\n\n", {"a": 3}),
    "byte order mark": (b"\xef\xbb\xbf" + table(("1", "2")), {"n0": 1, "n10": 2}),
    "quotes": (b'a,b\n"1","x,""y""\nz"\n" 2 ",\n', {"a": 3}),
    "quote in mid-field": (b'a,b\n1,5" disk\n2,x"y"z\n', {"a": 3}),
    "latin-1 beside the sums": (b"a,b\n1,caf\xe9\n", {"a": 1}),
    "NUL beside the sums": (b"a,b\n1,\0\n", {"a": 1}),
    "exactly ten columns": (b"a,b,c,d,e,f,g,h,i,j\n1,0,0,0,0,0,0,0,0,0\n", {"a": 1}),
    "eleven columns": (b"a,b,c,d,e,f,g,h,i,j,ten\n1,0,0,0,0,0,0,0,0,0,4\n", {"a": 1, "ten": 4}),
    "repeated names": (b"a" + b",a" * 10 + b"\n1" + b",2" * 10 + b"\n", {"a": 1, "a.10": 2}),
    "a name to escape": (b'"<b>""\xe2\x80\xa8",x\n1,2\n', {'<b>"\u2028': 1}),
    "lost by doubles": (b"a\n1e16\n1\n-1e16\n", {"a": 1.0}),
    "beyond doubles": (b"a\n1e308\n1e308\n", {"a": None}),
    "forty digits": (b"a\n" + b"9" * 40 + b"\n1\n", {"a": 10**40}),
    "a field over 131072 bytes": (
        b"a,b\n1," + b"x" * 200_000 + b'\n2,"' + b"y\n" * 100_000 + b'"\n',
        {"a": 3},
    ),
    "a row of a million fields": (b"a" + b"," * 999_999 + b"\n7" + b"," * 999_999 + b"\n", None),
    "gzip": (
        gzip.compress(table(("1", "2"))) + gzip.compress(b"5,1,2,3,4,5,6,7,8,9,6,x\n"),
        {"n0": 6, "n10": 8},
    ),
}


@pytest.mark.parametrize("kind", GOOD)
def test_odd_but_good_files_have_their_sums(
    stack: Stack, unique: Callable[[str], str], kind: str
) -> None:
    data, expected = GOOD[kind]
    name = stack.put(
        unique("good") + (".csv.gz" if kind in ("gzip", "text named gzip") else ".csv"), data
    )
    job = stack.api.ended(stack.api.submit(name))
    assert job["status"] == "succeeded", job
    if expected is None:
        assert (job["result"], len(job["left_out"])) == ({"a": 7}, 99_999)
    else:
        assert job["result"] == expected
        assert stack.api.get(f"/storage/get_json/{job['id']}").json == expected


BAD = {
    "empty": (b"", "empty_file", 1, 0, None),
    "header only": (HEADER.encode() + b"\n", "no_numbers", None, None, None),
    "header without a line end": (HEADER.encode(), "no_numbers", None, None, None),
    "text alone": (b"a\nx\n", "no_numbers", None, None, None),
    "UTF-16 without a mark": ("a,b\n1,2\n".encode("utf-16-le"), "nul_byte", 1, 1, None),
    "NUL in a sum": (b"a,b\n1,2\n\x003,4\n", "not_a_number", 3, 8, "a"),
    "latin-1 in a sum": (b"a,b\n1,2\n\xe9,4\n", "not_a_number", 3, 8, "a"),
    "text": (table(("1", "2"), ("3", "four")), "not_a_number", 3, len(HEADER) + 25 + 20, "n10"),
    "a formula": (b"a\n1\n=SUM(A1)\n", "not_a_number", 3, 4, "a"),
    "a date": (b"a\n1\n2024-01-01\n", "not_a_number", 3, 4, "a"),
    "thousands": (b'a\n"1,000"\n', "looks_like_a_number", 2, 2, "a"),
    "out of range": (b"a\n1e309\n", "out_of_range", 2, 2, "a"),
    "a short row": (b"a,b\n1,2\n3\n", "ragged_row", 3, 8, None),
    "a long row": (b'a,b\n1,2\n"x\ny",2\n', "not_a_number", 3, 8, "a"),
    "a long row after a quoted line feed": (b'b,a\n1,"x\ny"\n1,2,3\n', "ragged_row", 4, 12, None),
    "CR CR LF": (b"a,b\n1,2\r\r\n", "lone_carriage_return", 2, 7, None),
    "an open quote": (b'a,b\n1,2\n3,"4\n5,6\n', "unclosed_quote", 3, 10, None),
    "text after a quote": (b'a,b\n1,"x"y\n', "text_after_quote", 2, 9, None),
    "a first row of data": (b"1,2\n3,4\n5,6\n", "header_looks_like_data", 1, 0, None),
    "an Excel workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, "not_csv", 1, 0, None),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_fails_with_its_place(
    stack: Stack, unique: Callable[[str], str], kind: str
) -> None:
    data, code, line, byte, column = BAD[kind]
    job_id = stack.api.submit(stack.put(unique("bad") + ".csv", data))
    error = stack.api.ended(job_id)["error"]
    assert (error["code"], error.get("line"), error.get("byte_offset"), error.get("column")) == (
        code,
        line,
        byte,
        column,
    ), error
    problem = expect_problem(stack.api.get(f"/storage/get_json/{job_id}"), 422)
    assert (problem["code"], problem.get("line")) == (code, line)
    if code not in OF_THE_FILE and line is not None:
        assert f"ine {line}" in str(problem["detail"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (gzip.compress(b"a\n1\n")[:-4], "gzip_truncated"),
        (gzip.compress(b"0" * 100_000_000), "gzip_ratio"),
    ],
)
def test_a_bad_gzip_fails_with_its_own_sentence(
    stack: Stack, unique: Callable[[str], str], data: bytes, code: str
) -> None:
    job = stack.api.ended(stack.api.submit(stack.put(unique("bad") + ".csv.gz", data)))
    assert job["error"]["code"] == code


def test_two_hundred_jobs_in_one_go_are_all_right_and_counted(
    stack: Stack, unique: Callable[[str], str]
) -> None:
    folder = unique("many")
    names = [
        stack.put(f"{folder}/{number}.csv", table((str(number), f"{number}.5"), ("1", "0.25")))
        for number in range(200)
    ]
    with stack.stopped_workers(), ThreadPoolExecutor(20) as clients:
        ids = list(clients.map(stack.api.submit, names))
        assert len(set(ids)) == stack.api.ongoing() == 200
    ended = [stack.api.ended(job_id, 120) for job_id in ids]
    assert [job["result"] for job in ended] == [
        {"n0": number + 1, "n10": number + 0.75} for number in range(200)
    ]
    assert stack.api.ongoing() == 0


def test_what_two_clients_post_at_once_is_not_mixed_up(
    stack: Stack, unique: Callable[[str], str]
) -> None:
    name = stack.put(unique("e") + ".csv", table(("1", "2")))

    def step_of(number: int) -> tuple[int, int]:
        job = stack.api.post("/jobs", json.dumps({"csv": name, "step": number}).encode()).json
        return number, job["options"]["step"]

    with ThreadPoolExecutor(16) as clients:
        assert all(sent == kept for sent, kept in clients.map(step_of, range(1, 101)))


def test_a_job_in_progress_is_a_202_with_its_state(
    stack: Stack, unique: Callable[[str], str]
) -> None:
    name = stack.put(unique("waits") + ".csv", table(("1", "2")))
    with stack.stopped_workers():
        job_id = stack.api.submit(name)
        reply = stack.api.get(f"/storage/get_json/{job_id}")
    assert (reply.status, reply.headers["Retry-After"]) == (202, "1")
    assert (reply.json["id"], reply.json["status"]) == (job_id, "queued")
    assert stack.api.ended(job_id)["result"] == {"n0": 1, "n10": 2}


def test_a_file_that_changes_between_submission_and_reading_fails_its_job(
    stack: Stack, unique: Callable[[str], str]
) -> None:
    name = stack.put(unique("changing") + ".csv", table(("1", "2")))
    with stack.stopped_workers():
        job_id = stack.api.submit(name)
        stack.put(name, table(("3", "4"), ("5", "6")))
    assert stack.api.ended(job_id)["error"]["code"] == "file_changed"


def test_the_sample_has_the_sums_that_the_readme_shows(stack: Stack) -> None:
    stack.put("sample.csv", (ROOT / "data" / "sample.csv").read_bytes())
    assert stack.api.ended(stack.api.submit("sample.csv"))["result"] == {
        "id": 5050,
        "price": 4656.09,
    }
