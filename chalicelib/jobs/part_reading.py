"""Reads one part of a file: proves or assumes its start state, and sums its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.engine.blocks import fill
from chalicelib.engine.kernel import Kernel
from chalicelib.engine.layout import Layout
from chalicelib.engine.opening import grammar_of, rules_of
from chalicelib.engine.row_ends import translate
from chalicelib.engine.states import Grammar, State, scan_state
from chalicelib.engine.sums import ColumnSum
from chalicelib.jobs.job import Job
from chalicelib.jobs.parts import PROOF_BYTES, Outcome, Plan, start_states
from chalicelib.jobs.reading import dialect_of

if TYPE_CHECKING:
    from chalicelib.jobs.ports import Source


@dataclass(eq=False)
class PartReader:
    """Reads parts. ``proof_bytes`` before a part are read to prove the state in which it starts.

    ``follows_all``: if the state is assumed, find the end of the part for all states in which it
    may start, so that parts after it need not wait for its rerun. This takes a fifth of the time.
    """

    source: "Source"
    kernel: Kernel
    proof_bytes: int = PROOF_BYTES
    follows_all: bool = True

    def sum_part(
        self, job: Job, plan: Plan, number: int, start: State | None = None
    ) -> tuple[Outcome, Sequence[ColumnSum]]:
        """Sum the rows of a part from the state ``start``, or from the one proven or assumed.

        Raise FileError if the file has changed since submission, and TryAgain.
        """
        layout = layout_of(job, plan)
        first, *others = (start,) if start is not None else self.start_states(job, plan, number)
        span = plan.range_of(number)
        blocks = self._blocks(job, span)
        followed = others if self.follows_all else ()
        scanner = StateScanner(blocks, len(span), followed, layout.grammar)
        partial = self.kernel.sum_rows(
            scanner,
            layout,
            start=first,
            span=len(span),
        )
        ends = scanner.ends() if partial.fault else {first: partial.end} | scanner.ends()
        outcome = Outcome(
            number,
            first,
            partial.rows,
            partial.lines,
            partial.bytes,
            ends,
            partial.fault,
            partial.unended,
        )
        return outcome, partial.columns

    def start_states(self, job: Job, plan: Plan, number: int) -> tuple[State, ...]:
        """Return the states in which a part may start, the one to assume first."""
        window = plan.proof_of(number, self.proof_bytes)
        before = self._read(job, window) if window else b""
        from_start = window.start == plan.data_start
        return start_states(before, from_start, layout_of(job, plan).grammar)

    def _read(self, job: Job, wanted: range) -> bytes:
        # With what follows: the translation of a row end depends on all of its bytes.
        data, _ = fill(len(wanted), b"", self._blocks(job, wanted))
        return data[: len(wanted)]

    def _blocks(self, job: Job, wanted: range) -> Iterator[bytes]:
        """Return the text from the start of a range on, with row ends that the kernels know."""
        blocks = self.source.read(job.file_name, job.version, wanted.start, wanted.stop)
        return translate(blocks, dialect_of(job).row_end)


class StateScanner:
    """Passes blocks on to a kernel, and scans them from other states in which the part may start.

    So even if the assumed state was wrong, one read has found the state in which the next part
    starts.
    """

    def __init__(
        self, blocks: Iterator[bytes], span: int, starts: Sequence[State], grammar: Grammar
    ) -> None:
        self._blocks = blocks
        self._left = span
        self._grammar = grammar
        self._states = {start: start for start in starts}

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = next(self._blocks)
        if self._states and self._left > 0:
            inside = block[: self._left]
            for start, state in self._states.items():
                self._states[start] = scan_state(inside, state, self._grammar)
        self._left -= len(block)
        return block

    def ends(self) -> dict[State, State]:
        """Return the state in which the next part starts, for each start.

        If the kernel stopped before the end of the span, read on to it.
        """
        while self._states and self._left > 0 and next(self, None) is not None:
            pass
        return self._states


def layout_of(job: Job, plan: Plan) -> Layout:
    """Return the layout of a part's rows: it has no header, hence no names."""
    options, dialect = job.options, dialect_of(job)
    every_nth = range(options.first, plan.fields, options.step)
    hidden = (plan.fields - 1,) if plan.hidden else ()
    return Layout(
        grammar=grammar_of(options.read, dialect),
        fields=plan.fields,
        wanted=plan.columns or (*every_nth, *hidden),
        names=(),
        data_start=plan.data_start,
        data_line=plan.data_line,
        rules=rules_of(options, dialect),
    )
