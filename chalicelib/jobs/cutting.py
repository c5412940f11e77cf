"""Cuts the file of a job into parts and sends them to the workers.

About ``window`` parts of a job are in flight at a time, reruns included. A worker that has counted
one sends the next; of small parts, only the worker of every sixth one sends, and it sends six.
Workers also send after a redelivered message: the first worker may have died before sending.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.engine.opening import Table, Text, open_table
from chalicelib.jobs.events import log_event
from chalicelib.jobs.job import Job, utc_now
from chalicelib.jobs.parts import MAX_PARTS, Plan, Rerun, chains, part_size
from chalicelib.jobs.planning import plan_of
from chalicelib.jobs.ports import Clock, Jobs, Message, Parts, Queue


@dataclass(eq=False)
class Cutter:
    """Cuts files of more than ``part_bytes``, and keeps ``window`` parts of each in flight.

    ``parts_per_job`` lets parts grow until a job has no more than this; 0: parts do not grow.
    """

    jobs: Jobs
    parts: Parts
    queue: Queue
    part_bytes: int
    parts_per_job: int = 0
    window: int = MAX_PARTS
    now: Clock = utc_now

    def is_needed(self, job: Job) -> bool:
        """Return whether to cut the file, if it can be cut."""
        return job.plan is None and job.version.size > self.part_bytes

    def cut(self, job: Job, text: Text) -> Job:
        """Store a plan and return the job with the plan that counts: the first one stored.

        Raise FileError if the text has no table with columns to sum.
        """
        table = open_table(text, job.options)
        plan = self._plan(job, table)
        planned = self.jobs.plan(job.id, plan, table.dialect, self.now())
        log_event("cut", planned, parts=planned.parts, bytes=plan.size)
        return planned

    def count(self, job: Job, table: Table) -> int:
        """Return how many parts a file with this table is summed in."""
        return self._plan(job, table).count if self.is_needed(job) else 1

    def _plan(self, job: Job, table: Table) -> Plan:
        size = job.version.size
        part_bytes = part_size(size, self.part_bytes, self.parts_per_job)
        return plan_of(table, job.options, size, part_bytes, self.window)

    def send_missing(self, job: Job, plan: Plan) -> bool:
        """Send the parts that no other worker will send. Return whether any part is missing."""
        numbers = plan.to_send(self.parts.done(job.id))
        self.queue.send([Message(job.id, number) for number in numbers])
        return bool(numbers)

    def send_reruns(self, job: Job, plan: Plan, reruns: Iterable[Rerun]) -> None:
        """Send the first reruns; their messages have those that follow."""
        self.queue.send([rerun_message(job, chain) for chain in chains(reruns, plan.window)])

    def send_next(self, job: Job, plan: Plan, done: Message) -> None:
        """Send the parts or the rerun that follow in the window once one is counted."""
        if done.following:
            self.queue.send([rerun_message(job, done.following)])
        elif done.start is None:
            self.queue.send([Message(job.id, number) for number in plan.next_of(done.part or 0)])


def rerun_message(job: Job, chain: Sequence[Rerun]) -> Message:
    """Return the message of the first rerun of a chain."""
    first, *others = chain
    return Message(job.id, first.number, first.start, following=tuple(others))
