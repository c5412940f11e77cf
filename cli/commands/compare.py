"""``csvsum compare``: two jobs, column by column."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from cli.connection import command, json_option, with_service
from cli.failures import Exit
from cli.terminal import number, say, show_json, show_table

if TYPE_CHECKING:
    from cli.comparing import Difference
    from cli.service import Job, Service

HEADS = ("COLUMN", "BEFORE", "AFTER", "DIFFERENCE")
ABSENT = "-"
EXAMPLES = """\
  csvsum compare 9f2c41aa 5d1100fe             all columns of both
  csvsum compare 9f2c41aa 5d1100fe --changed   only those that differ
  csvsum compare 9f2c41aa 5d1100fe || echo "the totals have changed"

The exit code is 0 if all sums and the numbers of rows are equal, and 1 if
anything differs.
"""


@command("compare", examples=EXAMPLES)
@click.argument("before", metavar="BEFORE")
@click.argument("after", metavar="AFTER")
@click.option("--changed", "only_changed", is_flag=True, help="Only columns that differ.")
@json_option
@with_service
def compare(service: "Service", before: str, after: str, only_changed: bool, as_json: bool) -> Exit:
    """Compare the sums of two jobs, exactly."""
    from cli.comparing import differences

    jobs = [_succeeded(service, job) for job in (before, after)]
    found = list(differences(*jobs))
    rows = [job["ledger"]["rows"] for job in jobs]
    shown = [each for each in found if each.differs or not only_changed]
    if as_json:
        columns = [each.as_dict() for each in shown]
        show_json({"rows": dict(zip(("before", "after"), rows, strict=True)), "columns": columns})
    else:
        _show(shown)
        say(_summary(found, rows))
    is_different = rows[0] != rows[1] or any(each.differs for each in found)
    return Exit.DIFFERENT if is_different else Exit.DONE


def _succeeded(service: "Service", text: str) -> "Job":
    from cli.job_ids import naming, resolve
    from cli.job_output import failure_of_job

    job_id = resolve(service, text)
    with naming(service, job_id):
        job = service.job(job_id)
    if job["status"] != "succeeded":
        raise failure_of_job(job)
    return job


def _show(shown: "Sequence[Difference]") -> None:
    from chalicelib.engine.wording import visible
    from cli.sum_output import aligned

    if not shown:
        return
    columns = [
        aligned([_text(digits) for digits in texts])
        for texts in (
            [each.before for each in shown],
            [each.after for each in shown],
        )
    ]
    names = [visible(each.column) for each in shown]
    show_table(
        zip(names, *columns, [_signed(each.digits) for each in shown], strict=True),
        HEADS,
        right=(1, 2, 3),
    )


def _text(digits: str | None) -> str:
    return ABSENT if digits is None else digits


def _signed(digits: str | None) -> str:
    if digits is None:
        return ABSENT
    return digits if digits == "0" else f"{'' if digits.startswith('-') else '+'}{number(digits)}"


def _summary(found: "Sequence[Difference]", rows: Sequence[int]) -> str:
    different = sum(each.differs for each in found)
    same_rows = f"{rows[0]:,} rows in both"
    counts = same_rows if rows[0] == rows[1] else f"{rows[0]:,} rows before, {rows[1]:,} after"
    verb = "differs" if different == 1 else "differ"
    return f"{different:,} of {len(found):,} columns {verb}; {counts}."


def register(app: click.Group) -> None:
    """Add the command to the app."""
    app.add_command(compare)
