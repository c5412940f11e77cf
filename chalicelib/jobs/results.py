"""Creates the result of a job from the sums of its columns. Pure Python."""

from collections.abc import Sequence

from chalicelib.engine.sums import ColumnSum, digits
from chalicelib.errors import BadCsv, Fault
from chalicelib.jobs.job import Result

# Of names and digits together. A reply has them several times, and must fit into the API's memory.
MAX_RESULT_CHARS = 16 * 1024 * 1024


def result_of(names: tuple[str, ...], columns: Sequence[ColumnSum], max_chars: int) -> Result:
    """Return the result. Raises BadCsv when its names and digits have too many characters."""
    totals = tuple(digits(column.total) for column in columns)
    _require_size(sum(map(len, names)) + sum(map(len, totals)), max_chars)
    return Result(
        names=names,
        totals=totals,
        is_integer=tuple(column.is_integer for column in columns),
        values=tuple(column.values for column in columns),
        missing=tuple(column.missing for column in columns),
        skipped=tuple(column.skipped for column in columns),
    )


def _require_size(chars: int, max_chars: int) -> None:
    if chars > max_chars:
        message = (
            f"names and sums have {chars} characters; the result may have at most {max_chars}, "
            "so choose a larger 'step'"
        )
        raise BadCsv(Fault("result_too_large", message))
