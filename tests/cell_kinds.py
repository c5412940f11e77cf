"""The kinds of cells, found one by one: what the kernels must count."""

from collections.abc import Iterable

from chalicelib.engine.cells import PLAIN, is_comparison, read_cell
from chalicelib.engine.columns import Kinds
from chalicelib.engine.read_options import NumberOptions
from chalicelib.engine.sums import Kind, Refused


def kind_of(cell: str, numbers: NumberOptions = PLAIN) -> Kind:
    try:
        return Kind.MISSING if read_cell(cell, numbers) is None else Kind.NUMBER
    except Refused as refused:
        if refused.code == "not_a_number":
            return Kind.TEXT
        return Kind.COMPARISON if is_comparison(cell) else Kind.LIKE_A_NUMBER


def count_kinds(cells: Iterable[str], numbers: NumberOptions = PLAIN) -> Kinds:
    counts = dict.fromkeys(Kind, 0)
    for cell in cells:
        counts[kind_of(cell, numbers)] += 1
    return Kinds(**counts)
