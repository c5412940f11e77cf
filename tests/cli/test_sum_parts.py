"""The threads that sum parts, and what they do about faults and errors."""

import os
import signal
from collections.abc import Sequence
from threading import Event

import pytest

from chalicelib.engine.errors import Fault
from chalicelib.engine.states import State
from chalicelib.engine.sums import ColumnSum
from chalicelib.errors import BadCsv
from chalicelib.jobs.parts import Outcome, Plan
from cli.sum_parts import Prefix, sum_parts

PLAN = Plan(size=100, part_bytes=10, data_start=0, data_line=0, fields=1)


def outcome(number: int, start: State = State.ROW, fault: Fault | None = None) -> Outcome:
    ends = {} if fault else {start: State.ROW}
    return Outcome(number, start, rows=1, lines=1, bytes=10, ends=ends, fault=fault)


class Parts:
    """Sums parts without reading, and remembers which. ``faults`` are the parts that have one."""

    def __init__(self, faults: Sequence[int] = (), broken: Sequence[int] = ()) -> None:
        self.faults = faults
        self.broken = broken
        self.begun: list[int] = []
        self.stopped = False

    def sum_part(self, number: int, start: State | None) -> tuple[Outcome, Sequence[ColumnSum]]:
        self.begun.append(number)
        if number in self.broken:
            raise OSError("the disk is broken")
        fault = Fault("not_a_number", "no", 0, 0, 0) if number in self.faults else None
        return outcome(number, start or State.ROW, fault), (ColumnSum(values=1),)

    def stop(self) -> None:
        self.stopped = True


@pytest.mark.parametrize("threads", [1, 2, 5, 20])
def test_each_part_is_summed_once_and_all_count(threads: int) -> None:
    parts = Parts()
    sums = sum_parts(parts.sum_part, PLAN, threads, parts.stop)
    assert (sums.rows, sums.columns[0].values) == (10, 10)
    assert sorted(parts.begun) == list(range(10))
    assert not parts.stopped


def test_after_a_fault_no_part_is_begun_and_the_first_fault_counts() -> None:
    parts = Parts(faults=(3, 5))
    with pytest.raises(BadCsv) as raised:
        sum_parts(parts.sum_part, PLAN, 1, parts.stop)
    assert raised.value.fault.byte == 30
    assert parts.begun == [0, 1, 2, 3]


def test_an_error_in_one_thread_stops_the_others() -> None:
    parts = Parts(broken=(4,))
    with pytest.raises(OSError, match="broken"):
        sum_parts(parts.sum_part, PLAN, 3, parts.stop)
    assert parts.stopped


def test_ctrl_c_stops_all_threads() -> None:
    parts, stopped = Parts(), Event()

    def endless(number: int, start: State | None) -> tuple[Outcome, Sequence[ColumnSum]]:
        if number == 1:
            os.kill(os.getpid(), signal.SIGINT)
        assert stopped.wait(60)
        return parts.sum_part(number, start)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            sum_parts(endless, PLAN, 2, stopped.set)
    finally:
        signal.signal(signal.SIGINT, before)
    assert stopped.is_set()


def test_only_parts_that_wait_for_an_earlier_one_are_in_memory() -> None:
    prefix = Prefix()
    for number in (1, 2, 0, 4, 3):
        prefix.add((outcome(number), (ColumnSum(values=number),)))
    assert prefix.number == 5
    assert prefix.columns[0].values == 10
    assert not prefix.waiting


def test_a_part_summed_from_a_wrong_state_does_not_count() -> None:
    prefix = Prefix()
    prefix.add((outcome(0, State.QUOTED), (ColumnSum(values=1),)))
    assert (prefix.number, prefix.columns) == (0, ())
    prefix.add((outcome(0), (ColumnSum(values=2),)))
    assert prefix.columns[0].values == 2
