"""Checks the options that a client gives. Pure Python.

Query strings and JSON bodies both come through ``parse_options``.
"""

from collections.abc import Mapping

from chalicelib.engine.options import SELECTION, Options
from chalicelib.errors import BadRequest
from chalicelib.jobs import option_values as values

__all__ = ["NAMES", "Options", "parse_options", "parse_submission"]

#: What a submission may have besides the options: whether its file is summed in any case.
FRESH = "fresh"

PARSERS: dict[str, values.Parser] = {
    "step": values.integer_from(1),
    "first": values.integer_from(0),
    "columns": values.columns,
    "non_numeric": values.one_of("columns", "fail", "skip"),
    "delimiter": values.delimiter,
    "header": values.switch,
    "encoding": values.one_of("auto", "utf-8", "utf-16", "windows-1252", "latin-1"),
    "skip_rows": values.integer_from(0),
    "comment": values.comment,
    "ragged": values.one_of("fail", "pad"),
    "last_row": values.one_of("keep", "drop"),
    "decimal": values.text,
    "thousands": values.text,
    "strip": values.text,
    "missing": values.markers,
}
NAMES = tuple(PARSERS)


def parse_options(given: Mapping[str, object]) -> Options:
    """Return the options given as strings or JSON values; others keep their defaults.

    None (null in JSON) is the same as leaving an option out. Raise BadRequest with a sentence that
    names the option and says what to type.
    """
    for name in given:
        if name not in PARSERS:
            raise BadRequest(
                f"There is no option {values.shown(name)}; the options are {', '.join(NAMES)}."
            )
    present = {name: value for name, value in given.items() if value is not None}
    parsed = {name: PARSERS[name](name, value) for name, value in present.items()}
    options = Options.of(parsed)
    _require_one_selection(options, parsed)
    conflict = options.conflict()
    if conflict is not None:
        raise BadRequest(f"{conflict}.")
    return options


def parse_submission(given: Mapping[str, object]) -> tuple[Options, bool]:
    """Return the options of a submission, and whether no earlier result may answer it.

    Raise BadRequest.
    """
    members = dict(given)
    fresh = values.flag(FRESH, members.pop(FRESH, None))
    return parse_options(members), fresh


def _require_one_selection(options: Options, given: Mapping[str, object]) -> None:
    other = next((name for name in given if name in SELECTION), None)
    if options.columns and other:
        raise BadRequest(
            f"columns and {other} exclude each other; give columns, or step and first, not both."
        )
