"""The page of a job while it waits, runs, ends or is no more."""

import re

from playwright.sync_api import expect

from tests.functional.stack import Stack
from tests.page.browser import Visitor, require_accessible
from tests.page.files import LARGE, SMALL
from tests.page.jobs import MADE_UP, answer, api_of, ended, made_up, show, submitted, work_until


def test_a_queued_job_waits_and_then_shows_its_sums_without_a_reload(
    stack: Stack, visitor: Visitor
) -> None:
    api = api_of(stack, visitor)
    with stack.stopped_workers():
        page = visitor.open(f"#/jobs/{submitted(api, SMALL, fresh=True)}")
        expect(page.locator(".st-big")).to_have_text("queued")
        expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
        expect(page.locator("progress")).to_be_hidden()
        expect(page.locator(".tl .now")).to_have_text("Waiting for a worker")
        require_accessible(page)
    expect(page.locator(".st-big")).to_have_text("succeeded")
    expect(page.locator(".tot").last).to_have_text("3.75")
    expect(page).to_have_title(re.compile(f"{SMALL}, succeeded"))


def test_a_running_job_shows_how_far_it_is_and_sends_no_request_while_nothing_changes(
    stack: Stack, visitor: Visitor
) -> None:
    api = api_of(stack, visitor)
    sent: list[str] = []
    with stack.stopped_workers() as workers:
        job_id = submitted(api, LARGE, fresh=True)
        page = visitor.open(f"#/jobs/{job_id}")
        work_until(workers, lambda: api.job(job_id)["progress"]["parts_done"] > 3, page)
        done = api.job(job_id)["progress"]["parts_done"]
        expect(page.locator(".facts")).to_contain_text(f"{done} of 30")
        expect(page.locator(".facts")).to_contain_text("of 3.0 MB")
        expect(page.locator(".pct").last).to_have_text(re.compile(r"\d+ (s|min|h) left"))
        expect(page.get_by_role("progressbar")).to_be_visible()
        expect(page).to_have_title(re.compile(rf"^\d+ % {LARGE}"))
        states = api.get(f"/jobs/{job_id}/parts").json["states"]
        legend = page.locator("#legend")
        expect(legend).to_contain_text(f"summed {states.count('s')}")
        expect(legend).to_contain_text(f"waiting {states.count('.')}")
        assert page.locator(".parts > svg > path").count() == 5
        page.wait_for_timeout(3500)  # the overview's counts come two seconds after the last
        page.on("request", lambda request: sent.append(request.url))
        page.wait_for_timeout(2000)
        assert sent == []
        require_accessible(page)
    expect(page.locator(".st-big")).to_have_text("succeeded")
    expect(page.locator(".tl")).to_contain_text("Cut into 30 parts")


def test_a_job_is_cancelled_by_keyboard_and_only_when_one_is_sure(
    stack: Stack, visitor: Visitor
) -> None:
    api = api_of(stack, visitor)
    with stack.stopped_workers():
        job_id = submitted(api, SMALL, fresh=True)
        page = visitor.open(f"#/jobs/{job_id}")
        cancel = page.locator(".acts > .btn-x")
        cancel.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name="Cancel this job?")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert api.job(job_id)["status"] == "queued"
        page.keyboard.press("Enter")
        require_accessible(page)
        page.get_by_role("button", name="Cancel job").last.press("Enter")
        expect(page.get_by_role("heading", name="The job was cancelled")).to_be_visible()
        assert api.job(job_id)["status"] == "cancelled"
        require_accessible(page)
    page.get_by_role("button", name="Run again").click()
    expect(page.locator(".st-big")).to_have_text("succeeded")
    assert job_id not in page.url


def test_a_job_that_is_unknown_or_expired_is_explained(visitor: Visitor) -> None:
    page = visitor.open(f"#/jobs/{MADE_UP}")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such job")
    expect(page.get_by_text("Jobs are kept for 30 days")).to_be_visible()
    require_accessible(page)
    page.get_by_role("link", name="List of jobs").click()
    expect(page.get_by_text("No jobs yet")).to_be_visible()


def test_a_job_is_copied_as_a_command_and_as_a_link_and_run_again(
    stack: Stack, visitor: Visitor
) -> None:
    job_id = ended(api_of(stack, visitor), SMALL, step=1, non_numeric="skip")
    page = visitor.open(f"#/jobs/{job_id}")
    page.get_by_role("button", name="Copy as curl").click()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith('curl -H "Authorization: Bearer $TOKEN" http://')
    assert command.endswith(f"""-d '{{"csv":"{SMALL}","step":1,"non_numeric":"skip"}}'""")
    page.get_by_role("button", name="Copy link").click()
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.get_by_role("button", name="Run again").click()
    page.wait_for_url(re.compile(f"#/jobs/(?!{job_id})"))
    expect(page.locator(".st-big")).to_have_text("succeeded")
    again = api_of(stack, visitor).job(page.url[-32:])
    assert again["options"]["non_numeric"] == "skip"
    assert "cached_from" not in again


def test_a_result_of_an_earlier_job_leads_to_it(stack: Stack, visitor: Visitor) -> None:
    api = api_of(stack, visitor)
    first = ended(api, SMALL, strip="x")
    page = visitor.open(f"#/jobs/{ended(api, SMALL, strip='x')}")
    expect(page.locator(".tl")).to_contain_text("Totals taken from an earlier job")
    page.get_by_role("link", name=first[:8]).click()
    expect(page.locator(".sub")).to_contain_text(first)


def test_twenty_thousand_parts_are_five_elements(visitor: Visitor) -> None:
    page = visitor.open("#/new")
    states = "s" * 9000 + "r" * 3 + "q" * 997 + "." * 10_000
    progress = {"parts_done": 9003, "parts": 20_000, "bytes": 450}
    job = made_up({}, status="running", progress=progress)
    members = {"status": "running", "parts": 20_000, "part_bytes": 10**8, "reruns": 3}
    answer(page, r"/jobs/\w+/parts", {**members, "states": states})
    show(page, job)
    expect(page.locator("#legend")).to_contain_text("rerun 3")
    drawn = page.locator(".parts > svg > path").evaluate_all(
        """paths => paths.map(
            path => [path.getAttribute('class'), path.getAttribute('d').match(/M/g)]
        )"""
    )
    counts = {name: len(found or []) for name, found in drawn}
    assert counts == {
        "p-done": 9000,
        "p-run pulse": 997,
        "p-again": 3,
        "p-bad": 0,
        "p-wait": 10_000,
    }
    require_accessible(page)
