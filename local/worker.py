"""A worker process: python -m local.worker. A thread serves each queue that app.py handles."""

import os
import threading
from importlib import import_module

import boto3
from botocore.config import Config

from chalicelib.adapters.clients import USER_AGENT
from chalicelib.jobs.parts import SMALL_PARTS_AT_ONCE
from chalicelib.settings import Settings, settings
from local.bell import bell_of
from local.config import has_small_parts
from local.outcomes import log_for_people
from local.parent import exit_with_parent
from local.poller import MAX_MESSAGES, Appetite, Poller
from local.run_folder import deaths
from local.session import start_session
from local.triggers import queue_triggers

TRIES = Config(
    retries={"mode": "standard", "total_max_attempts": 3}, read_timeout=8, user_agent=USER_AGENT
)


def serve(poller: Poller) -> None:
    """Serve one queue for ever."""
    try:
        poller.serve()
    finally:
        # Without this thread nothing serves the queue. The supervisor replaces an ended process.
        os._exit(1)


def most_at_once(queue: str, settings: Settings) -> int:
    """Return how many messages of a queue a worker may receive at once.

    Of large parts only one: the next one would wait for it while other workers may be idle.
    """
    if queue != settings.parts_queue:
        return MAX_MESSAGES
    return SMALL_PARTS_AT_ONCE if has_small_parts(settings) else 1


def main() -> None:
    exit_with_parent()
    start_session()
    log_for_people("worker")
    triggers = queue_triggers(import_module("app").app)
    # One client for all threads, created before them: boto3 must not create clients in threads.
    sqs = boto3.client("sqs", config=TRIES)
    pollers = [
        Poller(
            sqs,
            trigger,
            bell_of(trigger.queue),
            Appetite(deaths(), most_at_once(trigger.queue, settings())),
        )
        for trigger in triggers
    ]
    threads = [threading.Thread(target=serve, args=[poller], daemon=True) for poller in pollers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
