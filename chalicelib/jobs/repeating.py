"""Repeats of a submission, by their idempotency key.

A client that got no reply cannot know whether its file was accepted. It sends the same key with the
request and with each repeat, and gets the same job. The semantics are those of the draft
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/, but a repeat that comes
while the first request is still worked on gets the job as well, not a conflict.

The claim is stored first and names the job's id, so a crash between any two writes leaves something
that a repeat completes.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

from chalicelib.engine.options import Options
from chalicelib.errors import KeyReused
from chalicelib.jobs.client import Client
from chalicelib.jobs.client_ports import Claim, Claims
from chalicelib.jobs.job import Job, Status, utc_now
from chalicelib.jobs.ports import Clock, Jobs, Message, Queue
from chalicelib.jobs.submission import Submit

KEEP = timedelta(hours=24)


@dataclass(eq=False)
class SubmitOnce:
    """Submits a file once for each idempotency key of a client."""

    submit: Submit
    claims: Claims
    jobs: Jobs
    queue: Queue
    now: Clock = utc_now

    def __call__(
        self, name: object, options: Options, client: Client, key: str | None, fresh: bool = False
    ) -> Job:
        """Return the job of a request: a new one, or the one of its first time.

        Raise KeyReused if the key came with another request in the last 24 hours, and what
        submitting raises.
        """
        if key is None:
            return self.submit(name, options, client, fresh=fresh)
        now = self.now()
        wanted = Claim(
            key=_digest(client.name, key),
            # Without a member that is false, so that older claims stay right.
            request=_digest(name, options.as_dict(), *([{"fresh": True}] if fresh else [])),
            job=uuid4().hex,
            expires_at=now + KEEP,
        )
        claim = self.claims.claim(wanted, now)
        if claim.request != wanted.request:
            raise KeyReused
        job = self.jobs.find(claim.job)
        return self._sent(job) if job else self.submit(name, options, client, claim.job, fresh)

    def _sent(self, job: Job) -> Job:
        """Return a job after sending it once more: the first request may have died before that."""
        if job.status is Status.QUEUED:
            self.queue.send([Message(job.id)])
        return job


def _digest(*members: object) -> str:
    return sha256(json.dumps(members, sort_keys=True, default=str).encode()).hexdigest()
