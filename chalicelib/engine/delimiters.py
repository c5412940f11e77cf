"""Find the delimiter of a file in the rows of its first bytes. Pure Python.

The candidates are comma, semicolon, tab and bar. For each one, the rows are read as the reference
kernel reads them, quotes included. A delimiter fits if one of these holds; the first is the best:

1. all rows have the same number of fields, two or more;
2. all rows except the header do, and the header fits by naming.find_naming (names of rows as R
   writes them, or a delimiter at the end of the rows or of the header);
3. nine rows of ten have the same number of fields;
4. the longest run of rows with the same number of fields has at least two rows and a third of all:
   there are titles before it, notes after it, or broken rows.

A delimiter that leaves text after a closing quote (quotes.py) fits worse than any that does not,
since the file cannot be read with it.

The best fit wins. If several fit equally well, the file is refused as ``ambiguous_delimiter``. If
none fits, the file has one column, and its delimiter is the comma. A line ``sep=;`` decides at
once.

A mark that the options use as decimal or thousands mark loses to another delimiter that fits as
well. It is a candidate only if it stands, somewhere, not between two digits, as it does in a
header.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby

from .errors import BadCsv, Fault
from .naming import Naming, find_naming
from .read_options import AUTO, NumberOptions, ReadOptions
from .sample import CANDIDATES, Head, Sample, read_sample
from .wording import counted, delimiter_name, listed

#: More than the ranks that differ by the number of fields.
WORSE = 4


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a delimiter fits: rank 1 is best. Most rows have ``fields`` fields."""

    rank: int
    fields: int
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    sample: Sample
    reason: str


def find_delimiter(head: Head, options: ReadOptions) -> Found:
    """Return the sample read with the delimiter that was asked for or fits, and the reason.

    Raises BadCsv: ``ambiguous_delimiter``, or ``lone_carriage_return`` for mixed row ends.
    """
    if options.delimiter != AUTO:
        return Found(read_sample(head, options.delimiter, options), "asked for")
    if head.sep:
        return Found(read_sample(head, head.sep, options), f"the first line is sep={head.sep}")
    fits = best_fits(head, options)
    if not fits:
        alone = _for_one_column(options.numbers)
        return Found(read_sample(head, alone, options), "no delimiter splits the rows evenly")
    if len(fits) > 1:
        raise BadCsv(_ambiguous(fits))
    sample, fit = fits[0]
    return Found(sample, fit.reason)


def best_fits(head: Head, options: ReadOptions) -> list[tuple[Sample, Fit]]:
    """Return the delimiters that fit best, equally well; none if none fits."""
    fits = find_fits(head, options)
    best = min((fit.rank for _, fit in fits), default=0)
    winners = [(sample, fit) for sample, fit in fits if fit.rank == best]
    others = [winner for winner in winners if winner[0].delimiter not in marks_of(options.numbers)]
    return others or winners


def marks_of(numbers: NumberOptions) -> tuple[str, str]:
    return numbers.decimal, numbers.thousands


def find_fits(head: Head, options: ReadOptions) -> list[tuple[Sample, Fit]]:
    """Return the candidates that fit, without marks of numbers that separate nothing."""
    fits = []
    for delimiter in CANDIDATES:
        if delimiter.encode() not in head.rows:
            continue
        if delimiter in marks_of(options.numbers) and not _separates(head.rows, delimiter):
            continue
        try:
            sample = read_sample(head, delimiter, options)
        except BadCsv:  # mixed row ends; if every delimiter finds them, the comma reports them
            continue
        fit = fit_of(sample, options)
        if fit is not None:
            fits.append((sample, fit))
    return fits


def fit_of(sample: Sample, options: ReadOptions) -> Fit | None:
    """Return how well a delimiter fits the rows that it makes; None if it does not."""
    fit = _fit_of_counts(sample, options)
    if fit is None or sample.stopped_by != "text_after_quote":
        return fit
    return replace(fit, rank=fit.rank + WORSE)


def _fit_of_counts(sample: Sample, options: ReadOptions) -> Fit | None:
    counts = _padded(sample.counts) if options.ragged == "pad" else sample.counts
    if len(set(counts)) == 1 and counts[0] > 1:
        rows = (
            "the only row has" if len(counts) == 1 else f"all {len(counts):,} rows looked at have"
        )
        return Fit(1, counts[0], f"{rows} {counted(counts[0], 'field')}")
    if options.header is not False and find_naming(sample) is not Naming.PLAIN:
        reason = f"all rows but the header have {counts[1]} fields"
        return Fit(2, counts[1], reason) if counts[1] > 1 else None
    return _partial_fit(counts)


def _partial_fit(counts: list[int]) -> Fit | None:
    fields, rows = Counter(counts).most_common(1)[0] if counts else (0, 0)
    if fields > 1 and 10 * rows >= 9 * len(counts):
        return Fit(3, fields, f"{rows:,} of {len(counts):,} rows looked at have {fields} fields")
    runs = [(len(list(run)), fields) for fields, run in groupby(counts) if fields > 1]
    rows, fields = max(runs, default=(0, 0))
    if rows > 1 and 3 * rows >= len(counts):
        return Fit(4, fields, f"{rows} rows, one after the other, have {fields} fields")
    return None


def _padded(counts: list[int]) -> list[int]:
    """Return the counts as if rows shorter than the header were padded."""
    return [max(count, counts[0]) for count in counts]


def _separates(data: bytes, mark: str) -> bool:
    """Return whether a mark stands anywhere but between two digits."""
    escaped = re.escape(mark.encode())
    return bool(re.search(rb"(?<![0-9])%b|%b(?![0-9])" % (escaped, escaped), data))


def _for_one_column(numbers: NumberOptions) -> str:
    return next(delimiter for delimiter in CANDIDATES if delimiter not in marks_of(numbers))


def _ambiguous(winners: list[tuple[Sample, Fit]]) -> Fault:
    names = listed([delimiter_name(sample.delimiter) for sample, _ in winners])
    message = f"{names} fit equally well as the delimiter"
    return Fault("ambiguous_delimiter", message, 0, 0)
