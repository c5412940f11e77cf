"""Cuts a file into parts, and decides what their outcomes add up to. Pure Python, no I/O.

A part is a range of bytes; a row belongs to the part that has its first byte. The bytes of a part
do not show whether it starts inside quotes: the bytes before it prove the start state, or else the
worker assumes a state outside quotes. Each outcome gives the state in which the next part starts.
``settle`` follows these states from the first part on and finds every wrong assumption, and such a
part is rerun. So the result is always that of one serial read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from chalicelib.engine.states import Grammar, State, scan_state
from chalicelib.errors import Fault

# A merge reads an item for each part: with few columns some 20 pages of a query.
MAX_PARTS = 20_000
# The done parts of a group are a set in one item of less than 1 KB: one write unit for a part.
PARTS_PER_GROUP = 128
# Bounded, because a failed part is summed from its start, and progress counts parts.
MAX_PART_BYTES = 1024 * 1024 * 1024
# The calls for such a part take longer than its sums, so workers send and receive a few at once.
SMALL_PART_BYTES = 16 * 1024 * 1024
SMALL_PARTS_AT_ONCE = 6
# Within a few fields, scans from all states end in the same one; only long texts need more.
PROOF_BYTES = 64 * 1024
# Scanned first: a scan of all of them takes longer than to sum a part of quoted fields.
FEW_PROOF_BYTES = 1024
CANDIDATES = (State.ROW, State.FIELD, State.TEXT, State.QUOTED)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is cut: every part has ``part_bytes``, but the last one may have fewer."""

    #: Of the file, in bytes.
    size: int
    part_bytes: int
    #: Where the data rows begin: the offset in the file, and the line, from 0.
    data_start: int
    data_line: int
    #: How many fields each row has.
    fields: int
    #: How many parts are sent at first. When a part is done, the part this many numbers later is
    #: sent (see ``at_once``), so that later files need not wait for all parts of a large one.
    window: int = MAX_PARTS
    #: The indexes of the summed columns; none if every n-th column is summed.
    columns: tuple[int, ...] = ()
    #: Whether the last column is read as well, to prove that it is empty.
    hidden: bool = False
    #: How many parts in a row are sent in one call; no more than ``window``.
    at_once: int = 1

    @property
    def count(self) -> int:
        return max(1, ceil((self.size - self.data_start) / self.part_bytes))

    @property
    def groups(self) -> int:
        """How many groups the parts are counted in."""
        return ceil(self.count / PARTS_PER_GROUP)

    def group_size(self, group: int) -> int:
        """Return how many parts a group has."""
        return min(PARTS_PER_GROUP, self.count - group * PARTS_PER_GROUP)

    def next_of(self, number: int) -> range:
        """Return the parts to send once a part is done; none if another part triggers that."""
        if (number + 1) % self.at_once:
            return range(0)
        end = number + 1 + self.window
        return range(end - self.at_once, min(end, self.count))

    def is_sent(self, number: int, done: Collection[int]) -> bool:
        """Return whether a part is sent at first, or the part that triggers its sending is done."""
        before = number - self.window
        trigger = before - before % self.at_once + self.at_once - 1
        return before < 0 or trigger in done

    def to_send(self, done: Collection[int]) -> list[int]:
        """Return the missing parts, except those that other missing parts will send."""
        return [
            number
            for number in range(self.count)
            if number not in done and self.is_sent(number, done)
        ]

    def range_of(self, number: int) -> range:
        """Return the bytes of a part, as offsets in the file."""
        start = self.data_start + number * self.part_bytes
        return range(start, min(start + self.part_bytes, self.size))

    def proof_of(self, number: int, proof_bytes: int) -> range:
        """Return the bytes before a part that may prove its start state."""
        start = self.range_of(number).start
        return range(max(self.data_start, start - proof_bytes), start)


def part_size(size: int, minimum: int, wanted_parts: int = 0) -> int:
    """Return the bytes of a part of a file of ``size`` bytes.

    This is ``minimum``, or more: as much as leaves ``wanted_parts`` parts (0: any number) of up to
    MAX_PART_BYTES, and as much as leaves at most MAX_PARTS parts.
    """
    wanted = min(ceil(size / wanted_parts), MAX_PART_BYTES) if wanted_parts else minimum
    return max(minimum, wanted, ceil(size / MAX_PARTS))


def sent_at_once(part_bytes: int, window: int) -> int:
    """Return how many parts to send in one call: a few if they are small, else one.

    At most half the window: the other half keeps the workers busy until the call is made.
    """
    return max(1, min(SMALL_PARTS_AT_ONCE, window // 2)) if part_bytes <= SMALL_PART_BYTES else 1


def start_states(before: bytes, from_start: bool, grammar: Grammar) -> tuple[State, ...]:
    """Return the states in which a part may start, the one to assume first; a single one is proven.

    ``before`` are the bytes before the part; ``from_start`` says that they begin with the first
    data row.
    """
    if from_start:
        return (scan_state(before, State.ROW, grammar),)
    ends = _ends(before[-FEW_PROOF_BYTES:], grammar)
    if len(ends) > 1:
        ends = _ends(before, grammar)
    return tuple(sorted(ends, key=lambda state: state in (State.QUOTED, State.COMMENT)))


def _ends(before: bytes, grammar: Grammar) -> Collection[State]:
    """Return the states after ``before``, whichever state it begins in."""
    candidates = (*CANDIDATES, State.COMMENT) if grammar.comment else CANDIDATES
    return dict.fromkeys(scan_state(before, state, grammar) for state in candidates)


class Run(StrEnum):
    """Whether a part is summed first or rerun. First runs and reruns are counted separately."""

    FIRST = "first"
    #: From the start state that settling the parts found.
    RERUN = "rerun"


def group_of(number: int) -> int:
    """Return the group in which a part is counted."""
    return number // PARTS_PER_GROUP


@dataclass(frozen=True, slots=True)
class Outcome:
    """What summing one part from the state ``start`` gave, without its sums."""

    number: int
    start: State
    #: Of the rows that belong to the part, also where they end after it.
    rows: int
    lines: int
    bytes: int
    #: For each state in which the part may start: the state in which the next part starts then.
    #: With a fault it has no entry for ``start``.
    ends: Mapping[State, State]
    #: The first fault; its positions count from the first row of the part.
    fault: Fault | None = None
    #: Whether no row end follows the last row.
    unended: bool = False


@dataclass(frozen=True, slots=True)
class Rerun:
    """A part to sum once more (or at last), and its start state."""

    number: int
    start: State


def chains(reruns: Iterable[Rerun], window: int) -> list[tuple[Rerun, ...]]:
    """Group reruns into chains: when one is done, the next of its chain is sent.

    A chain has the reruns of every ``window``-th part, in file order. This depends on no other
    rerun. So if reruns are found twice, all that follow a rerun in one chain and are not done
    follow it in the other one as well, and none is forgotten.
    """
    found: dict[int, tuple[Rerun, ...]] = {}
    for rerun in sorted(reruns, key=lambda each: each.number):
        remainder = rerun.number % window
        found[remainder] = (*found.get(remainder, ()), rerun)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Settled:
    """The result of settling: a complete chain, a fault, or reruns that must come first."""

    #: The outcomes that count, in file order, up to the first fault; empty with reruns.
    chain: tuple[Outcome, ...] = ()
    reruns: tuple[Rerun, ...] = ()
    #: The first fault of the file, with its positions in the file.
    fault: Fault | None = None


def settle(outcomes: Mapping[tuple[int, State], Outcome], plan: Plan) -> Settled:
    """Follow the states from part to part, as one serial read does."""
    ends = _ends_by_part(outcomes)
    chain: list[Outcome] = []
    reruns: list[Rerun] = []
    state: State | None = State.ROW
    for number in range(plan.count):
        # The previous part was not scanned from its true state; its rerun gives this start state.
        if state is None:
            break
        outcome = outcomes.get((number, state))
        if outcome is None:
            reruns.append(Rerun(number, state))
        elif outcome.fault is None:
            chain.append(outcome)
        else:
            # An earlier part that must be rerun may have a fault as well.
            if not reruns:
                return Settled(tuple(chain), fault=placed(outcome.fault, chain, plan))
            break
        # A wrong assumption still gives the end for the true state, so the loop goes on with it.
        state = ends.get(number, {}).get(state)
    return Settled(reruns=tuple(reruns)) if reruns else Settled(tuple(chain))


def _ends_by_part(
    outcomes: Mapping[tuple[int, State], Outcome],
) -> Mapping[int, Mapping[State, State]]:
    ends: dict[int, dict[State, State]] = {}
    for outcome in outcomes.values():
        ends.setdefault(outcome.number, {}).update(outcome.ends)
    return ends


def placed(fault: Fault, before: Sequence[Outcome], plan: Plan) -> Fault:
    """Move a part's fault to its place in the file; ``before`` are all outcomes before it."""
    lines = plan.data_line + sum(outcome.lines for outcome in before)
    return fault.moved(lines, plan.data_start + sum(outcome.bytes for outcome in before))
