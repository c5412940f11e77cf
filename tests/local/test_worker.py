"""How many messages a worker receives at once."""

import pytest

from chalicelib.jobs.parts import SMALL_PART_BYTES, SMALL_PARTS_AT_ONCE
from chalicelib.settings import Settings
from local.poller import MAX_MESSAGES
from local.worker import most_at_once


@pytest.mark.parametrize(
    ("part_bytes", "parts_per_job", "most"),
    [
        (SMALL_PART_BYTES, 0, SMALL_PARTS_AT_ONCE),
        (SMALL_PART_BYTES + 1, 0, 1),
        # Then parts grow with the file.
        (SMALL_PART_BYTES, 4, 1),
    ],
)
def test_a_worker_receives_several_parts_only_if_they_are_small(
    part_bytes: int, parts_per_job: int, most: int
) -> None:
    settings = Settings(part_bytes=part_bytes, parts_per_job=parts_per_job)
    assert most_at_once(settings.parts_queue, settings) == most


def test_a_worker_receives_as_many_jobs_as_sqs_gives() -> None:
    settings = Settings()
    assert most_at_once(settings.jobs_queue, settings) == MAX_MESSAGES
