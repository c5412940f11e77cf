"""The deployment that is tested: its HTTP API, files and queues; and what to take away again."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import boto3

from chalicelib.settings import Settings
from deploy.credentials import Credentials, anonymous, credentials
from smoke.errors import Failed, Skipped
from smoke.http import Reply, send

FINAL = ("succeeded", "failed", "cancelled")
POLL_SECONDS = 1.0


class Target:
    """``client(service)`` makes boto3 clients; ``folder``: where a mounted source is, here."""

    def __init__(
        self, base: str, prefix: str, client: Callable[[str], Any], folder: Path | None
    ) -> None:
        self.base = base.rstrip("/")
        self.prefix = prefix
        self.client = client
        self.folder = folder
        self.deadline = float("inf")
        self.on_aws = "amazonaws.com" in client("lambda").meta.endpoint_url
        self.region = str(client("lambda").meta.region_name)
        self.credentials: Credentials = anonymous
        self._mark = f"smoke-{uuid4().hex[:8]}"
        self._cleaning = ExitStack()
        function = client("lambda").get_function_configuration(FunctionName=prefix)
        self.settings: dict[str, str] = self._named(function["Environment"]["Variables"])

    def _named(self, variables: dict[str, str]) -> dict[str, str]:
        """Return the variables of the functions with the names that buckets have here."""
        settings = Settings.from_env(variables)
        account: str = self.client("sts").get_caller_identity()["Account"]
        named = settings.in_account(account, self.region)
        return {
            **variables,
            "CSV_SOURCE": named.csv_source,
            "RESULTS_BUCKET": named.results_bucket,
            "UPLOADS_BUCKET": named.uploads_bucket,
        }

    @contextmanager
    def authorized(self) -> Iterator[None]:
        """Send what lets requests in while the block lasts."""
        settings = Settings.from_env(self.settings)
        with credentials(settings, boto3.Session(), self.client("dynamodb")) as self.credentials:
            yield

    def get(self, path: str) -> Reply:
        return self.send("GET", self.base + path)

    def post(self, path: str, content: object) -> Reply:
        return self.send("POST", self.base + path, content)

    def send(self, method: str, url: str, content: object = None) -> Reply:
        """Send a request to the service itself, with what it asks for."""
        return send(method, url, content, self.credentials)

    def submit(self, name: str, **options: object) -> str:
        """Submit a file and return the job's id; the job is deleted at the end of the step.

        Raises Failed with what came in place of the id.
        """
        # The workers shall sum it, even if they did so in an earlier smoke test.
        reply = self.post("/jobs", {"csv": name, "fresh": True, **options})
        _require(reply, 202, f"POST /jobs for {name}")
        job_id: str = reply.json["id"]
        self.forget_later(job_id)
        return job_id

    def submit_by_name(self, name: str) -> str:
        """Submit by the oldest of the URLs."""
        reply = self.get(f"/csv_name={quote(name, safe='')}?fresh=true")
        _require(reply, 200, f"GET /csv_name= for {name}")
        job_id: str = reply.json["Task started, your id"]
        self.forget_later(job_id)
        return job_id

    def job(self, job_id: str) -> dict[str, Any]:
        """Return a job as GET /jobs/<id> has it; a large one by way of its link."""
        reply = self.get(f"/jobs/{job_id}")
        if reply.status == 303:
            reply = send("GET", reply.headers["location"])
        _require(reply, 200, f"GET /jobs/{job_id}")
        job: dict[str, Any] = reply.json
        return job

    def final(self, job_id: str) -> dict[str, Any]:
        """Wait until a job has ended, as long as the step may take."""
        job: dict[str, Any] = self.wait(
            lambda: self.job(job_id), lambda job: job["status"] in FINAL
        )
        return job

    def wait(self, look: Callable[[], Any], until: Callable[[Any], bool]) -> Any:
        """Look until it is so. Raises TimeoutError with what was seen last."""
        seen = look()
        while not until(seen):
            if time.monotonic() > self.deadline:
                raise TimeoutError(f"not within the time of this step: {str(seen)[:300]}")
            time.sleep(POLL_SECONDS)
            seen = look()
        return seen

    @property
    def part_bytes(self) -> int:
        return int(self.settings.get("PART_BYTES", 64 * 1024 * 1024))

    @property
    def csv_bucket(self) -> tuple[str, str] | None:
        """The bucket of the CSV files and the prefix in it; None where they are in a folder."""
        scheme, _, rest = self.settings["CSV_SOURCE"].partition("://")
        bucket, _, prefix = rest.partition("/")
        return (bucket, prefix.strip("/")) if scheme == "s3" else None

    @property
    def bucket(self) -> str:
        """The bucket of the CSV files. Raises Skipped where they are in a folder."""
        if self.csv_bucket is None:
            raise Skipped("the files are in a folder")
        return self.csv_bucket[0]

    def key(self, name: str) -> str:
        """Return the key of the object that a name stands for."""
        _, prefix = self.csv_bucket or ("", "")
        return f"{prefix}/{name}" if prefix else name

    def full_name(self, name: str) -> str:
        """Return a name that no other file has; a slash is in it only if one is in ``name``."""
        return f"{self._mark}-{name}"

    def put(self, name: str, data: bytes, **more: str) -> str:
        """Put a file where the service reads, until the end of the step; return its full name."""
        name = self.full_name(name)
        if self.csv_bucket:
            s3, bucket, key = self.client("s3"), self.bucket, self.key(name)
            s3.put_object(Bucket=bucket, Key=key, Body=data, **more)
            self.at_end(lambda: s3.delete_object(Bucket=bucket, Key=key))
        else:
            self._write(name, data)
        return name

    def _write(self, name: str, data: bytes) -> None:
        if self.folder is None:
            raise Skipped("the files are in a mounted folder: say where, with --folder")
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.at_end(lambda: path.unlink(missing_ok=True))

    def at_end(self, action: Callable[[], object]) -> None:
        """Have something done at the end of the step, whatever becomes of it."""
        self._cleaning.callback(action)

    def clean_up(self) -> str | None:
        """Take away what the step made; return what went wrong."""
        try:
            self._cleaning.close()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None

    def forget_later(self, job_id: str) -> None:
        self.at_end(lambda: self._forget(job_id))

    def _forget(self, job_id: str) -> None:
        table, dynamodb = self.settings["JOBS_TABLE"], self.client("dynamodb")
        pages = dynamodb.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="pk = :job",
            ExpressionAttributeValues={":job": {"S": job_id}},
            ProjectionExpression="pk, sk",
        )
        for page in pages:
            for key in page["Items"]:
                dynamodb.delete_item(TableName=table, Key=key)
        self.delete_results(job_id)

    def delete_results(self, job_id: str) -> int:
        """Delete a job's objects in the results bucket; return how many there were."""
        bucket, s3 = self.settings["RESULTS_BUCKET"], self.client("s3")
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{job_id}/").get("Contents", [])
        for each in listed:
            s3.delete_object(Bucket=bucket, Key=each["Key"])
        return len(listed)

    def queue_counts(self, setting: str) -> tuple[int, int]:
        """Return how many messages of a queue are visible and in flight."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=self.settings[setting])["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])

    def function(self, name: str) -> dict[str, Any]:
        """Return a function's configuration; ``name`` as in app.py."""
        configuration: dict[str, Any] = self.client("lambda").get_function_configuration(
            FunctionName=f"{self.prefix}-{name}" if name else self.prefix
        )
        return configuration


def _require(reply: Reply, status: int, what: str) -> None:
    if reply.status != status:
        raise Failed(f"{what}: expected {status}, got {reply}")
