"""Each limit of docs/user.md at one less, at the limit itself, and at one more."""

import gzip
import json
from collections.abc import Callable, Mapping

import pytest

from chalicelib.engine.gunzip import GrowthLimit
from chalicelib.engine.limits import LIMITS, Limits
from chalicelib.engine.options import Options
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.engine.sums import MAX_NUMBER_CHARS, MIN_EXPONENT
from chalicelib.errors import BadGzip, CompressedTooLarge, TooManyJobs, TooMuchInProgress
from chalicelib.jobs.allowance import Allowance
from chalicelib.jobs.client import Client
from chalicelib.jobs.file_names import MAX_NAME_BYTES
from chalicelib.jobs.job import Ledger, Result, Status
from chalicelib.jobs.listing import MAX_LIMIT
from chalicelib.jobs.option_values import MAX_INDEX
from chalicelib.jobs.parts import MAX_PARTS, part_size
from chalicelib.jobs.results import MAX_RESULT_CHARS
from chalicelib.jobs.uploads import MAX_NAME_BYTES as MAX_UPLOAD_NAME_BYTES
from chalicelib.jobs.waiting import MAX_SECONDS
from chalicelib.settings import Auth
from chalicelib.web.requests import MAX_BODY_BYTES, MAX_KEY_CHARS
from chalicelib.web.responses import MAX_REPLY_BYTES
from chalicelib.web.submissions import MAX_SUBMISSIONS
from tests.findings import DIALECT
from tests.harness import World
from tests.markdown import ROOT, Page
from tests.site import Site, serving

ROWS = b"a,b\n1,x\n"
GROWTH = GrowthLimit()
ROW_BYTES = 64
#: Takes how much there is beyond the limit; returns None if it is accepted, or the code or status.
Probe = Callable[[int], str | int | None]


def code_of(data: bytes, options: Options | None = None, world: World | None = None) -> str | None:
    """Return why the job of a file failed; None if it succeeded."""
    world = world or World()
    job = world.submit(data, options)
    world.run()
    final = world.final(job)
    assert final.status in (Status.SUCCEEDED, Status.FAILED)
    return final.problem.code if final.problem else None


def status_of(send: Callable[[Site], int], *, accepted: int) -> int | None:
    with serving(World()) as site:
        status = send(site)
    return None if status == accepted else status


def row(extra: int) -> str | None:
    kernel = ReferenceKernel(Limits(max_row_bytes=ROW_BYTES), 16)
    data = b"a,b\n1,2\n3," + b"x" * (ROW_BYTES + extra - 3) + b"\n"
    return code_of(data, world=World(kernel=kernel))


def fields(extra: int) -> str | None:
    names = b"a" + b"," * (LIMITS.max_fields + extra - 1)
    return code_of(names + b"\n1" + names[1:] + b"\n", Options(step=MAX_INDEX))


def sums(extra: int) -> str | None:
    count = LIMITS.max_sums + extra
    return code_of(b",".join([b"n"] * count) + b"\n" + b",".join([b"1"] * count), Options(step=1))


def result(extra: int) -> str | None:
    digits = 1
    return code_of(b"n" * (MAX_RESULT_CHARS + extra - digits) + b",b\n5,x\n")


def number(extra: int) -> str | None:
    zeros = b"0" * (MAX_NUMBER_CHARS + extra - len("0.5"))
    return code_of(b"a,b\n0." + zeros + b"5,x\n")


def exponent(extra: int) -> str | None:
    return code_of(f"a,b\n1e{MIN_EXPONENT - extra},x\n".encode())


def parts(extra: int) -> str | None:
    return "larger parts" if part_size(MAX_PARTS + extra, 1) > 1 else None


def packed(extra: int) -> str | None:
    world, data = World(), gzip.compress(ROWS)
    world.use_cases.submit.max_gzip_bytes = len(data) - extra
    try:
        world.submit(data, name="x.csv.gz")
    except CompressedTooLarge as refused:
        return refused.code
    return None


def growth(read: int, written: int) -> str | None:
    try:
        GROWTH.check(read, written)
    except BadGzip as refused:
        return refused.code
    return None


def unpacked(extra: int) -> str | None:
    return growth(GROWTH.max_bytes, GROWTH.max_bytes + extra)


def ratio(extra: int) -> str | None:
    read = GROWTH.free_bytes
    return growth(read, GROWTH.max_ratio * read + extra)


def free(extra: int) -> str | None:
    return growth(1, GROWTH.free_bytes + extra)


def option(extra: int) -> int | None:
    body = {"csv": "x.csv", "step": MAX_INDEX + extra}
    return status_of(lambda site: site.post(body).status_code, accepted=202)


def name(extra: int) -> int | None:
    body = {"csv": "n" * (MAX_NAME_BYTES + extra)}
    # There is no such file, but the name is one.
    return status_of(lambda site: site.post(body).status_code, accepted=404)


def body(extra: int) -> int | None:
    text = json.dumps({"csv": "x.csv"}).encode()
    padded = text + b" " * (MAX_BODY_BYTES + extra - len(text))
    return status_of(lambda site: site.post(padded).status_code, accepted=202)


def upload(extra: int) -> int | None:
    with serving(World(max_upload_bytes=1000)) as site:
        status: int = site.post({"name": "x.csv", "bytes": 1000 + extra}, "/uploads").status_code
    return None if status == 201 else status


def name_of_upload(extra: int) -> int | None:
    body = {"name": "n" * (MAX_UPLOAD_NAME_BYTES + extra)}
    return status_of(lambda site: site.post(body, "/uploads").status_code, accepted=201)


def reply(extra: int) -> int | None:
    def send(site: Site) -> int:
        job = site.submitted()
        around = len(json.dumps('{"": 5}'))
        names = ("n" * (MAX_REPLY_BYTES + extra - around),)
        world, sums = site.world, Result(names, ("5",), (True,), (1,), (0,), (0,))
        world.jobs.succeed(job.id, sums, Ledger(1, 1, 1, 1, "x"), DIALECT, world.clock())
        return site.get(f"/storage/get_json/{job.id}").status_code

    return status_of(send, accepted=200)


def submissions(extra: int) -> int | None:
    body = [{"csv": "x.csv"}] * (MAX_SUBMISSIONS + extra)
    return status_of(lambda site: site.post(body).status_code, accepted=200)


def page(extra: int) -> int | None:
    return status_of(
        lambda site: site.get(f"/jobs?limit={MAX_LIMIT + extra}").status_code, accepted=200
    )


def wait(extra: int) -> int | None:
    def send(site: Site) -> int:
        return site.get(f"/jobs/{site.finished().id}?wait={MAX_SECONDS + extra}").status_code

    return status_of(send, accepted=200)


def key(extra: int) -> int | None:
    def send(site: Site) -> int:
        headers = {"Content-Type": "application/json", "Idempotency-Key": "k" * length}
        return site.http.post("/jobs", headers=headers, body=b'{"csv": "x.csv"}').status_code

    length = MAX_KEY_CHARS + extra
    return status_of(send, accepted=202)


def jobs_of_a_client(extra: int) -> str | None:
    world, limit = World(auth=Auth.TOKEN, max_jobs_per_client=3), 3
    world.source.files["x.csv"] = ROWS
    try:
        for _ in range(limit + extra):
            world.use_cases.submit("x.csv", Options(), Client("finance"))
    except TooManyJobs as refused:
        return refused.code
    return None


def bytes_in_progress(extra: int) -> str | None:
    world = World()
    # A file is refused once the limit is reached, so at one less the next is still accepted.
    world.use_cases.submit.allowance = Allowance(world.jobs, len(ROWS) + 1 - extra, world.clock)
    world.submit(ROWS)
    try:
        world.submit(ROWS)
    except TooMuchInProgress as refused:
        return refused.code
    return None


#: By the row of docs/user.md: what is tried, and what there is beyond the limit.
PROBES: Mapping[str, Mapping[Probe, str | int]] = {
    "a row": {row: "row_too_long"},
    "fields in a row": {fields: "too_many_fields"},
    "sums per job": {sums: "too_many_sums", result: "result_too_large"},
    "a number": {number: "number_too_long", exponent: "out_of_range"},
    "parts per job": {parts: "larger parts"},
    "compressed files": {
        packed: "gzip_too_large",
        unpacked: "gzip_too_large",
        ratio: "gzip_ratio",
        free: "gzip_ratio",
    },
    "`step` and `first`": {option: 400},
    "a file's name": {name: 400},
    "the body of `POST /jobs`": {body: 400},
    "submissions in one `POST /jobs`": {submissions: 400},
    "an upload": {upload: 422, name_of_upload: 400},
    "jobs on a page": {page: 400},
    "`wait`": {wait: 400},
    "`Idempotency-Key`": {key: 400},
    "a reply": {reply: 303},
    "jobs of a client in progress": {jobs_of_a_client: TooManyJobs.code},
    "bytes in progress": {bytes_in_progress: "too_much_in_progress"},
}
#: The rows that are no number of things at one moment, and the tests of them.
ELSEWHERE = {
    "a total": "unit/test_sums.py",
    "requests": "contract/test_api_limits.py",
    "tries": "unit/test_recovery.py",
    "retention": "contract/test_jobs_table.py",
}
CASES = [
    pytest.param(probe, extra, beyond if extra == 1 else None, id=f"{probe.__name__}{extra:+d}")
    for probes in PROBES.values()
    for probe, beyond in probes.items()
    for extra in (-1, 0, 1)
]


@pytest.mark.parametrize(("probe", "extra", "expected"), CASES)
def test_a_limit_allows_what_it_says_and_no_more(
    probe: Probe, extra: int, expected: str | int | None
) -> None:
    assert probe(extra) == expected


def test_every_limit_of_the_readme_is_tried() -> None:
    documented = {row["what"] for row in Page("docs/user.md").rows("what", "limit")}
    assert documented == PROBES.keys() | ELSEWHERE.keys()
    assert all((ROOT / "tests" / path).exists() for path in ELSEWHERE.values())
