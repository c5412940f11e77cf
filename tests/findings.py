"""What a worker finds out about a file, as records."""

from chalicelib.engine.dialect import Dialect
from chalicelib.engine.evidence import Suggestion
from chalicelib.engine.excerpt import Excerpt
from chalicelib.engine.naming import Naming
from chalicelib.engine.row_ends import RowEnd
from chalicelib.jobs.job import LeftOut, Notice, Problem

DIALECT = Dialect(
    ";",
    "windows-1252",
    RowEnd.CR,
    True,
    Naming.ROW_NAMES,
    3,
    1,
    (("delimiter", "asked for"), ("header", "the first row is none of numbers")),
)
LEFT_OUT = (LeftOut("town", 10, "Århus", "None of its cells is a number."),)
WARNINGS = (Notice("a", "All of it."), Notice("b", "One column.", "prix"))
PROBLEM = Problem(
    "not_a_number",
    "Line 3: 'é' is not a number.",
    3,
    "a",
    17,
    (Suggestion("marks", "Submit with strip.", (("strip", "€"), ("missing", ["-"]))),),
    Excerpt(((2, "1;2"), (3, "é;2")), 3, 0, 1, 17, 18),
)
