"""The schemas of the options: as requests may give them, and as a job has them.

A new option goes into both tables.
"""

from typing import Any

from chalicelib.jobs.option_values import COMMENTS, DELIMITERS, MAX_INDEX, MAX_TEXT_CHARS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _index_from(minimum: int) -> Schema:
    return {"type": "integer", "minimum": minimum, "maximum": MAX_INDEX}


def _given_index_from(minimum: int) -> Schema:
    """Return the schema of a number that may be a string, as in a query."""
    digits = "0*[1-9][0-9]{0,6}|10000000" if minimum else "[0-9]{1,7}|0[0-9]{7}|10000000"
    text = {"type": "string", "pattern": f"^({digits})$", "maxLength": 8}
    return {"anyOf": [_index_from(minimum), text]}


def _list_of(*items: Schema) -> Schema:
    """Return the schema of a list, which is in a query a string with commas."""
    return {"anyOf": [{"type": "array", "items": {"anyOf": list(items)}}, TEXT]}


#: True or false, or the text of it as in a query.
FLAG: Schema = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "string", "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|0|1)$"},
    ]
}
LABEL: Schema = {"type": "string", "minLength": 1}
CHOICES: dict[str, Schema] = {
    "non_numeric": {"enum": ["columns", "fail", "skip"]},
    "encoding": {"enum": ["auto", "utf-8", "utf-16", "windows-1252", "latin-1"]},
    "ragged": {"enum": ["fail", "pad"]},
    "last_row": {"enum": ["keep", "drop"]},
}
SHORT: Schema = {"type": "string", "maxLength": MAX_TEXT_CHARS}
#: As requests may give them, in the query or in the body, where null is the default.
GIVEN: dict[str, Schema] = {
    "step": _given_index_from(1),
    "first": _given_index_from(0),
    "columns": _list_of(LABEL, _index_from(0)),
    "delimiter": {"enum": ["auto", "\\t", "tab", *sorted(DELIMITERS)]},
    "header": FLAG,
    "skip_rows": _given_index_from(0),
    "comment": {"enum": ["", *sorted(COMMENTS)]},
    "decimal": {"type": "string", "minLength": 1, "maxLength": 1},
    "thousands": {"type": "string", "maxLength": 1},
    "strip": SHORT,
    "missing": _list_of(LABEL),
    **CHOICES,
}
#: As a job has them. ``step``, ``first`` and ``columns`` exclude each other, and ``header`` is null
#: if it is to be found out.
OF_JOB: dict[str, Schema] = {
    "step": nullable(_index_from(1)),
    "first": nullable(_index_from(0)),
    "columns": nullable({"type": "array", "items": {"anyOf": [LABEL, _index_from(0)]}}),
    "delimiter": {"enum": ["auto", *sorted(DELIMITERS)]},
    "header": nullable({"type": "boolean"}),
    "skip_rows": _index_from(0),
    "comment": {"enum": ["", *sorted(COMMENTS)]},
    "decimal": TEXT,
    "thousands": TEXT,
    "strip": TEXT,
    "missing": {"type": "array", "items": LABEL},
    **CHOICES,
}
