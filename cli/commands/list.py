"""``csvsum list`` and ``csvsum count``: many jobs."""

import sys
from typing import TYPE_CHECKING

import click

from cli.connection import command, json_option, with_service
from cli.terminal import PROGRAM, is_terminal, number, say, show, show_json

if TYPE_CHECKING:
    from cli.service import Service

STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")
LIST_EXAMPLES = """\
  csvsum list                                    the 20 newest jobs
  csvsum list --status failed --since 2026-11-01
  csvsum list --file q3/ --limit 500 --json
"""
COUNT_EXAMPLES = """\
  csvsum count
  csvsum count --mine
"""


@command("list", examples=LIST_EXAMPLES)
@click.option("--status", type=click.Choice(STATUSES), help="Only jobs with this status.")
@click.option("--since", metavar="TIME", help="Only jobs since 2026-11-24 or 2026-11-24T17:12Z.")
@click.option("--file", "csv", metavar="TEXT", help="Only jobs whose file has this in its name.")
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Show at most N jobs."
)
@click.option("--cursor", metavar="NEXT", help="Continue a list from the cursor at its end.")
@json_option
@with_service
def list_jobs(
    service: "Service", limit: int, cursor: str | None, as_json: bool, **wanted: str | None
) -> None:
    """List your jobs, the newest first."""
    from cli.job_list import show_jobs

    page = service.jobs(wanted, limit, cursor)
    if as_json:
        show_json({"jobs": page.items, "next": page.next})
        return
    if page.items:
        show_jobs(page.items)
    elif is_terminal(sys.stdout):
        say(f"There is no such job. {PROGRAM} run FILE makes one.")
    if page.next:
        say(f"There are more: add --limit {limit * 10}, or --cursor {page.next}")


@command("count", examples=COUNT_EXAMPLES)
@click.option("--mine", is_flag=True, help="Only your own.")
@json_option
@with_service
def count(service: "Service", mine: bool, as_json: bool) -> None:
    """Count the jobs in progress.

    A job is in progress until it has succeeded, failed or was cancelled."""
    in_progress = service.count(mine=mine)
    if as_json:
        show_json({"ongoing_tasks": in_progress})
    else:
        show(number(in_progress))


def register(app: click.Group) -> None:
    """Add the commands to the app."""
    app.add_command(list_jobs)
    app.add_command(count)
