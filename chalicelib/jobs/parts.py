"""Cutting a file into parts, and putting the parts together again. Decisions only: pure Python, no I/O.

A part is a range of bytes; a row belongs to the part that its first byte lies in. Whether a part begins inside quotes
cannot be known from its own bytes: it is proven from the bytes before the cut, or else assumed to be outside quotes.
Each part says in which state the next one begins, and ``settle`` walks that chain from the first part on: what was
assumed wrongly is found there and summed again. So the outcome is always that of one serial read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from chalicelib.engine.states import State, scan_state
from chalicelib.errors import Fault

# The set of done parts lies in the job's item: 2,000 numbers take some 7 KB of the 400 KB that an item may have.
MAX_PARTS = 2000
# A part that fails is summed again from its start, and progress counts parts: so they stay bounded.
MAX_PART_BYTES = 1024 * 1024 * 1024
# Any state that a file can be in becomes one state within a few fields; only long texts take more.
PROOF_BYTES = 64 * 1024
CANDIDATES = (State.ROW, State.FIELD, State.TEXT, State.QUOTED)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is cut: ``part_bytes`` each from ``data_start`` on; where and how its data rows begin."""

    size: int
    part_bytes: int
    data_start: int
    data_line: int
    fields: int

    @property
    def count(self) -> int:
        return max(1, ceil((self.size - self.data_start) / self.part_bytes))

    def range_of(self, number: int) -> range:
        """The bytes of a part, as offsets in the file."""
        start = self.data_start + number * self.part_bytes
        return range(start, min(start + self.part_bytes, self.size))

    def proof_of(self, number: int, proof_bytes: int) -> range:
        """The bytes before a part from which its start state may be proven."""
        start = self.range_of(number).start
        return range(max(self.data_start, start - proof_bytes), start)


def part_size(size: int, minimum: int, wanted_parts: int = 0) -> int:
    """Return the bytes of a part of a file of ``size`` bytes.

    It is ``minimum``, or more where that leaves ``wanted_parts`` parts of up to MAX_PART_BYTES
    (0: as many as there are), or where there would be more than MAX_PARTS.
    """
    wanted = min(ceil(size / wanted_parts), MAX_PART_BYTES) if wanted_parts else minimum
    return max(minimum, wanted, ceil(size / MAX_PARTS))


def start_states(before: bytes, from_start: bool, delimiter: bytes) -> tuple[State, ...]:
    """The states in which a part may start, the one to assume first; a single one is proven.

    ``before`` are the bytes in front of it, ``from_start`` says that they are all the data rows in front of it.
    """
    if from_start:
        return (scan_state(before, State.ROW, delimiter),)
    ends = dict.fromkeys(scan_state(before, state, delimiter) for state in CANDIDATES)
    return tuple(sorted(ends, key=lambda state: state is State.QUOTED))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one part gave when it was summed from the state ``start``.

    ``rows``, ``lines`` and ``bytes`` are those of its rows. ``ends`` maps each state that the part may start in to the
    state in which the next part starts then. With a ``fault``, whose positions count from the part's first row,
    ``ends`` says nothing of ``start`` itself.
    """

    number: int
    start: State
    rows: int
    lines: int
    bytes: int
    ends: Mapping[State, State]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcomes that count, in file order, up to the first fault; or the parts to sum again, and from which state."""

    chain: tuple[Outcome, ...] = ()
    again: tuple[tuple[int, State], ...] = ()
    fault: Fault | None = None


def settle(outcomes: Mapping[tuple[int, State], Outcome], plan: Plan) -> Settled:
    """Follow the states from part to part, as one serial read would go through them."""
    ends: dict[int, dict[State, State]] = {}
    for outcome in outcomes.values():
        ends.setdefault(outcome.number, {}).update(outcome.ends)
    chain: list[Outcome] = []
    again: list[tuple[int, State]] = []
    state: State | None = State.ROW
    for number in range(plan.count):
        if state is None:
            break
        found = outcomes.get((number, state))
        if found is None:
            again.append((number, state))
        elif found.fault is not None:
            # The first fault of the file, unless a part before it has yet to be summed as it should have been.
            return (
                Settled(again=tuple(again))
                if again
                else Settled(tuple(chain), fault=placed(found.fault, chain, plan))
            )
        else:
            chain.append(found)
        state = ends.get(number, {}).get(state)
    return Settled(again=tuple(again)) if again else Settled(tuple(chain))


def placed(fault: Fault, before: list[Outcome], plan: Plan) -> Fault:
    """A part's fault with its positions in the whole file; ``before`` are the outcomes of all parts before it."""
    lines = plan.data_line + sum(outcome.lines for outcome in before)
    return fault.moved(lines, plan.data_start + sum(outcome.bytes for outcome in before))
