"""``csvsum submit``: submit files, and do not wait."""

from typing import TYPE_CHECKING, Any

import click

from cli.connection import command, fresh_option, json_option, source_option, with_service
from cli.reading_options import given, options_of, reading_options
from cli.terminal import say, show, show_json

if TYPE_CHECKING:
    from cli.service import Service

EXAMPLES = """\
  csvsum submit sales.csv                        print the id of the job
  csvsum submit q3/*.csv --step 5                a job for each file
  csvsum wait $(csvsum submit sales.csv)
"""


@command("submit", examples=EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@reading_options
@source_option
@fresh_option
@json_option
@with_service
def submit_files(
    service: "Service", files: tuple[str, ...], is_in_source: bool, as_json: bool, **values: Any
) -> None:
    """Submit files, and print the ids of their jobs.

    Files of this machine are uploaded."""
    from cli.sending import name_of, submit

    options = given(values)
    options_of(options)
    for file in files:
        name = name_of(service, file, is_in_source=is_in_source)
        job = submit(service, name, options, fresh=values["fresh"])
        if as_json:
            show_json(job)
        else:
            show(job["id"])
            say(f"{file}: {service.access.page_of(job['id'])}")


def register(app: click.Group) -> None:
    """Add the command to the app."""
    app.add_command(submit_files)
