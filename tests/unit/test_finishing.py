"""How errors end a job, or leave it to another try."""

from collections.abc import Iterator

import pytest

from chalicelib.errors import ServiceDown, TryAgain
from chalicelib.jobs.job import FileVersion, Status
from tests.adapters_in_memory import MemorySource
from tests.harness import World, failed_with, summed

ROWS = b"a,b\n" + b"1.5,x\n" * 100
SUM = (("150",), 100)


class ChangingSource(MemorySource):
    """The file becomes another one at the third read."""

    reads_left = 3

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        self.reads_left -= 1
        if self.reads_left == 0:
            self.files[name] = ROWS.replace(b"1.5", b"2.5")
        return super().read(name, version, start, expected_end)


def test_a_file_that_changes_between_two_parts_fails_its_job() -> None:
    world = World(part_bytes=100, source=ChangingSource())
    job = world.submit(ROWS)
    world.run()
    failed_with(world.final(job), "file_changed")


def test_a_file_that_is_removed_fails_its_job() -> None:
    world = World()
    job = world.submit(ROWS)
    world.source.files.clear()
    world.run()
    failed_with(world.final(job), "file_gone")


class LateChange(MemorySource):
    """The file changes after it was summed, and before the column of its fault is named."""

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        if expected_end is not None and expected_end != version.size:
            self.files[name] = b"other\n1\n"
        return super().read(name, version, start, expected_end)


def test_a_file_that_changes_before_its_fault_is_reported_fails_as_changed() -> None:
    world = World(source=LateChange())
    job = world.submit(b"a\noops\n")
    world.run()
    failed_with(world.final(job), "file_changed")


class FailingSource(MemorySource):
    """Raises ``failing`` in place of reading."""

    failing: Exception | None = None

    def read(
        self, name: str, version: FileVersion, start: int = 0, expected_end: int | None = None
    ) -> Iterator[bytes]:
        if self.failing:
            raise self.failing
        return super().read(name, version, start, expected_end)


def failing_world(failing: Exception) -> tuple[World, FailingSource]:
    source = FailingSource()
    world = World(source=source)
    world.submit(ROWS)
    source.failing = failing
    return world, source


@pytest.mark.parametrize(
    "failing", [TryAgain("The bucket did not answer."), ServiceDown("No."), RuntimeError("'oops'")]
)
def test_an_error_that_may_pass_leaves_the_job_to_the_next_delivery(failing: Exception) -> None:
    world, source = failing_world(failing)
    message = world.queue.sent[0]
    with pytest.raises(TryAgain):
        world.deliver(message)
    job = world.jobs.get(message.job)
    assert (job.status, bool(job.last_error)) == (Status.RUNNING, True)
    source.failing = None
    world.run()
    assert summed(world.final(job)) == SUM


def test_a_retryable_error_is_raised_as_it_is_with_its_cause() -> None:
    failing = ServiceDown("The table does not answer.")
    failing.__cause__ = OSError("reset by peer")
    world, _ = failing_world(failing)
    with pytest.raises(ServiceDown) as raised:
        world.deliver_next()
    assert raised.value is failing
    assert isinstance(raised.value.__cause__, OSError)


def test_the_text_of_an_unexpected_exception_is_neither_stored_nor_shown_by_what_is_raised() -> (
    None
):
    world, _ = failing_world(RuntimeError("could not convert 'oops'"))
    message = world.queue.sent[0]
    with pytest.raises(TryAgain, match="An unexpected RuntimeError in a worker") as raised:
        world.deliver(message)
    assert world.jobs.get(message.job).last_error == str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
