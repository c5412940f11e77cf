"""Each right of each policy is needed: without it, the function cannot do its work.

Functions get the events that Lambda would give them, while no queue feeds them. MiniStack does not
check the rights that Lambda itself uses (logs, traces, receiving messages):
tests/policies/test_policies.py does.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from chalicelib.adapters.held_messages import PAUSES
from deploy.changes import changed
from deploy.policies import policy
from deploy.stage import read_stage
from local.triggers import schedule_event, sqs_event
from tests.deployed.deployment import Deployment
from tests.forms import send_form

BY_LAMBDA = ("Logs", "TracesHaveNoArn", "Trigger")
FUNCTIONS = ("api_handler", "work_job", "work_part", "give_up", "sweep")
STAGE = changed(
    read_stage("localstack"),
    {"CSV_SOURCE": "s3://csvsum-localstack-csv/in", "LIST_FILES": "on"},
)
RIGHTS = [
    (function, statement["Sid"], action)
    for function in FUNCTIONS
    for statement in policy(STAGE, function)["Statement"]
    if statement["Sid"] not in BY_LAMBDA
    for action in statement["Action"]
]
# A result that may not be read looks like one that has expired, and these two leave its job alone.
NOT_NOTICED = [
    ("give_up", "Results", "s3:GetObject"),
    ("sweep", "Results", "s3:GetObject"),
    ("api_handler", "Jobs", "dynamodb:DeleteItem"),  # has a test of its own
]

ROW = ",".join(map(str, range(10_000))).encode() + b"\n"
WIDE = ROW.replace(b"0", b"a") + ROW * 2
WIDE_AND_CUT = ROW.replace(b"0", b"a") + ROW * 10
# In quotes from its first row to its end, and nothing near a cut says so: parts are summed twice.
MISLEADING = b'a,b\n1,"' + b"2,3\n" * 100_000 + b'"\n'
# The sums alone are more than a reply can hold, with each letter written as \u00e9. A compressed
# file is not cut.
NAMES = ["é" * 100 + str(index) if index % 10 == 0 else "x" for index in range(100_000)]
HUGE = gzip.compress((",".join(NAMES) + "\n" + ",".join("1" * 100_000) + "\n").encode())


class Refused(Exception):
    """A function did not do what it was asked for."""


class Rehearsal:
    """Jobs in the states that the functions meet them in, which are put back before each try."""

    def __init__(self, deployment: Deployment, unique: Callable[[str], str]) -> None:
        self.on = deployment
        self.name = deployment.put(unique("rights") + ".csv", b"a\n1\n")
        self.wide, self.wide_done = self._ended(unique, WIDE)
        self.huge, self.huge_done = self._ended(unique, HUGE)
        self.cut = self._submitted(unique, WIDE_AND_CUT)
        self.invoke("work_job", {"job": self.cut["pk"]["S"]})
        self.planned = self.item(self.cut)
        self.uploaded = self._submitted_upload(b"a\n1\n")
        self.uploaded_cut = self._submitted_upload(WIDE_AND_CUT)
        self.invoke("work_job", {"job": self.uploaded_cut["pk"]["S"]})
        self.uploaded_planned = self.item(self.uploaded_cut)
        self.misled = self._submitted(unique, MISLEADING)
        self.invoke("work_job", {"job": self.misled["pk"]["S"]})
        self.misled_planned = self.item(self.misled)

    def _submitted(self, unique: Callable[[str], str], data: bytes) -> dict[str, Any]:
        name = unique("rights") + (".csv.gz" if data is HUGE else ".csv")
        job_id = self.on.api.submit(self.on.put(name, data))
        return self.item({"pk": {"S": job_id}})

    def _submitted_upload(self, data: bytes) -> dict[str, Any]:
        reply = self.on.api.post("/jobs", json.dumps({"csv": self.upload(data)}).encode())
        return self.item({"pk": {"S": reply.json["id"]}})

    def upload(self, data: bytes) -> str:
        """Upload a file as clients do, and return its name."""
        form = self.on.api.post("/uploads", json.dumps({"name": "rights.csv"}).encode())
        self.require(form.status == 201)
        self.require(send_form(form.json["url"], form.json["fields"], data).status == 204)
        csv: str = form.json["csv"]
        return csv

    def _ended(
        self, unique: Callable[[str], str], data: bytes
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        queued = self._submitted(unique, data)
        self.invoke("work_job", {"job": queued["pk"]["S"]})
        done = self.item(queued)
        assert "result_key" in done
        return queued, done

    def item(self, job: dict[str, Any]) -> dict[str, Any]:
        key = {"pk": job["pk"], "sk": {"S": "job"}}
        found: dict[str, Any] = self.on.client("dynamodb").get_item(
            TableName=self.on.settings.table, Key=key, ConsistentRead=True
        )["Item"]
        return found

    def put_back(self, item: dict[str, Any], **more: Any) -> None:
        self.on.client("dynamodb").put_item(TableName=self.on.settings.table, Item={**item, **more})

    def invoke(self, function: str, *messages: dict[str, Any]) -> None:
        records = [
            {
                "body": json.dumps(message),
                "receiptHandle": "x",
                "attributes": {},
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:none",
            }
            for message in messages
        ]
        answer = self.on.invoke(function, json.dumps({"Records": records}).encode())
        if "FunctionError" in answer:
            raise Refused(answer["Payload"].read())

    def fail_and_see_it_again(self, function: str, queue: str) -> None:
        """A message that the function fails on comes again long before an hour has passed."""
        self.on.client("sqs").send_message(
            QueueUrl=self.on.queue_url(queue), MessageBody="none of this service's"
        )
        event = sqs_event(queue, self.on.receive(queue, hidden_seconds=3600))
        self.require("FunctionError" in self.on.invoke(function, json.dumps(event).encode()))
        again = self.on.receive(queue, hidden_seconds=60, wait_seconds=PAUSES[0] + 5)
        self.require(again)
        self.on.delete(queue, again[0])

    def require(self, truth: object) -> None:
        if not truth:
            raise Refused

    def clear(self) -> None:
        """Remove every job and message."""
        table = self.on.settings.table
        for item in self.on.client("dynamodb").scan(
            TableName=table, ProjectionExpression="pk, sk, csv"
        )["Items"]:
            if "rights" in item.get("csv", {}).get("S", ""):
                self.on.client("dynamodb").delete_item(
                    TableName=table, Key={"pk": item["pk"], "sk": item["sk"]}
                )
        self.purge()

    def purge(self) -> None:
        for name in (self.on.settings.jobs_queue, self.on.settings.parts_queue):
            self.on.client("sqs").purge_queue(QueueUrl=self.on.queue_url(name))

    def api_handler(self) -> None:
        job = self.on.api.get(f"/csv_name={self.name}")
        self.require(job.status == 200)
        self.require(self.on.api.get(f"/jobs/{job.json['Task started, your id']}").status == 200)
        self.require(self.on.api.get("/storage/get_counter").status == 200)
        self.require(self.on.api.get("/jobs").status == 200)
        self.require(self.on.api.get("/files").status == 200)
        uploaded = json.dumps({"csv": self.upload(b"a\n1\n")}).encode()
        self.require(self.on.api.post("/jobs", uploaded).status == 202)
        # With the progress of its parts.
        self.put_back(self.planned)
        self.require(self.on.api.get(f"/jobs/{self.cut['pk']['S']}").status == 200)
        # By way of a link into the results bucket.
        self.require(self.on.api.get(f"/storage/get_json/{self.huge['pk']['S']}").status == 200)

    def work_job(self) -> None:
        self.put_back(self.wide)
        for _ in range(2):
            self.invoke("work_job", {"job": self.wide["pk"]["S"]})
        self.require(self.item(self.wide)["status"]["S"] == "succeeded")
        self.put_back(self.uploaded)
        self.invoke("work_job", {"job": self.uploaded["pk"]["S"]})
        self.require(self.item(self.uploaded)["status"]["S"] == "succeeded")
        self.put_back(self.cut)
        self.invoke("work_job", {"job": self.cut["pk"]["S"]})
        self.require("plan" in self.item(self.cut))
        self.require(self.item(self.cut)["status"]["S"] == "running")
        # All parts are in, and whoever was to put them together died.
        self.put_back(self.planned)
        group = {**self.planned, "sk": {"S": "group#0"}, "done": {"SS": ["0", "1", "2"]}}
        self.put_back(group)
        self.invoke("work_job", {"job": self.cut["pk"]["S"]})
        self.require(self.item(self.cut)["status"]["S"] != "failed")
        self.purge()
        self.fail_and_see_it_again("work_job", self.on.settings.jobs_queue)

    def work_part(self) -> None:
        self.put_back(self.planned)
        for number in (0, 1, 2):
            self.invoke("work_part", {"job": self.cut["pk"]["S"], "part": number})
        self.require(self.item(self.cut)["status"]["S"] == "succeeded")
        self.put_back(self.uploaded_planned)
        self.invoke("work_part", {"job": self.uploaded_cut["pk"]["S"], "part": 0})
        self.require(self.item(self.uploaded_cut)["status"]["S"] == "running")
        self.put_back(self.misled_planned)
        for number in (0, 1, 2):
            self.invoke("work_part", {"job": self.misled["pk"]["S"], "part": number})
        self.require(self.item(self.misled)["status"]["S"] == "running")
        self.purge()
        self.fail_and_see_it_again("work_part", self.on.settings.parts_queue)

    def give_up(self) -> None:
        self.put_back(self.wide_done)
        self.invoke("give_up", {"job": self.wide["pk"]["S"]})
        self.put_back(self.wide)
        self.invoke("give_up", {"job": self.wide["pk"]["S"]})
        self.require(self.item(self.wide)["status"]["S"] == "failed")

    def sweep(self) -> None:
        self.purge()
        # An index may be older than its table: a job that has ended may still be in it.
        self.put_back(self.huge_done, in_progress={"S": "1"})
        self.put_back(self.wide, attempts={"N": "0"})
        answer = self.on.invoke("sweep", json.dumps(schedule_event()).encode())
        self.require("FunctionError" not in answer)
        self.require(self.item(self.wide)["attempts"]["N"] == "1")


@pytest.fixture(scope="module")
def rehearsal(request: pytest.FixtureRequest, deployment: Deployment) -> Iterator[Rehearsal]:
    if request.config.getoption("--base-url"):
        pytest.skip("only where it is known that policies are enforced")
    names = (f"{number}" for number in range(100))
    with ExitStack() as quiet:
        for function in ("work_job", "work_part", "give_up"):
            quiet.enter_context(deployment.without_worker(function))
        rehearsal = Rehearsal(deployment, lambda start: f"{start}-{next(names)}-{time.time_ns()}")
        yield rehearsal
        rehearsal.clear()


@contextmanager
def without(deployment: Deployment, function: str, sid: str, *actions: str) -> Iterator[None]:
    """Meanwhile the function's role lacks the actions of one statement."""
    name = deployment.prefix + ("" if function == "api_handler" else f"-{function}")
    function_now = deployment.client("lambda").get_function_configuration(FunctionName=name)
    role, iam = function_now["Role"].rpartition("/")[2], deployment.client("iam")
    if "sqs:GetQueueUrl" in actions or sid == "Tokens":
        # A process looks up its queues once, and a token once a minute. Changing it ends it.
        deployment.client("lambda").update_function_configuration(
            FunctionName=name, Timeout=function_now["Timeout"]
        )
    (name_of_policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = iam.get_role_policy(RoleName=role, PolicyName=name_of_policy)["PolicyDocument"]
    iam.put_role_policy(
        RoleName=role,
        PolicyName=name_of_policy,
        PolicyDocument=json.dumps(lessened(whole, sid, actions)),
    )
    try:
        yield
    finally:
        iam.put_role_policy(
            RoleName=role, PolicyName=name_of_policy, PolicyDocument=json.dumps(whole)
        )


def lessened(document: dict[str, Any], sid: str, actions: tuple[str, ...]) -> dict[str, Any]:
    """Return the document without the actions.

    With SendMessage goes the SendMessageBatch that MiniStack checks.
    """
    gone = {*actions, *(f"{action}Batch" for action in actions)}
    statements = [
        {**each, "Action": [action for action in each["Action"] if action not in gone]}
        if each["Sid"] == sid
        else each
        for each in document["Statement"]
    ]
    return {**document, "Statement": [each for each in statements if each["Action"]]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_with_its_policy_a_function_does_all_that_it_is_there_for(
    rehearsal: Rehearsal, function: str
) -> None:
    getattr(rehearsal, function)()


@pytest.mark.parametrize(
    ("function", "sid", "action"), [right for right in RIGHTS if right not in NOT_NOTICED]
)
def test_without_one_of_its_rights_a_function_fails(
    rehearsal: Rehearsal, function: str, sid: str, action: str
) -> None:
    with without(rehearsal.on, function, sid, action), pytest.raises(Refused):
        getattr(rehearsal, function)()


@pytest.mark.parametrize("may_delete", [True, False])
def test_a_job_that_could_not_be_sent_is_taken_back_by_right(
    rehearsal: Rehearsal, may_delete: bool
) -> None:
    before = rehearsal.on.api.ongoing()
    with ExitStack() as less:
        less.enter_context(without(rehearsal.on, "api_handler", "Submit", "sqs:SendMessage"))
        if not may_delete:
            less.enter_context(without(rehearsal.on, "api_handler", "Jobs", "dynamodb:DeleteItem"))
        assert rehearsal.on.api.get(f"/csv_name={rehearsal.name}").status == 500
    assert rehearsal.on.api.ongoing() == before + (0 if may_delete else 1)
