"""``csvsum status`` and ``csvsum cancel``: one job."""

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from cli.connection import command, json_option, with_service
from cli.terminal import say, show_json, show_table

if TYPE_CHECKING:
    from cli.service import Job, Service

STATUS_EXAMPLES = """\
  csvsum status 9f2c41aa
  csvsum status 9f2c41aa --json | jq -r .status
"""
CANCEL_EXAMPLES = """\
  csvsum cancel 9f2c41aa
  csvsum cancel 9f2c41aa 5d1100fe
"""


@command("status", examples=STATUS_EXAMPLES)
@click.argument("job", metavar="JOB")
@json_option
@with_service
def status(service: "Service", job: str, as_json: bool) -> None:
    """Show a job in any state. With --json, show all that the service knows."""
    from cli.job_ids import naming, resolve

    job_id = resolve(service, job)
    with naming(service, job_id):
        found = service.job(job_id)
    if as_json:
        show_json(found)
        return
    show_table([*_rows(found), ("Page", service.access.page_of(job_id))])


def _rows(job: "Job") -> Iterator[tuple[str, str]]:
    from chalicelib.engine.wording import visible
    from cli.ages import age
    from cli.following import progress_of
    from cli.job_list import reason
    from cli.job_output import chosen_options
    from cli.reading_options import arguments_of

    yield "Job", job["id"]
    yield "File", visible(job["csv"])
    yield "Status", ", ".join(filter(None, (job["status"], progress_of(job))))
    for name in ("submitted", "started", "finished"):
        if moment := job[f"{name}_at"]:
            yield name.capitalize(), f"{moment}, {age(moment)} ago"
    if options := shlex.join(arguments_of(chosen_options(job))):
        yield "Options", options
    if earlier := job.get("cached_from"):
        yield "Sums of", earlier
    if why := reason(job):
        yield "Reason", why


@command("cancel", examples=CANCEL_EXAMPLES)
@click.argument("jobs", nargs=-1, required=True, metavar="JOB...")
@json_option
@with_service
def cancel(service: "Service", jobs: tuple[str, ...], as_json: bool) -> None:
    """Cancel jobs. A job that has ended stays as it is."""
    from cli.job_ids import naming, resolve, short
    from cli.names import shown

    for job_id in [resolve(service, job) for job in jobs]:
        with naming(service, job_id):
            cancelled = service.cancel(job_id)
        if as_json:
            show_json(cancelled)
        else:
            say(f"Job {short(job_id)} ({shown(cancelled['csv'])}) is cancelled.")


def register(app: click.Group) -> None:
    """Add the commands to the app."""
    app.add_command(status)
    app.add_command(cancel)
