"""The service over its real adapters, on the strict stand-in for AWS and on its clock."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chalicelib.adapters.cache_table import CacheTable
from chalicelib.adapters.claims_table import ClaimsTable
from chalicelib.adapters.clients import AwsClients, Lazy, make_dynamodb, make_s3, make_sqs
from chalicelib.adapters.held_messages import HeldMessages
from chalicelib.adapters.history_table import HistoryTable
from chalicelib.adapters.jobs_table import JobsTable
from chalicelib.adapters.parts_table import PartsTable
from chalicelib.adapters.pauses import Pauses
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.adapters.s3_files import S3Files
from chalicelib.adapters.s3_source import S3Place, S3Source
from chalicelib.adapters.tokens_table import TokensTable
from chalicelib.adapters.uploads_bucket import UploadsBucket
from chalicelib.adapters.work_queue import WorkQueue, decode_record
from chalicelib.engine.options import Options
from chalicelib.engine.reference import ReferenceKernel
from chalicelib.jobs.client import OPEN
from chalicelib.jobs.job import Job
from chalicelib.jobs.outcome_ports import Bus
from chalicelib.jobs.ports import Message
from chalicelib.jobs.sources import Sources
from chalicelib.jobs.uploads import PREFIX
from chalicelib.settings import Auth, Settings
from chalicelib.wiring.container import UseCases
from infra.parameters import RESOURCES
from tests.strict_aws import Account, Context, Function, Mapping, Pace, StrictAws, Terms, Timeline
from tests.strict_aws.lambdas import Event, Handler, Work

FILES = "files"
TIMEOUT = 900.0
NAMES = {
    "JobsTable": "t-table",
    "JobsQueue": "t-jobs",
    "PartsQueue": "t-parts",
    "DeadQueue": "t-dead",
    "InboxQueue": "t-inbox",
    "TokensTable": "t-tokens",
    "ResultsBucket": "t-results",
    "UploadsBucket": "t-uploads",
}


class StrictAdapters:
    """A ``wiring.Adapters`` whose time is the stand-in's."""

    def __init__(self, aws: StrictAws, settings: Settings, bus: Bus | None = None) -> None:
        clients = clients_on(aws)
        now = aws.clock.now
        self.replies = ResultsBucket(settings.results_bucket, clients.s3, owner=aws.account)
        table = settings.table, self.replies, settings.keep_days, clients.dynamodb
        self.bus = bus
        self.jobs = JobsTable(*table, now=now, marks_ended=bus is not None)
        self.tokens = TokensTable(settings.tokens_table, clients.dynamodb)
        self.parts = PartsTable(*table, now=now)
        self.history = HistoryTable(settings.table, clients.dynamodb)
        self.claims = ClaimsTable(settings.table, clients.dynamodb)
        self.cache = CacheTable(settings.table, clients.dynamodb)
        self.queue = WorkQueue(settings.jobs_queue, settings.parts_queue, clients.sqs)
        pauses = Pauses(sleep=aws.clock.advance)
        place = S3Place(settings.uploads_bucket, owner=aws.account, mount=PREFIX)
        self.source = Sources(
            S3Source(S3Place(FILES), clients.s3, pauses=pauses),
            S3Source(place, clients.s3, pauses=pauses),
        )
        self.catalog = S3Files(S3Place(FILES), clients.s3)
        self.uploads = UploadsBucket(settings.uploads_bucket, clients.s3, aws.account)
        self.kernel = ReferenceKernel()
        self.deliveries = HeldMessages(
            self.queue.urls,
            settings.visibility_seconds,
            beating=lambda *arguments: beating_on(aws.timeline, *arguments),
        )


class StrictService:
    """What infra/resources.json makes, a bucket of files, and the use cases over them."""

    def __init__(
        self,
        aws: StrictAws,
        part_bytes: int = 1 << 20,
        window: int = 1000,
        auth: Auth = Auth.OPEN,
        bus: Bus | None = None,
    ) -> None:
        self.aws = aws
        make_resources(aws)
        self.settings = Settings(
            csv_source=f"s3://{FILES}",
            auth=auth,
            table=NAMES["JobsTable"],
            tokens_table=NAMES["TokensTable"],
            jobs_queue=NAMES["JobsQueue"],
            parts_queue=NAMES["PartsQueue"],
            dead_queue=NAMES["DeadQueue"],
            results_bucket=NAMES["ResultsBucket"],
            uploads_bucket=NAMES["UploadsBucket"],
            part_bytes=part_bytes,
            parts_in_flight=window,
        )
        self.adapters = StrictAdapters(aws, self.settings, bus)
        # So few bytes prove nothing: parts that begin inside quotes are summed once more.
        self.use_cases = UseCases(self.adapters, self.settings, aws.clock.now, proof_bytes=1)

    def upload(self, data: bytes, name: str = "x.csv", **more: str) -> None:
        self.aws.tester("s3").put_object(Bucket=FILES, Key=name, Body=data, **more)

    def submit(self, data: bytes, name: str = "x.csv") -> Job:
        self.upload(data, name)
        return self.use_cases.submit(name, Options(), OPEN)

    def deliver(self, message: Message) -> None:
        """Have a worker do what a message says, without its queue."""
        if message.part is None:
            self.use_cases.sum_job(message)
        else:
            self.use_cases.sum_part(message)

    def work(self, seconds: float = 1.0) -> Handler:
        """Return a function's handler: it holds its message, takes so long, and works."""

        def handler(event: Event, _: Context) -> Work:
            (record,) = event["Records"]
            with self.adapters.deliveries.held(record):
                yield seconds
                self.deliver(decode_record(record))

        return handler

    def dead_letters(self) -> int:
        return sum(self.aws.sqs.queue(NAMES["DeadQueue"]).counts())


@dataclass
class Site:
    """A service whose queues are mapped to its functions, in an account with a limit."""

    service: StrictService
    limit: int = 1000

    def __post_init__(self) -> None:
        self.account = Account(self.service.aws.timeline, self.limit)

    def map(self, queue: str, handler: Handler, maximum: int | None = None) -> Mapping:
        """Have Lambda take the messages of a queue."""
        function = Function(queue, handler, timeout=TIMEOUT)
        return Mapping(
            self.service.aws.sqs.queue(NAMES[queue]), function, self.account, Terms(maximum), Pace()
        )

    def run(self, job: Job, hours: float = 2.0) -> Job:
        """Let time pass until the job is final, or so many hours."""
        jobs = self.service.aws.tester("dynamodb")

        def is_final() -> bool:
            key = {"pk": {"S": job.id}, "sk": {"S": "job"}}
            item = jobs.get_item(TableName=NAMES["JobsTable"], Key=key)["Item"]
            return item["status"]["S"] in ("succeeded", "failed")

        self.service.aws.timeline.run(3600 * hours, until=is_final)
        self.service.aws.faults.clear()
        return self.service.adapters.jobs.get(job.id)


def clients_on(aws: StrictAws) -> AwsClients:
    """Return the product's own clients, answered by the stand-in."""
    clients = AwsClients()
    clients.dynamodb = Lazy(lambda: aws.adopt(make_dynamodb))
    clients.s3 = Lazy(lambda: aws.adopt(make_s3))
    clients.sqs = Lazy(lambda: aws.adopt(make_sqs))
    return clients


def make_resources(aws: StrictAws) -> None:
    """Make the product's stack, and a bucket of files in its region."""
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in NAMES.items()]
    aws.session().client("cloudformation").create_stack(
        StackName="t",
        TemplateBody=json.dumps(json.loads(RESOURCES.read_text()), separators=(",", ":")),
        Parameters=given,
    )
    place = {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
    aws.tester("s3").create_bucket(Bucket=FILES, **({} if aws.region == "us-east-1" else place))


@contextmanager
def beating_on(
    timeline: Timeline, beat: Callable[[], None], seconds: float, at_once: bool
) -> Iterator[None]:
    """Call ``beat`` as ``Heartbeat`` does, on the simulated clock and without a thread."""
    works = True

    def again() -> None:
        if works:
            beat()
            timeline.after(seconds, again)

    if at_once:
        beat()
    timeline.after(seconds, again)
    try:
        yield
    finally:
        works = False


def dying(handler: Handler, when: Callable[[Event], bool]) -> Handler:
    """Return a handler whose process is killed in the middle of the events that ``when`` names."""

    def work(event: Event, context: Context) -> Work:
        living = handler(event, context)
        yield next(living)
        if when(event):
            living.close()
            raise WorkerDied
        yield from living

    return work


class WorkerDied(Exception):
    """What Lambda reports of a function whose process has ended."""
