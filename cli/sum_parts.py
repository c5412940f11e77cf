"""Sums one large file in parts, with a thread for each core.

The parts, the proofs of their start states and the reruns are those of the service; there are no
queues and tables in between. The compiled kernel and the reading of files run in parallel, because
they release Python's lock.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread

from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum, add_columns
from chalicelib.errors import BadCsv
from chalicelib.jobs.adding import require_complete
from chalicelib.jobs.parts import Outcome, Plan, Rerun, settle
from chalicelib.jobs.results import Sums

#: What summing a part returns.
Part = tuple[Outcome, Sequence[ColumnSum]]
#: Sums the part with a number, from a start state, or from the one that is proven or assumed.
SumPart = Callable[[int, State | None], Part]
#: A part to sum.
Task = tuple[int, State | None]


@dataclass(eq=False)
class Prefix:
    """Adds up the parts in file order, as soon as the state in which each starts is known.

    So the sums of a few parts are in memory, however many there are.
    """

    columns: tuple[ColumnSum, ...] = ()
    number: int = 0
    state: State = State.ROW
    lines: int = 0
    bytes: int = 0
    waiting: dict[tuple[int, State], Part] = field(default_factory=dict)

    def add(self, part: Part) -> None:
        outcome, _ = part
        if outcome.fault is None:
            self.waiting[outcome.number, outcome.start] = part
        while (following := self.waiting.pop((self.number, self.state), None)) is not None:
            self._append(*following)

    def _append(self, outcome: Outcome, columns: Sequence[ColumnSum]) -> None:
        if self.columns:
            self.columns = add_columns(self.columns, columns, self.lines, self.bytes)
        else:
            self.columns = tuple(columns)
        self.lines, self.bytes = self.lines + outcome.lines, self.bytes + outcome.bytes
        self.number, self.state = self.number + 1, outcome.ends[self.state]


def sum_parts(sum_part: SumPart, plan: Plan, threads: int, stop: Callable[[], None]) -> Sums:
    """Return the sums of all parts. ``stop`` makes ``sum_part`` end in all threads.

    Raise BadCsv with the first fault of the file.
    """
    outcomes: dict[tuple[int, State], Outcome] = {}
    prefix = Prefix()
    settled = settle(outcomes, plan)
    while settled.reruns:
        tasks = _tasks(settled.reruns, outcomes, plan)
        for part in Workers(tasks, sum_part).run(min(threads, len(tasks)), stop):
            outcome, _ = part
            outcomes[outcome.number, outcome.start] = outcome
            prefix.add(part)
        settled = settle(outcomes, plan)
    if settled.fault is not None:
        raise BadCsv(settled.fault)
    require_complete(plan, settled.chain)
    rows = sum(outcome.rows for outcome in settled.chain)
    return Sums(prefix.columns, rows, any(outcome.unended for outcome in settled.chain))


def _tasks(
    reruns: Sequence[Rerun], outcomes: Mapping[tuple[int, State], Outcome], plan: Plan
) -> list[Task]:
    """Return the parts to sum: those that settling asks for, and those that were never summed."""
    asked: list[Task] = [(rerun.number, rerun.start) for rerun in reruns]
    known = {number for number, _ in (*outcomes, *asked)}
    return [*asked, *((number, None) for number in range(plan.count) if number not in known)]


class Workers:
    """Sum the parts in threads. After a fault, none begins another part: the first fault counts."""

    def __init__(self, tasks: Sequence[Task], sum_part: SumPart) -> None:
        self._todo = deque(tasks)
        self._sum_part = sum_part
        self._done = SimpleQueue[Part | BaseException | None]()

    def run(self, threads: int, stop: Callable[[], None]) -> Iterator[Part]:
        """Yield the parts as they are done; when the caller ends early, stop the threads."""
        workers: list[Thread] = []
        try:
            for _ in range(threads):
                workers.append(Thread(target=self._work, daemon=True))
                workers[-1].start()
            for _ in workers:
                yield from self._results_of_one()
        except BaseException:
            stop()
            raise
        finally:
            for worker in workers:
                worker.join()

    def _results_of_one(self) -> Iterator[Part]:
        """Yield what is done until any one of the threads has no more to do."""
        while (part := self._done.get()) is not None:
            if isinstance(part, BaseException):
                raise part
            yield part

    def _work(self) -> None:
        try:
            while (task := self._next()) is not None:
                part = self._sum_part(*task)
                if part[0].fault is not None:
                    self._todo.clear()
                self._done.put(part)
            self._done.put(None)
        except BaseException as error:
            self._done.put(error)

    def _next(self) -> Task | None:
        try:
            return self._todo.popleft()
        except IndexError:
            return None
