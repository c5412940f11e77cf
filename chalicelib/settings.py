"""The settings, and the only reader of the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from chalicelib import names
from chalicelib import setting_values as values
from chalicelib.setting_values import BadSetting, read_int

__all__ = ["VARIABLES", "Auth", "BadSetting", "Settings", "read_int", "settings"]

DEFAULT_SOURCE = "file:///mnt/csv"
# The largest object of one request:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
MAX_POST_BYTES = 5_000_000_000

#: The environment variables that are read.
VARIABLES = (
    "API_NAME",
    "AUTH",
    "IAM_ADMINS",
    "API_KEY_REQUIRED",
    "API_RATE",
    "API_BURST",
    "MAX_JOBS_PER_CLIENT",
    "CSV_SOURCE",
    "LIST_FILES",
    "JOBS_TABLE",
    "TOKENS_TABLE",
    "JOBS_QUEUE",
    "PARTS_QUEUE",
    "DEAD_QUEUE",
    "INBOX_QUEUE",
    "INBOX",
    "RESULTS_BUCKET",
    "UPLOADS_BUCKET",
    "MAX_UPLOAD_BYTES",
    "BUCKET_NAMESPACE",
    "PART_BYTES",
    "PARTS_PER_JOB",
    "PARTS_IN_FLIGHT",
    "MAX_GZIP_BYTES",
    "MAX_BYTES_IN_PROGRESS",
    "CALL_TRIES",
    "MAX_CONCURRENCY_JOBS",
    "MAX_CONCURRENCY_PARTS",
    "MAX_CONCURRENCY_GIVE_UP",
    "MAX_CONCURRENCY_INBOX",
    "KEEP_DAYS",
    "VISIBILITY_SECONDS",
    "MAX_RECEIVE_COUNT",
    "STALE_SECONDS",
    "GIVE_UP_HOURS",
    "SWEEP_MINUTES",
    "LOG_LEVEL",
    "CORS_ORIGINS",
    "CACHE",
    "EVENT_BUS",
)


class Auth(StrEnum):
    """How the service finds out who sends a request."""

    #: By a bearer token.
    TOKEN = "token"  # noqa: S105  # nosec B105  # no secret
    #: By AWS's signature, which API Gateway checks.
    IAM = "iam"
    #: Not at all: everybody is the same client.
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings: see the table in docs/operator.md. Sizes are in bytes."""

    api_name: str = "csvsum"
    auth: Auth = Auth.TOKEN
    #: With ``Auth.IAM``: the ARNs of the callers that see the jobs of all clients.
    iam_admins: frozenset[str] = frozenset()
    #: Whether API Gateway asks for a key of a usage plan as well, which may have a quota.
    api_key_required: bool = False
    #: How many requests API Gateway lets pass in a second, and how many at once.
    api_rate: int = 20
    api_burst: int = 40
    #: How many jobs of a client may be in progress; there is no limit with ``Auth.OPEN``.
    max_jobs_per_client: int = 1000
    csv_source: str = DEFAULT_SOURCE
    #: Whether clients that may can list the files of the source.
    list_files: bool = False
    table: str = "csvsum"
    tokens_table: str = "csvsum-tokens"
    jobs_queue: str = "csvsum-jobs"
    parts_queue: str = "csvsum-parts"
    dead_queue: str = "csvsum-dead"
    inbox_queue: str = "csvsum-inbox"
    #: Whether each file that is put below inbox/ of the uploads bucket is summed.
    inbox: bool = False
    results_bucket: str = "csvsum-results"
    uploads_bucket: str = "csvsum-uploads"
    #: A larger file is refused; 0: there are no uploads.
    max_upload_bytes: int = 5_000_000_000
    #: Of the buckets whose names end in ``-{account}-{region}``; account-regional ones get ``-an``.
    bucket_namespace: names.Namespace = names.Namespace.GLOBAL
    part_bytes: int = 128 * 1024 * 1024
    #: Let parts grow beyond ``part_bytes`` until a job has no more than this; 0: do not.
    parts_per_job: int = 0
    #: How many parts of a job wait or are summed at a time.
    parts_in_flight: int = 1000
    keep_days: int = 30
    #: A larger .gz file is refused when it is submitted: see docs/scale.md.
    max_gzip_bytes: int = 16 * 1024**3
    #: No file is accepted while the jobs in progress have so many bytes; 0: there is no limit.
    max_bytes_in_progress: int = 2 * 10**12
    #: How often a call to AWS is tried. Workers have more time for retries than the API.
    call_tries: int = 3
    #: How many workers of each kind Lambda runs at a time; None: as many as the account allows.
    max_concurrency_jobs: int | None = None
    max_concurrency_parts: int | None = None
    max_concurrency_give_up: int | None = None
    max_concurrency_inbox: int | None = None
    #: The visibility timeout of the work queues, and how often they deliver a message.
    visibility_seconds: int = 5400
    max_receive_count: int = 10
    stale_seconds: int = 1200
    give_up_hours: int = 96
    sweep_minutes: int = 5
    log_level: str = "INFO"
    #: The origins whose pages may call the API; "*": all.
    cors_origins: frozenset[str] = frozenset()
    #: Whether the result of an earlier job may answer a submission of the same file.
    cache: bool = True
    #: The EventBridge bus that gets an event for each ended job; empty: none.
    event_bus: str = ""
    #: The AWS account, where a bucket's name has it; it must be the owner of the results bucket.
    account: str = ""
    #: The same for the uploads bucket.
    uploads_owner: str = ""
    #: Whether Lambda runs this process, so that CloudWatch reads its log.
    on_lambda: bool = False
    #: Whether AWS is emulated, so that nobody pays for it.
    emulated: bool = False
    #: Whether this process is one of Chalice's commands, as `chalice local` is.
    chalice_command: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the variables that are set. Raise BadSetting with the name of a wrong one."""
        default = cls()
        values.require(names.bad_name(environ))
        read = cls(
            api_name=environ.get("API_NAME") or default.api_name,
            auth=_auth(environ.get("AUTH") or default.auth),
            iam_admins=values.read_names(environ.get("IAM_ADMINS") or ""),
            api_key_required=values.read_switch(environ, "API_KEY_REQUIRED"),
            api_rate=read_int(environ, "API_RATE", default.api_rate, 10_000),
            api_burst=read_int(environ, "API_BURST", default.api_burst, 5000),
            max_jobs_per_client=read_int(
                environ, "MAX_JOBS_PER_CLIENT", default.max_jobs_per_client, 10**6
            ),
            csv_source=values.read_source(environ.get("CSV_SOURCE") or default.csv_source),
            list_files=values.read_on_off(environ, "LIST_FILES", default.list_files),
            table=environ.get("JOBS_TABLE") or default.table,
            tokens_table=environ.get("TOKENS_TABLE") or default.tokens_table,
            jobs_queue=environ.get("JOBS_QUEUE") or default.jobs_queue,
            parts_queue=environ.get("PARTS_QUEUE") or default.parts_queue,
            dead_queue=environ.get("DEAD_QUEUE") or default.dead_queue,
            inbox_queue=environ.get("INBOX_QUEUE") or default.inbox_queue,
            inbox=values.read_on_off(environ, "INBOX", default.inbox),
            results_bucket=environ.get("RESULTS_BUCKET") or default.results_bucket,
            uploads_bucket=environ.get("UPLOADS_BUCKET") or default.uploads_bucket,
            max_upload_bytes=read_int(
                environ, "MAX_UPLOAD_BYTES", default.max_upload_bytes, MAX_POST_BYTES, minimum=0
            ),
            bucket_namespace=values.read_namespace(
                environ.get("BUCKET_NAMESPACE") or default.bucket_namespace
            ),
            part_bytes=read_int(environ, "PART_BYTES", default.part_bytes, 10**14),
            parts_per_job=read_int(
                environ, "PARTS_PER_JOB", default.parts_per_job, 10**4, minimum=0
            ),
            parts_in_flight=read_int(environ, "PARTS_IN_FLIGHT", _in_flight(environ), 10**5),
            max_gzip_bytes=read_int(environ, "MAX_GZIP_BYTES", default.max_gzip_bytes, 10**14),
            max_bytes_in_progress=read_int(
                environ, "MAX_BYTES_IN_PROGRESS", default.max_bytes_in_progress, 10**18, minimum=0
            ),
            call_tries=read_int(environ, "CALL_TRIES", default.call_tries, 20),
            max_concurrency_jobs=values.read_concurrency(environ, "MAX_CONCURRENCY_JOBS"),
            max_concurrency_parts=values.read_concurrency(environ, "MAX_CONCURRENCY_PARTS"),
            max_concurrency_give_up=values.read_concurrency(environ, "MAX_CONCURRENCY_GIVE_UP"),
            max_concurrency_inbox=values.read_concurrency(environ, "MAX_CONCURRENCY_INBOX"),
            keep_days=read_int(environ, "KEEP_DAYS", default.keep_days, 36_500),
            visibility_seconds=read_int(
                environ, "VISIBILITY_SECONDS", default.visibility_seconds, 43_200
            ),
            max_receive_count=read_int(
                environ, "MAX_RECEIVE_COUNT", default.max_receive_count, 1000
            ),
            stale_seconds=read_int(environ, "STALE_SECONDS", default.stale_seconds, 10**6),
            give_up_hours=read_int(environ, "GIVE_UP_HOURS", default.give_up_hours, 10**5),
            sweep_minutes=read_int(environ, "SWEEP_MINUTES", default.sweep_minutes, 10**4),
            log_level=values.read_level(environ.get("LOG_LEVEL") or default.log_level),
            cors_origins=values.read_origins(environ.get("CORS_ORIGINS") or ""),
            cache=values.read_on_off(environ, "CACHE", default.cache),
            event_bus=values.read_bus(environ.get("EVENT_BUS") or default.event_bus),
            on_lambda="AWS_LAMBDA_FUNCTION_NAME" in environ,
            emulated="AWS_ENDPOINT_URL" in environ,
            chalice_command="AWS_CHALICE_CLI_MODE" in environ,
        )
        values.require(names.same_name(read.queues) or names.same_name(read.tables))
        return read

    @property
    def tables(self) -> dict[str, str]:
        """The names of the tables by their variables."""
        return {"JOBS_TABLE": self.table, "TOKENS_TABLE": self.tokens_table}

    @property
    def queues(self) -> dict[str, str]:
        """The names of the queues by their variables."""
        return {
            "JOBS_QUEUE": self.jobs_queue,
            "PARTS_QUEUE": self.parts_queue,
            "DEAD_QUEUE": self.dead_queue,
            "INBOX_QUEUE": self.inbox_queue,
        }

    @property
    def jobs_limit(self) -> int | None:
        """How many jobs of a client may be in progress; None where clients are not known."""
        return None if self.auth is Auth.OPEN else self.max_jobs_per_client

    @property
    def depend_on_account(self) -> bool:
        """Whether a bucket's name depends on the account or the region."""
        return any(
            "{account}" in name or "{region}" in name
            for name in (self.csv_source, self.results_bucket, self.uploads_bucket)
        )

    def in_account(self, account: str, region: str) -> "Settings":
        """Return the settings with ``{account}`` and ``{region}`` filled in in names of buckets.

        Names of buckets are unique among all accounts, and a committed file cannot know the account
        and the region in which it is deployed.
        """

        place = (self.bucket_namespace, account, region)
        return replace(
            self,
            csv_source=names.fill_in(self.csv_source, *place),
            results_bucket=names.fill_in(self.results_bucket, *place),
            uploads_bucket=names.fill_in(self.uploads_bucket, *place),
            account=account if "{account}" in self.results_bucket else "",
            uploads_owner=account if "{account}" in self.uploads_bucket else "",
        )


@cache
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings.from_env(os.environ)


def _auth(value: str) -> Auth:
    if value in tuple(Auth):
        return Auth(value)
    raise BadSetting(f"AUTH must be {', '.join(list(Auth)[:-1])} or {Auth.OPEN}, not {value!r}.")


def _in_flight(environ: Mapping[str, str]) -> int:
    """Return how many parts of a job may be in flight: at most two for each worker."""
    workers, default = (
        values.read_concurrency(environ, "MAX_CONCURRENCY_PARTS"),
        Settings().parts_in_flight,
    )
    return min(default, 2 * workers) if workers else default
