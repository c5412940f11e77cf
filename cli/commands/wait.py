"""``csvsum wait`` and ``csvsum result``: print the sums of jobs."""

from typing import TYPE_CHECKING

import click

from cli.connection import Form, command, form_options, with_service

if TYPE_CHECKING:
    from cli.service import Service

WAIT_EXAMPLES = """\
  csvsum wait 9f2c41aa                 with a progress bar, until there are sums
  csvsum wait 9f2c41aa --json
"""
RESULT_EXAMPLES = """\
  csvsum result 9f2c41aa
  csvsum result 9f2c41aa --csv > totals.csv
"""


@command("wait", examples=WAIT_EXAMPLES)
@click.argument("job", metavar="JOB")
@form_options
@with_service
def wait(service: "Service", job: str, form: Form) -> None:
    """Wait until a job has ended, and print its sums."""
    from cli.following import wait_for
    from cli.job_ids import resolve
    from cli.job_output import show_ended

    ended = wait_for(service, resolve(service, job))
    show_ended(ended, service.access, form)


@command("result", examples=RESULT_EXAMPLES)
@click.argument("job", metavar="JOB")
@form_options
@with_service
def result(service: "Service", job: str, form: Form) -> None:
    """Print the sums of a job that has ended."""
    from cli.job_ids import naming, resolve
    from cli.job_output import show_ended

    job_id = resolve(service, job)
    with naming(service, job_id):
        found = service.job(job_id)
    show_ended(found, service.access, form)


def register(app: click.Group) -> None:
    """Add the commands to the app."""
    app.add_command(wait)
    app.add_command(result)
