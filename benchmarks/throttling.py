"""What throttling does to a large job and small ones beside it: python -m benchmarks.throttling.

A model, not checked against AWS. benchmarks/throttling_model.py says how it works. Its limits are
those that AWS publishes; tests/strict_aws/mappings.py, lambdas.py and queues.py have the sources.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.tables import number, table
from benchmarks.throttling_model import LARGE, Job, Load, Service, Settings
from chalicelib.settings import Settings as CsvsumSettings
from deploy.concurrency import NEW_ACCOUNT, for_limit
from deploy.stage import read_stage
from tests.strict_aws.mappings import Pace

BEFORE = Settings(
    "before",
    parts=None,
    jobs=None,
    give_up=None,
    max_receives=3,
    visibility=1800,
    timeout=300,
    window=None,
    holds=False,
)
WORKER = read_stage("prod").function("work_part")


def now(limit: int) -> Settings:
    """Return what csvsum sets in an account of that limit."""
    chosen = CsvsumSettings.from_env(for_limit(limit))
    return Settings(
        "now",
        parts=chosen.max_concurrency_parts,
        jobs=chosen.max_concurrency_jobs,
        give_up=chosen.max_concurrency_give_up,
        max_receives=chosen.max_receive_count,
        visibility=chosen.visibility_seconds,
        timeout=WORKER["lambda_timeout"],
        window=chosen.parts_in_flight,
        holds=True,
    )


# By the account's limit of invocations at once.
NOW = {limit: now(limit) for limit in (NEW_ACCOUNT, 1000)}
# Seconds of a part by the size of a file of 2,000 parts, at 75 MiB/s a worker.
PART_SECONDS = {"130 GB": 1.0, "1 TB": 6.4, "10 TB": 64.0}
# How much Lambda backs off when it is throttled is not published: both ends.
BACKING_OFF = {"no": Pace(keeps=1.0), "halves": Pace(keeps=0.5)}
HEADER = (
    "account",
    "file",
    "settings",
    "Lambda backs off",
    "ended",
    "hours",
    "dead letters",
    "throttles",
    "requests refused",
    "small jobs done",
    "small, p95 s",
    "cut small, p95 s",
    "after a death, s",
)
NOTE = """\
A model, not checked against AWS. One job of 2,000 parts, and a small job every 10 s, each
tenth of them cut into 8 parts; one try in a hundred at a part ends with a worker that dies
half-way. "before": no maximum concurrency, 3 receives, 1,800 s of visibility, all parts sent at
once. "now": what csvsum sets: maximum concurrency 4, 2 and 2 of 10 (698, 200 and 2 of 1,000), 10
receives, a window of parts, and workers that hold their message for 90 s at a time. Two rows each,
since it is not published how far a mapping backs off when it is throttled. "after a death": the
longest time until a part whose worker died was worked on again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a load.

    ``seconds``: until the large job ended, None if it did not. ``refused``: the share of requests
    that the API could not take. ``small_wait``, ``cut_wait``: seconds that 95 of 100 small jobs,
    uncut and cut, took at most. ``after_death``: the longest time, in seconds, from the death of a
    worker until its part was worked on again.
    """

    succeeded: bool
    seconds: float | None
    dead_letters: int
    throttles: int
    refused: float
    small_jobs: int
    small_wait: float
    cut_wait: float
    after_death: float


def simulate(limit: int, settings: Settings, load: Load, pace: Pace) -> Outcome:
    """Return what becomes of the load; the same arguments give the same outcome, always."""
    service = Service(limit, settings, load, pace)
    service.run()
    large = service.jobs[LARGE]
    small = [job for name, job in service.jobs.items() if name.startswith("small")]
    cut = [job for name, job in service.jobs.items() if name.startswith("cut")]
    return Outcome(
        succeeded=large.ended_at is not None and not large.failed,
        seconds=None if large.ended_at is None else large.ended_at - large.submitted_at,
        dead_letters=service.account.invocations["give_up"] + len(service.dead.messages),
        throttles=sum(service.account.throttles.values()),
        refused=service.requests[False] / max(1, sum(service.requests.values())),
        small_jobs=sum(1 for job in small + cut if job.ended_at is not None and not job.failed),
        small_wait=_late(small, service.clock.elapsed),
        cut_wait=_late(cut, service.clock.elapsed),
        after_death=max(service.waits_after_death, default=0.0),
    )


def _late(jobs: list[Job], now: float) -> float:
    """Return the wait that 95 of 100 jobs stay below; one that has not ended waits until now."""
    waits = sorted(
        (now if job.ended_at is None else job.ended_at) - job.submitted_at for job in jobs
    )
    return waits[int(0.95 * (len(waits) - 1))] if waits else 0.0


def cases(files: Mapping[str, float]) -> Iterator[tuple[int, str, Settings, str, Outcome]]:
    """Simulate every account with every file, before and now."""
    for limit, now in NOW.items():
        for file, seconds in files.items():
            for settings in (BEFORE, now):
                for backs_off, pace in BACKING_OFF.items():
                    outcome = simulate(limit, settings, Load(part_seconds=seconds), pace)
                    yield limit, file, settings, backs_off, outcome


def report(files: Mapping[str, float] = PART_SECONDS) -> str:
    """Return the table; ``files``: the seconds of a part, by what to call the file."""
    rows = [_row(*case) for case in cases(files)]
    return f"## Throttling: a model\n\n{NOTE}\n\n{table(HEADER, rows)}"


def _row(
    limit: int, file: str, settings: Settings, backs_off: str, outcome: Outcome
) -> Sequence[str]:
    return [
        f"{limit:,}",
        file,
        settings.name,
        backs_off,
        _end(outcome),
        "" if outcome.seconds is None else number(outcome.seconds / 3600),
        f"{outcome.dead_letters:,}",
        f"{outcome.throttles:,}",
        f"{outcome.refused:.0%}",
        f"{outcome.small_jobs:,}",
        number(outcome.small_wait),
        number(outcome.cut_wait),
        number(outcome.after_death),
    ]


def _end(outcome: Outcome) -> str:
    if outcome.seconds is None:
        return "not within a day"
    return "succeeded" if outcome.succeeded else "failed"


if __name__ == "__main__":
    print(report())
