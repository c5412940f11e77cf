"""A worker process: python -m local.worker. Polls every queue that app.py has a handler for, a thread for each."""

import logging
import os
import threading
import time
from importlib import import_module
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local.parent import exit_with_parent
from local.triggers import QueueTrigger, context, queue_triggers, sqs_event

log = logging.getLogger("worker")

LONG_POLL_SECONDS = 5  # below the time that a client waits for an answer


class Poller:
    """Receives, calls the handler, deletes what it did; what it raised on comes back once it is visible again."""

    def __init__(self, trigger: QueueTrigger) -> None:
        self.trigger = trigger
        self.sqs: Any = boto3.client("sqs")
        self.url = self.sqs.get_queue_url(QueueName=trigger.queue)["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=self.url, AttributeNames=["VisibilityTimeout"]
        )
        self.visibility = int(attributes["Attributes"]["VisibilityTimeout"])

    def run(self) -> None:
        try:
            while True:
                self._once_or_pause()
        finally:
            os._exit(
                1
            )  # a poller that ended would leave its queue unserved; the supervisor replaces the process

    def _once_or_pause(self) -> None:
        try:
            self.once()
        except (BotoCoreError, ClientError):
            log.warning("the queue %s did not answer", self.trigger.queue)
            time.sleep(1)

    def once(self, wait_seconds: int = LONG_POLL_SECONDS) -> bool:
        """One receive and all that follows from it; whether there was a message."""
        messages = self.sqs.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=self.trigger.batch_size,
            WaitTimeSeconds=wait_seconds,
            AttributeNames=["All"],
        ).get("Messages", [])
        if messages and self._handled(messages):
            for message in messages:
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return bool(messages)

    def _handled(self, messages: list[dict[str, Any]]) -> bool:
        done = threading.Event()
        threading.Thread(target=self._keep_hidden, args=(messages, done), daemon=True).start()
        try:
            self.trigger.handler(
                sqs_event(self.trigger.queue, messages), context(self.trigger.queue)
            )
        except Exception:
            log.exception(
                "a message of %s was not done; it will be delivered again", self.trigger.queue
            )
            return False
        finally:
            done.set()
        return True

    def _keep_hidden(self, messages: list[dict[str, Any]], done: threading.Event) -> None:
        """While the handler works, its messages stay hidden; once this process dies, they come back soon."""
        while not done.wait(self.visibility / 3):
            for message in messages:
                try:
                    self.sqs.change_message_visibility(
                        QueueUrl=self.url,
                        ReceiptHandle=message["ReceiptHandle"],
                        VisibilityTimeout=self.visibility,
                    )
                except (BotoCoreError, ClientError):
                    log.warning("a message of %s could not be kept hidden", self.trigger.queue)


def main() -> None:
    logging.basicConfig(format="worker %(process)d: %(message)s")
    exit_with_parent()
    app = import_module("app").app
    pollers = [
        threading.Thread(target=Poller(trigger).run, daemon=True) for trigger in queue_triggers(app)
    ]
    for poller in pollers:
        poller.start()
    for poller in pollers:
        poller.join()


if __name__ == "__main__":
    main()
