"""A large job of the service in a new account, whose limit is 10, with small jobs beside it."""

import os

from chalicelib.jobs.job import Job, Status
from chalicelib.settings import Settings
from deploy.concurrency import NEW_ACCOUNT, for_limit
from tests.harness import summed
from tests.strict_aws import StrictAws
from tests.strict_aws.lambdas import Event, Function, plain
from tests.strict_service import Site, StrictService, dying

# `make test-long` has 300. moto's time and memory grow with the square of their number.
PARTS = int(os.environ.get("LOAD_PARTS", "100"))
ROW = b"1.5,xxxxxxxxxxxx\n"
LARGE, LARGE_SUM = b"a,b\n" + ROW * 3 * PARTS, (str(9 * PARTS // 2), 3 * PARTS)
SMALL, SMALL_SUM = b"a,b\n" + ROW, ("1.5", 1)
PART_SECONDS, SMALL_EVERY = 6.4, 10.0
SETTINGS = Settings.from_env(for_limit(NEW_ACCOUNT))


class Load:
    """The service with the settings of a new account; every 50th worker of a part is killed."""

    def __init__(self, aws: StrictAws) -> None:
        self.aws = aws
        self.service = StrictService(aws, len(LARGE) // PARTS, window=SETTINGS.parts_in_flight)
        self.site = Site(self.service, NEW_ACCOUNT)
        self.small: list[Job] = []
        self.refused = 0
        self.died_at: dict[str, float] = {}
        self.recovered: list[float] = []
        self._tries = 0
        parts = dying(self.service.work(PART_SECONDS), self.kills)
        self.site.map("JobsQueue", self.service.work(), SETTINGS.max_concurrency_jobs)
        self.site.map("PartsQueue", parts, SETTINGS.max_concurrency_parts)
        self.api = Function("api", plain(self._submit, 0.05), 29)

    def kills(self, event: Event) -> bool:
        body, now = event["Records"][0]["body"], self.aws.clock.elapsed
        if body in self.died_at:
            self.recovered.append(now - self.died_at.pop(body))
        self._tries += 1
        if self._tries % 50 == 0:
            self.died_at[body] = now
        return body in self.died_at

    def submit_small(self) -> None:
        """Have the API accept a small file now, and every 10 s from now."""
        self.refused += not self.site.account.invoke(self.api, {}, lambda _reply, _error: None)
        self.aws.timeline.after(SMALL_EVERY, self.submit_small)

    def _submit(self, *_: object) -> None:
        self.small.append(self.service.submit(SMALL, "small.csv"))

    def waits(self) -> list[float]:
        """Return the seconds from submission to end of the small jobs, but for the last two."""
        ended = [self.service.adapters.jobs.get(job.id) for job in self.small[:-2]]
        assert {summed(job)[0] for job in ended} == {("1.5",)}
        return [
            (job.finished_at - job.submitted_at).total_seconds() for job in ended if job.finished_at
        ]


def test_a_large_job_in_a_new_account_ends_exactly_and_leaves_room_for_small_ones() -> None:
    with StrictAws() as aws:
        load = Load(aws)
        large = load.service.submit(LARGE)
        load.submit_small()
        job = load.site.run(large, hours=24)
        assert job.status is Status.SUCCEEDED
        assert summed(job) == ((LARGE_SUM[0],), LARGE_SUM[1])
        assert job.ledger
        assert job.ledger.parts == PARTS
        assert (load.refused, load.service.dead_letters()) == (0, 0)
        assert not load.site.account.throttles
        assert load.site.account.peak <= NEW_ACCOUNT
        assert len(load.small) > PARTS * PART_SECONDS / 4 / SMALL_EVERY
        assert max(load.waits()) < 5
        assert load.recovered
        assert max(load.recovered) <= 180
