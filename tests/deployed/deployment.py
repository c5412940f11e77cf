"""A deployed service as its tests see it: HTTP, and boto3 to put files and to look at queues."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalicelib.settings import Settings
from tests.functional.stack import Api


class Deployment:
    """``client(service)`` makes boto3 clients. The settings are those that its functions have."""

    def __init__(self, base_url: str, client: Any, prefix: str) -> None:
        self.api = Api(base_url.rstrip("/"))
        self.client = client
        self.prefix = prefix
        self.settings = Settings.from_env(self.environment())

    def environment(self) -> dict[str, str]:
        function = self.client("lambda").get_function_configuration(FunctionName=self.prefix)
        variables: dict[str, str] = function["Environment"]["Variables"]
        return variables

    @property
    def folder(self) -> Path | None:
        """The folder of CSV files; None where they are in a bucket."""
        scheme, _, path = self.settings.csv_source.partition("://")
        return Path(path) if scheme == "file" else None

    def put(self, name: str, data: bytes) -> str:
        """Put a file where the service reads its files."""
        if self.folder:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        else:
            bucket, _, prefix = self.settings.csv_source.removeprefix("s3://").partition("/")
            self.client("s3").put_object(
                Bucket=bucket, Key="/".join(filter(None, [prefix.strip("/"), name])), Body=data
            )
        return name

    def queue_url(self, name: str) -> str:
        url: str = self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
        return url

    def receive(
        self, name: str, hidden_seconds: int, wait_seconds: int = 5
    ) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = (
            self.client("sqs")
            .receive_message(
                QueueUrl=self.queue_url(name),
                VisibilityTimeout=hidden_seconds,
                WaitTimeSeconds=wait_seconds,
                AttributeNames=["All"],
            )
            .get("Messages", [])
        )
        return messages

    def delete(self, name: str, message: dict[str, Any]) -> None:
        self.client("sqs").delete_message(
            QueueUrl=self.queue_url(name), ReceiptHandle=message["ReceiptHandle"]
        )

    def invoke(self, function: str, payload: bytes) -> dict[str, Any]:
        answer: dict[str, Any] = self.client("lambda").invoke(
            FunctionName=f"{self.prefix}-{function}", Payload=payload
        )
        return answer

    @contextmanager
    def without_worker(self, function: str) -> Iterator[None]:
        """Meanwhile the function gets no messages from its queue."""
        mapping = self.client("lambda").list_event_source_mappings(
            FunctionName=f"{self.prefix}-{function}"
        )["EventSourceMappings"][0]
        self._switch(mapping["UUID"], False)
        try:
            yield
        finally:
            self._switch(mapping["UUID"], True)

    def _switch(self, mapping: str, on: bool) -> None:
        self.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=on)
        deadline = time.monotonic() + 60
        wanted = "Enabled" if on else "Disabled"
        while self.client("lambda").get_event_source_mapping(UUID=mapping)["State"] != wanted:
            assert time.monotonic() < deadline, f"the mapping is not {wanted}"
            time.sleep(0.2)
        if not on:
            time.sleep(2)  # a poll that is under way may still take a message
