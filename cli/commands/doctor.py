"""``csvsum doctor``: what is set up, how fast it is, and what is wrong."""

from typing import TYPE_CHECKING

import click

from cli.connection import command, json_option, with_service
from cli.failures import Exit
from cli.terminal import paint, say, show_json, show_table

if TYPE_CHECKING:
    from cli.service import Service

EXAMPLES = """\
  csvsum doctor
  csvsum doctor --url https://csv.example.com

The exit code is that of the first thing that is wrong: 6 if the service does
not answer, 5 if it refuses the token; 0 if all is well.
"""


@command("doctor", examples=EXAMPLES)
@json_option
@with_service
def doctor(service: "Service", as_json: bool) -> Exit:
    """Check the set-up, and say what to do.

    Looks at the service, the token, the source, and the kernel of this machine."""
    import sys

    from cli.checks import examine

    findings = examine(service)
    if as_json:
        show_json({each.name.lower(): each.as_dict() for each in findings})
    else:
        show_table((each.name, each.subject, each.detail) for each in findings)
        sys.stdout.flush()
        for each in findings:
            for line in each.advice:
                say(f"{paint(f'{each.name}:', sys.stderr, fg='yellow')} {line}")
    return next((each.exit_code for each in findings if each.exit_code), Exit.DONE)


def register(app: click.Group) -> None:
    """Add the command to the app."""
    app.add_command(doctor)
