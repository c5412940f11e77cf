"""A client's jobs, the newest first, in pages that a cursor continues."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.engine.options import Options
from chalicelib.errors import BadRequest
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.job import Job, Status
from chalicelib.jobs.listing import MAX_READ, Page, Wanted
from tests.harness import World
from tests.site import Site, problem_of, serving

ROWS = b"a,b\n1,2\n"
FINANCE, SALES = Client("finance"), Client("sales")
BOSS = Client("boss", Role.ADMIN)


def submitted(world: World, client: Client = FINANCE, name: str = "x.csv") -> Job:
    world.source.files[name] = ROWS
    world.clock.advance(seconds=1)
    return world.use_cases.submit(name, Options(), client)


def pages(world: World, client: Client, wanted: Wanted) -> Iterator[Page]:
    cursor: str | None = ""
    while cursor is not None:
        page = world.use_cases.list_jobs(client, wanted, cursor)
        yield page
        cursor = page.cursor


def listed(world: World, client: Client, wanted: Wanted | None = None) -> list[str]:
    return [job.id for page in pages(world, client, wanted or Wanted()) for job in page.jobs]


def test_a_client_lists_its_own_jobs_and_an_admin_all() -> None:
    world = World()
    jobs = [submitted(world, client) for client in (FINANCE, SALES, FINANCE, OPEN)]
    ids = [job.id for job in reversed(jobs)]
    assert listed(world, FINANCE) == [ids[1], ids[3]]
    assert listed(world, SALES) == [ids[2]]
    assert listed(world, BOSS) == listed(world, OPEN) == ids
    assert listed(world, Client("nobody")) == []


@given(counts=st.lists(st.integers(0, 12), min_size=1, max_size=4), limit=st.integers(1, 7))
def test_pages_have_every_job_once_and_in_order(counts: list[int], limit: int) -> None:
    world = World()
    jobs = [
        submitted(world, Client(f"client {number}"))
        for number, count in enumerate(counts)
        for _ in range(count)
    ]
    found = list(pages(world, BOSS, Wanted(limit=limit)))
    assert [job.id for page in found for job in page.jobs] == [job.id for job in reversed(jobs)]
    assert all(len(page.jobs) == limit for page in found[:-1])


def with_status(*statuses: Status) -> Wanted:
    return Wanted(statuses=frozenset(statuses))


def test_jobs_are_chosen_by_status_time_and_name() -> None:
    world = World()
    old = submitted(world, name="in/old.csv")
    world.run()
    world.clock.advance(hours=1)
    since = world.clock.now
    new, other = submitted(world, name="in/new.csv"), submitted(world, name="other.csv")
    assert listed(world, FINANCE, with_status(Status.SUCCEEDED)) == [old.id]
    assert listed(world, FINANCE, with_status(Status.QUEUED)) == [other.id, new.id]
    both = with_status(Status.QUEUED, Status.SUCCEEDED)
    assert listed(world, FINANCE, both) == [other.id, new.id, old.id]
    assert listed(world, FINANCE, Wanted(since=since)) == [other.id, new.id]
    assert listed(world, FINANCE, Wanted(csv="in/")) == [new.id, old.id]
    assert listed(world, FINANCE, Wanted(csv="in/", since=since)) == [new.id]


def test_jobs_of_the_same_moment_are_all_listed() -> None:
    world = World()
    world.source.files["x.csv"] = ROWS
    jobs = {world.use_cases.submit("x.csv", Options(), FINANCE).id for _ in range(5)}
    assert set(listed(world, FINANCE, Wanted(limit=2))) == jobs


def test_a_page_has_no_results() -> None:
    world = World()
    submitted(world)
    world.run()
    (job,) = world.use_cases.list_jobs(FINANCE, Wanted(), "").jobs
    assert (job.status, job.result) == (Status.SUCCEEDED, None)
    assert job.ledger


def test_a_job_in_progress_is_listed_with_its_done_parts() -> None:
    world = World(part_bytes=8, proof_bytes=8, block_bytes=8)
    world.source.files["x.csv"] = b"a,b\n" + b"1,2\n" * 3
    world.use_cases.submit("x.csv", Options(), FINANCE)
    world.deliver_next(), world.deliver_next()
    (job,) = world.use_cases.list_jobs(FINANCE, Wanted(), "").jobs
    assert (job.status, job.parts_done, job.parts) == (Status.RUNNING, 1, 2)


def test_jobs_are_counted_by_status() -> None:
    world = World()
    submitted(world), submitted(world, name="in/x.csv")
    world.run()
    submitted(world, name="y.csv")
    counts = world.use_cases.list_jobs.count(FINANCE, Wanted())
    assert {status: number for status, number in counts.by_status.items() if number} == {
        Status.QUEUED: 1,
        Status.SUCCEEDED: 2,
    }
    assert counts.complete
    in_folder = world.use_cases.list_jobs.count(FINANCE, Wanted(csv="in/")).by_status
    assert sum(in_folder.values()) == 1


@pytest.mark.parametrize(("jobs", "complete"), [(MAX_READ, True), (MAX_READ + 1, False)])
def test_only_the_newest_jobs_are_counted(jobs: int, complete: bool) -> None:
    world = World()
    for _ in range(jobs):
        submitted(world)
    counts = world.use_cases.list_jobs.count(FINANCE, Wanted())
    assert (counts.by_status[Status.QUEUED], counts.complete) == (MAX_READ, complete)


def test_one_request_reads_a_bounded_number_of_jobs() -> None:
    world = World()
    for _ in range(MAX_READ + 1):
        submitted(world)
    first, second = pages(world, FINANCE, Wanted(csv="nowhere"))
    assert (first.jobs, second.jobs, second.cursor) == ([], [], None)


@pytest.mark.parametrize(
    ("client", "wanted"),
    [
        (SALES, Wanted(limit=1)),
        (Client("finance", Role.ADMIN), Wanted(limit=1)),
        (FINANCE, Wanted(limit=1, csv="x")),
        (FINANCE, Wanted(limit=1, statuses=frozenset({Status.QUEUED}))),
    ],
)
def test_a_cursor_continues_no_other_list(client: Client, wanted: Wanted) -> None:
    world = World()
    for _ in range(3):
        submitted(world)
    cursor = world.use_cases.list_jobs(FINANCE, Wanted(limit=1), "").cursor
    assert cursor
    with pytest.raises(BadRequest, match="cursor"):
        world.use_cases.list_jobs(client, wanted, cursor)
    longer = world.use_cases.list_jobs(FINANCE, Wanted(limit=2), cursor)
    assert len(longer.jobs) == 2


@given(st.text(max_size=80))
def test_what_is_no_cursor_is_refused(text: str) -> None:
    if text:
        with pytest.raises(BadRequest, match="cursor"):
            World().use_cases.list_jobs(FINANCE, Wanted(), text)


def test_no_change_of_a_cursor_is_accepted() -> None:
    world = World()
    submitted(world), submitted(world)
    cursor = world.use_cases.list_jobs(FINANCE, Wanted(limit=1), "").cursor
    assert cursor
    for index in range(len(cursor) - 1):
        changed = "B" if cursor[index] == "A" else "A"
        with pytest.raises(BadRequest):
            forged = cursor[:index] + changed + cursor[index + 1 :]
            world.use_cases.list_jobs(FINANCE, Wanted(limit=1), forged)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving(World()) as site:
        yield site


def get(site: Site, **query: str) -> Any:
    return site.get(f"/jobs?{urlencode(query)}")


def test_jobs_are_listed_over_http(site: Site) -> None:
    first, second = site.finished(), site.finished()
    page = get(site, limit="1").json_body
    assert [job["id"] for job in page["jobs"]] in ([first.id], [second.id])
    assert "result" not in page["jobs"][0]
    rest = get(site, limit="1", cursor=page["next"]).json_body
    last = get(site, cursor=rest["next"]).json_body if rest["next"] else {"jobs": []}
    assert len(rest["jobs"] + last["jobs"]) == 1
    since = first.submitted_at + timedelta(hours=1)
    assert get(site, since=since.isoformat()).json_body == {"jobs": [], "next": None}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"status": "done"}, "status must be one of queued, running"),
        ({"since": "yesterday"}, "since must be a date"),
        ({"since": "0001-01-01T00:00+23:59"}, "since must be a date"),
        ({"limit": "0"}, "limit must be a whole number from 1 to 100"),
        ({"limit": "101"}, "limit must be"),
        ({"limit": "1e1"}, "limit must be"),
        ({"cursor": "abc"}, "cursor must be the 'next' of a page"),
        ({"status": "queued,done"}, "status must be one of queued, running"),
        ({"counts": "maybe"}, "counts must be true or false"),
        ({"wait": "26"}, "wait must be a whole number"),
        ({"page": "2"}, "There is no parameter 'page'"),
    ],
)
def test_a_wrong_parameter_is_named(site: Site, query: dict[str, str], named: str) -> None:
    assert named in problem_of(get(site, **query), 400)["detail"]


def test_a_list_has_the_counts_that_were_asked_for(site: Site) -> None:
    site.finished()
    reply = get(site, counts="true").json_body
    others = {"queued": 0, "running": 0, "failed": 0, "cancelled": 0}
    assert reply["counts"] == {"succeeded": 1, **others}
    assert reply["counts_complete"] is True
    assert "counts" not in get(site).json_body


@pytest.mark.parametrize("since", ["2026-11-24", "2026-11-24T12:00Z", "2026-11-24T12:00+01:00"])
def test_moments_are_written_in_many_ways(site: Site, since: str) -> None:
    site.finished()
    assert len(get(site, since=since).json_body["jobs"]) == 1


@pytest.mark.parametrize(("limit", "status"), [(1, 200), (100, 200)])
def test_a_page_has_up_to_a_hundred_jobs(site: Site, limit: int, status: int) -> None:
    assert get(site, limit=str(limit)).status_code == status
