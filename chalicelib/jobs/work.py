"""What the queues ask for: sum a file, or one part of it, and finish the job.

Every message may be delivered twice, late, or to two workers at once; each of these functions may be repeated at any
point, and what it leaves behind is the same.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ParamSpec

from chalicelib.engine.blocks import fill
from chalicelib.engine.gunzip import gunzip
from chalicelib.engine.layout import Layout, read_layout
from chalicelib.engine.states import State, scan_state
from chalicelib.engine.sums import ColumnSum, PartialSum, add_columns, digits
from chalicelib.errors import BadCsv, CsvsumError, Fault, FileError, UnknownJob
from chalicelib.jobs.job import Job, Ledger, Result, problem_of, seconds_since_start
from chalicelib.jobs.parts import PROOF_BYTES, Outcome, Plan, part_size, settle, start_states
from chalicelib.jobs.ports import Message
from chalicelib.jobs.service import Doors

log = logging.getLogger("csvsum")

P = ParamSpec("P")

# As much as is fetched at once where only the first row is wanted.
HEADER_BYTES = 64 * 1024
# Names and exact digits of a result may take this much: a reply has them several times, and must fit into the API's memory.
MAX_RESULT_CHARS = 16 * 1024 * 1024


def known(call: Callable[P, Job], *args: P.args, **kwargs: P.kwargs) -> Job | None:
    """The job, or None where it is gone: taken back at submission, or past its time to live."""
    try:
        return call(*args, **kwargs)
    except UnknownJob:
        log.warning("a message of a job that is gone was dropped")
        return None


@dataclass(frozen=True, slots=True)
class Work:
    """``proof_bytes``: how many bytes before a part are read to prove the state that it starts in."""

    doors: Doors
    proof_bytes: int = PROOF_BYTES

    def do_job(self, message: Message) -> None:
        """Sum a small file, or cut a large one into parts and send those that are missing."""
        job = known(self.doors.jobs.start, message.job, self.doors.now())
        if job is not None and not job.status.is_final:
            self._or_fail(job, self._sum_or_cut)

    def do_part(self, message: Message) -> None:
        """Sum one part; whoever completes the parts puts them together."""
        job = known(self.doors.jobs.get, message.job)
        if job is not None and not job.status.is_final:
            self._or_fail(job, lambda job: self._sum_part(job, message))

    def _or_fail(self, job: Job, step: Callable[[Job], None]) -> None:
        """What no retry mends fails the job; everything else is raised, and the message will be delivered again."""
        try:
            step(job)
        except CsvsumError as error:
            if error.retryable:
                self.doors.jobs.set_last_error(job.id, error.detail)
                raise
            self._fail(job, error)
        except Exception as error:
            self.doors.jobs.set_last_error(
                job.id, f"An unexpected {type(error).__name__} in a worker."
            )
            raise

    def _fail(self, job: Job, error: CsvsumError) -> None:
        names: dict[int, str] = {}
        if isinstance(error, BadCsv) and error.fault.column is not None:
            try:
                layout, _ = self._open(job, HEADER_BYTES)
                names = dict(zip(layout.wanted, layout.names, strict=True))
            except FileError as gone:
                error = gone
        self.doors.jobs.fail(job.id, problem_of(error, names), self.doors.now())

    def _open(self, job: Job, expected_end: int) -> tuple[Layout, Iterator[bytes]]:
        """The file's layout, and its bytes from the first data row on."""
        blocks = self.doors.source.read(job.csv, job.file, expected_end=expected_end)
        return read_layout(gunzip(blocks) if _is_gzip(job) else blocks, job.options)

    def _sum_or_cut(self, job: Job) -> None:
        if job.plan:
            self._go_on(job)
        elif job.file.size > self.doors.part_bytes and not _is_gzip(job):
            self._cut(job)
        else:
            self._sum_whole(job)

    def _sum_whole(self, job: Job) -> None:
        layout, rows = self._open(job, job.file.size)
        partial = self.doors.kernel.sum_rows(rows, layout, skip=job.options.non_numeric == "skip")
        if partial.fault is not None:
            raise BadCsv(partial.fault.moved(layout.data_line, layout.data_start))
        self._succeed(job, layout.names, partial.columns, partial.rows)

    def _cut(self, job: Job) -> None:
        layout, _ = self._open(job, HEADER_BYTES)
        plan = Plan(
            size=job.file.size,
            part_bytes=part_size(job.file.size, self.doors.part_bytes, self.doors.parts_per_job),
            data_start=layout.data_start,
            data_line=layout.data_line,
            fields=layout.fields,
        )
        # The plan first: a part must never be at work on a plan that is not kept.
        self._go_on(self.doors.jobs.plan(job.id, plan, self.doors.now()))

    def _go_on(self, job: Job) -> None:
        """Send the parts that are missing, or put together what is complete."""
        if job.missing_parts:
            self.doors.queue.send([Message(job.id, number) for number in job.missing_parts])
        else:
            self._put_together(job)

    def _sum_part(self, job: Job, message: Message) -> None:
        plan, number = job.plan, message.part
        if plan is None or number is None or number >= plan.count:
            raise ValueError("a part of a job that was not cut so")
        if message.start is None and number in job.done_parts:
            done = job
        else:
            outcome, columns = self._outcome(job, plan, number, message.start)
            self.doors.jobs.save_part(job.id, outcome, columns)
            add = self.doors.jobs.add_done_rerun if message.start else self.doors.jobs.add_done
            done = add(job.id, number, self.doors.now())
        if (
            not done.status.is_final
            and not done.missing_parts
            and (done.reruns_complete or not message.start)
        ):
            self._put_together(done)

    def _outcome(
        self, job: Job, plan: Plan, number: int, start: State | None
    ) -> tuple[Outcome, Sequence[ColumnSum]]:
        delimiter = job.options.delimiter.encode()
        states = (start,) if start else self._start_states(job, plan, number)
        span = plan.range_of(number)
        blocks = self.doors.source.read(job.csv, job.file, span.start, expected_end=span.stop)
        others = _Walks(blocks, len(span), states[1:], delimiter)
        partial = self._sum_rows(job, plan, others, states[0], len(span))
        ends = {states[0]: State(partial.end)} if partial.fault is None else {}
        outcome = Outcome(
            number,
            states[0],
            partial.rows,
            partial.lines,
            partial.bytes,
            ends | others.ends(),
            partial.fault,
        )
        return outcome, partial.columns

    def _sum_rows(
        self, job: Job, plan: Plan, blocks: Iterator[bytes], start: State, span: int
    ) -> PartialSum:
        options = job.options
        wanted = range(options.first, plan.fields, options.step)
        layout = Layout(options.delimiter, plan.fields, wanted, (), plan.data_start, plan.data_line)
        return self.doors.kernel.sum_rows(
            blocks, layout, skip=options.non_numeric == "skip", start=start, span=span
        )

    def _start_states(self, job: Job, plan: Plan, number: int) -> tuple[State, ...]:
        window = plan.proof_of(number, self.proof_bytes)
        blocks = self.doors.source.read(job.csv, job.file, window.start, expected_end=window.stop)
        before = b"" if not window else fill(len(window), b"", blocks)[0][: len(window)]
        return start_states(before, window.start == plan.data_start, job.options.delimiter.encode())

    def _put_together(self, job: Job) -> None:
        """Finish a job whose parts are in, or have those summed again that began in another state than they assumed."""
        if job.plan is None:
            raise ValueError("a job that was not cut has no parts")
        saved = self.doors.jobs.saved_parts(job.id)
        settled = settle({key: part.outcome for key, part in saved.items()}, job.plan)
        if settled.fault is not None:
            raise BadCsv(settled.fault)
        if settled.again:
            log.info(
                "job %s: %d parts began inside quotes and are summed again",
                job.id,
                len(settled.again),
            )
            # First how many: the last of them must know that it is the last.
            self.doors.jobs.expect_reruns(job.id, len(settled.again), self.doors.now())
            self.doors.queue.send(
                [Message(job.id, number, start) for number, start in settled.again]
            )
            return
        _require_whole(job.plan, settled.chain)
        layout, _ = self._open(job, HEADER_BYTES)
        parts = (saved[outcome.number, outcome.start].columns() for outcome in settled.chain)
        self._succeed(
            job,
            layout.names,
            reduce(add_columns, parts),
            sum(outcome.rows for outcome in settled.chain),
        )

    def _succeed(
        self, job: Job, names: tuple[str, ...], columns: Sequence[ColumnSum], rows: int
    ) -> None:
        result = _result(names, columns)
        now = self.doors.now()
        ledger = Ledger(
            rows, job.file.size, job.parts, seconds_since_start(job, now), self.doors.kernel.name
        )
        self.doors.jobs.succeed(job.id, result, ledger, now)


class _Walks:
    """Blocks on their way to the kernel; meanwhile follows the other states that their part may have started in."""

    def __init__(
        self, blocks: Iterator[bytes], span: int, starts: tuple[State, ...], delimiter: bytes
    ) -> None:
        self._blocks = blocks
        self._left = span
        self._delimiter = delimiter
        self._states = {start: start for start in starts}

    def __iter__(self) -> "_Walks":
        return self

    def __next__(self) -> bytes:
        block = next(self._blocks)
        if self._states and self._left > 0:
            inside = block[: self._left]
            self._states = {
                start: scan_state(inside, state, self._delimiter)
                for start, state in self._states.items()
            }
        self._left -= len(block)
        return block

    def ends(self) -> dict[State, State]:
        """The state in which the next part starts, for each start; reads on where the kernel stopped early."""
        while self._states and self._left > 0 and next(self, None) is not None:
            pass
        return self._states


def _is_gzip(job: Job) -> bool:
    return job.csv.lower().endswith(".gz")


def _require_whole(plan: Plan, outcomes: Sequence[Outcome]) -> None:
    """The parts' rows must be the whole file, byte for byte: never a sum of less, or of something twice."""
    counted = plan.data_start + sum(outcome.bytes for outcome in outcomes)
    if len(outcomes) != plan.count or counted != plan.size:
        raise ValueError(f"{len(outcomes)} parts hold {counted} of {plan.size} bytes")


def _result(names: tuple[str, ...], columns: Sequence[ColumnSum]) -> Result:
    """Raises BadCsv for one that is too large to be given out."""
    totals = tuple(digits(column.total) for column in columns)
    chars = sum(map(len, names)) + sum(map(len, totals))
    if chars > MAX_RESULT_CHARS:
        message = f"names and sums take {chars} characters; at most {MAX_RESULT_CHARS} are given out, so choose a larger 'step'"
        raise BadCsv(Fault("result_too_large", message))
    return Result(
        names=names,
        totals=totals,
        is_integer=tuple(column.is_integer for column in columns),
        values=tuple(column.values for column in columns),
        missing=tuple(column.missing for column in columns),
        skipped=tuple(column.skipped for column in columns),
    )
