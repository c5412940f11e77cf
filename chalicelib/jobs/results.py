"""Creates the result of a job from the sums of its columns. Pure Python."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib.engine.layout import Layout
from chalicelib.engine.sums import ColumnSum, digits
from chalicelib.engine.verdict import Verdict, judge
from chalicelib.engine.wording import visible
from chalicelib.errors import BadCsv, Fault
from chalicelib.jobs.job import LeftOut, Notice, Result

# Of names and digits together. A reply has them several times, and must fit into the API's memory.
MAX_RESULT_CHARS = 16 * 1024 * 1024
# ColumnSum.scales of a column whose values have three digits after the point, or none and no point.
THREE_DIGITS = (1 << 3, 1 | 1 << 3)


@dataclass(frozen=True, slots=True)
class Sums:
    """What a file adds up to. ``unended``: no row end follows its last row."""

    columns: Sequence[ColumnSum]
    rows: int
    unended: bool


def decide(layout: Layout, sums: Sums, max_chars: int = MAX_RESULT_CHARS) -> Result:
    """Return the result of a file.

    Raises BadCsv for a refused cell, when there is no number, and when the result is too large.
    """
    verdict = judge(sums.columns, layout)
    if verdict.fault is not None:
        raise BadCsv(verdict.fault.moved(layout.data_line, layout.data_start))
    return result_of(layout, sums, verdict, max_chars)


def result_of(layout: Layout, sums: Sums, verdict: Verdict, max_chars: int) -> Result:
    """Return the result. Raises BadCsv when its names and digits have too many characters."""
    names = tuple(layout.names[place] for place in verdict.summed)
    columns = [sums.columns[place] for place in verdict.summed]
    totals = tuple(digits(column.total) for column in columns)
    _require_size(sum(map(len, layout.names)) + sum(map(len, totals)), max_chars)
    return Result(
        names=names,
        totals=totals,
        is_integer=tuple(column.is_integer for column in columns),
        values=tuple(column.values for column in columns),
        missing=tuple(column.missing for column in columns),
        skipped=tuple(column.skipped for column in columns),
        left_out=tuple(_left_out(layout, sums, verdict)),
        warnings=(*_of_columns(names, columns), *_of_rows(sums)),
    )


def _left_out(layout: Layout, sums: Sums, verdict: Verdict) -> Iterator[LeftOut]:
    places = {index: place for place, index in enumerate(layout.wanted)}
    for each in verdict.left_out:
        place = places[each.index]
        why = _why(sums.columns[place])
        yield LeftOut(layout.names[place], each.index, visible(each.cell), why)


def _why(column: ColumnSum) -> str:
    if column.values + column.alike:
        return "Fewer than a tenth of its cells are numbers."
    if column.skipped + column.comparisons:
        return "None of its cells is a number."
    return "All of its cells are missing."


def _of_columns(names: Sequence[str], columns: Sequence[ColumnSum]) -> Iterator[Notice]:
    for name, column in zip(names, columns, strict=True):
        if column.scales in THREE_DIGITS:
            detail = (
                "Every point in this column is followed by three digits. If points separate"
                ' thousands here, submit with thousands="." and decimal=",".'
            )
            yield Notice("three_digits_after_points", detail, name)


def _of_rows(sums: Sums) -> Iterator[Notice]:
    if sums.unended:
        detail = (
            "No row end follows the last row. If the file was cut off in it, upload the file"
            " again, or submit with last_row=drop."
        )
        yield Notice("last_row_without_end", detail)


def _require_size(chars: int, max_chars: int) -> None:
    if chars > max_chars:
        message = (
            f"names and sums have {chars:,} characters; the result may have at most {max_chars:,}"
        )
        raise BadCsv(Fault("result_too_large", message))
