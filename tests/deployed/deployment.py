"""A deployed service as its tests see it: HTTP, and boto3 to put files and to look at queues."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.jobs.client import Client, Role
from chalicelib.settings import Auth, Settings
from infra.tokens import create
from tests.functional.stack import Api


class Deployment:
    """``client(service)`` makes boto3 clients. The settings are those that its functions have.

    ``api`` is that of a client which is an admin.
    """

    def __init__(self, base_url: str, client: Any, prefix: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.client = client
        self.prefix = prefix
        self.settings = Settings.from_env(self.environment())
        self.api = self.as_client("tests", Role.ADMIN)

    @property
    def tokens(self) -> TokensTable:
        return TokensTable(self.settings.tokens_table, lambda: self.client("dynamodb"))

    def as_client(self, name: str, role: Role = Role.CLIENT) -> Api:
        """Return the API as a client uses it, with a token of its own."""
        if self.settings.auth is not Auth.TOKEN:
            return Api(self.base_url)
        token, _ = create(self.tokens, Client(name, role), timedelta(hours=1))
        return Api(self.base_url, token)

    @contextmanager
    def with_variable(self, name: str, value: str) -> Iterator[None]:
        """Meanwhile the API's function has another value of a variable."""
        before = self.environment()
        self._set_environment({**before, name: value})
        try:
            yield
        finally:
            self._set_environment(before)

    def _set_environment(self, variables: dict[str, str]) -> None:
        awslambda = self.client("lambda")
        awslambda.update_function_configuration(
            FunctionName=self.prefix, Environment={"Variables": variables}
        )
        awslambda.get_waiter("function_updated_v2").wait(FunctionName=self.prefix)

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
