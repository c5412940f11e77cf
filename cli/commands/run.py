"""``csvsum run``: sum a file with the service, from the upload to the sums."""

from typing import TYPE_CHECKING, Any

import click

from cli.connection import (
    Form,
    command,
    form_options,
    fresh_option,
    source_option,
    with_service,
)
from cli.reading_options import given, options_of, reading_options

if TYPE_CHECKING:
    from cli.service import Service

EXAMPLES = """\
  csvsum run sales.csv                     upload, wait, and print the sums
  csvsum run q3/rates.csv --columns rate   a file of the service's source
  csvsum run sales.csv --json | jq .exact  all digits, for programs
  csvsum run umsatz.csv --decimal ,

A file of this machine is uploaded. Any other name is that of a file in the
service's source; csvsum files lists them. Ctrl-C ends the wait, not the job.
"""


@command("run", examples=EXAMPLES)
@click.argument("file", metavar="FILE")
@reading_options
@source_option
@fresh_option
@form_options
@with_service
def run(service: "Service", file: str, is_in_source: bool, form: Form, **values: Any) -> None:
    """Sum a file with the service, and print its sums."""
    from cli.following import wait_for
    from cli.job_output import show_ended
    from cli.sending import name_of, submit

    options = given(values)
    options_of(options)
    name = name_of(service, file, is_in_source=is_in_source)
    job = submit(service, name, options, fresh=values["fresh"])
    ended = wait_for(service, job["id"])
    show_ended(ended, service.access, form, file)


def register(app: click.Group) -> None:
    """Add the command to the app."""
    app.add_command(run)
