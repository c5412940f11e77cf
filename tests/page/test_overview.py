"""The overview: jobs as they come, run and end."""

import json
import re
from dataclasses import replace
from typing import Any

from playwright.sync_api import Page, Route, expect

from tests.functional.stack import Api, Stack
from tests.page.browser import Visitor
from tests.page.files import BROKEN, LARGE, SMALL
from tests.page.jobs import work_until

#: What the page asks of the API in this view.
API = re.compile(r"/(jobs|files)\?")


def api_of(stack: Stack, visitor: Visitor) -> Api:
    return replace(stack.api, token=visitor.token)


def submit(api: Api, csv: str, **options: Any) -> str:
    """Submit a file, which is summed even if another test had it summed. Return the job's id."""
    given = {"csv": csv, "fresh": True, **options}
    job_id: str = api.post("/jobs", json.dumps(given).encode()).json["id"]
    return job_id


def rows(page: Page) -> Any:
    return page.locator(".jobs tbody tr")


def test_the_first_visit_says_what_to_do(visitor: Visitor) -> None:
    page = visitor.open()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Sum the columns of a CSV file, exactly"
    )
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    assert page.title() == "Jobs · csvsum"


def test_a_job_that_ends_appears_without_a_reload(stack: Stack, visitor: Visitor) -> None:
    page = visitor.open()
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    api = api_of(stack, visitor)
    api.ended(submit(api, SMALL))
    submit(api, BROKEN)
    expect(rows(page)).to_have_count(2)
    expect(rows(page).nth(0)).to_contain_text("failed")
    expect(rows(page).nth(0)).to_contain_text("Line 3")
    expect(rows(page).nth(1)).to_contain_text("succeeded")
    expect(page.locator(".seg")).to_contain_text("Succeeded 1")
    expect(page.locator(".seg")).to_contain_text("Failed 1")


def test_jobs_in_progress_are_counted_in_the_title_and_can_be_cancelled(
    stack: Stack, visitor: Visitor
) -> None:
    api = api_of(stack, visitor)
    with stack.stopped_workers():
        submit(api, SMALL), submit(api, LARGE)
        page = visitor.open()
        expect(page.locator(".runs li")).to_have_count(2)
        expect(page).to_have_title("(2) Jobs · csvsum")
        expect(page.get_by_role("link", name="2 in progress")).to_be_visible()
        page.get_by_role("button", name=f"Cancel {SMALL}").click()
        expect(page.locator(".runs li")).to_have_count(1)
        expect(page).to_have_title("(1) Jobs · csvsum")
        expect(rows(page)).to_contain_text(["cancelled"])
    expect(page.locator(".runs li")).to_have_count(0)
    expect(page).to_have_title("Jobs · csvsum")
    expect(rows(page).nth(0)).to_contain_text("succeeded")


def test_a_running_job_shows_its_parts_bytes_and_rate(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    with stack.stopped_workers() as workers:
        job_id = submit(api, LARGE)
        page = visitor.open()
        work_until(workers, lambda: api.job(job_id)["progress"]["parts_done"] > 0, page)
        row = page.locator(".runs li")
        expect(row).to_contain_text("of 30 parts")
        expect(row).to_contain_text("of 3.0 MB")
        expect(row).to_contain_text("left")
        assert float(row.locator("progress").get_attribute("value") or 0) > 0
        row.get_by_role("button").focus()
    expect(rows(page)).to_have_count(1)


def test_ended_jobs_are_filtered_and_paged(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    for _ in range(10):
        submit(api, SMALL)
    api.ended(submit(api, BROKEN))
    page = visitor.open()
    expect(rows(page)).to_have_count(10)
    expect(page.get_by_role("button", name="Newer")).to_be_disabled()
    page.get_by_role("button", name="Older").click()
    expect(rows(page)).to_have_count(1)
    expect(page.get_by_text("11 to 11")).to_be_visible()
    page.get_by_role("button", name="Newer").click()
    expect(rows(page)).to_have_count(10)
    page.get_by_text("Failed 1").click()
    expect(rows(page)).to_have_count(1)
    page.get_by_text("Succeeded 10").click()
    expect(rows(page)).to_have_count(10)
    expect(page.get_by_role("button", name="Older")).to_be_disabled()
    page.get_by_text("All 11").click()
    page.get_by_label("Find a job by file").fill("brok")
    expect(rows(page)).to_have_count(1)
    page.get_by_label("Find a job by file").fill("nothing of this name")
    expect(page.get_by_text("No job matches.")).to_be_visible()


def test_two_jobs_are_chosen_to_be_compared(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    first, second = submit(api, SMALL), submit(api, SMALL)
    api.ended(first), api.ended(second)
    page = visitor.open()
    boxes = page.get_by_role("checkbox", name=f"Compare {SMALL}")
    expect(boxes).to_have_count(2)
    link = page.get_by_role("link", name="Compare 2 jobs")
    expect(link).to_be_hidden()
    for number in range(2):
        boxes.nth(number).check()
    expect(link).to_be_visible()
    target = link.get_attribute("href") or ""
    assert {first, second} == set(target.removeprefix("#/compare/").split("/"))


def test_no_request_is_sent_while_nothing_changes(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    api.ended(submit(api, SMALL))
    page = visitor.open()
    expect(rows(page)).to_have_count(1)
    page.wait_for_timeout(1000)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.wait_for_timeout(1500)
    assert sent == []


HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_nothing_is_asked_while_nobody_looks(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    page = visitor.open()
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    page.wait_for_timeout(500)
    page.evaluate(HIDE, True)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    api.ended(submit(api, SMALL))
    page.wait_for_timeout(1000)
    assert sent == []
    page.evaluate(HIDE, False)
    expect(rows(page)).to_have_count(1)


def test_a_service_that_does_not_answer_is_reported_until_it_does(visitor: Visitor) -> None:
    page = visitor.open()
    expect(page.get_by_text("No jobs yet")).to_be_visible()

    def refuse(route: Route) -> None:
        route.abort("connectionrefused")

    page.route(API, refuse)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("The service does not answer.")
    page.unroute(API)
    expect(page.get_by_role("alert")).to_be_empty()
