"""MiniStack: an AWS in one process that runs functions as processes and enforces policies."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import boto3

from deploy import cloudformation, gateway_responses, resources
from deploy.aws import Aws
from deploy.changes import changed, parse
from deploy.project import package
from deploy.releases import bucket_of
from deploy.stage import Stage, read_stage
from local.config import free_port

SERVICES = (
    "s3,sqs,sns,dynamodb,lambda,iam,sts,logs,apigateway,cloudformation,cloudwatch,monitoring,"
    "events,xray"
)
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
CHANGES = (
    "CSV_SOURCE=s3://csvsum-localstack-csv/in",
    "PART_BYTES=200000",
    "STALE_SECONDS=1",
    "CORS_ORIGINS=https://page.example",
    "EVENT_BUS=default",
    "LIST_FILES=on",
    "INBOX=on",
    # Each concurrent call is a process here, with the zip unpacked anew.
    "work_job.reserved_concurrency=2",
    "work_part.reserved_concurrency=2",
)


class MiniStack:
    """MiniStack, running until ``stop``; all of its data is in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        (folder / "tmp").mkdir(parents=True)
        self.log = folder / "ministack.log"
        with self.log.open("wb") as output:
            command = [sys.executable, "-m", "ministack"]
            self.process = subprocess.Popen(
                command,
                env=self._environment(folder),
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
            )
        self._wait_until_ready()
        self.session = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1"
        )
        self.aws = Aws(self.session, self.endpoint)

    def _environment(self, folder: Path) -> dict[str, str]:
        own = {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
            "TMPDIR": str(folder / "tmp"),
            "S3_DATA_DIR": str(folder / "s3"),
            "SERVICES": SERVICES,
            "IOT_MTLS_ENABLED": "false",
        }
        return {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
        } | own

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.endpoint}/_localstack/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)


def packaged(*given: str) -> tuple[Stage, Path]:
    """The stage that the emulators get, and the folder of its package."""
    stage = read_stage("localstack")
    stage = changed(stage, parse(stage, (*CHANGES, *given)))
    made = package(stage, {**os.environ, "AWS_DEFAULT_REGION": "us-east-1"}, print)
    template = made / "sam.json"
    template.write_text(json.dumps(with_batch_actions(json.loads(template.read_text()))))
    return stage, made


def with_batch_actions(template: dict[str, Any]) -> dict[str, Any]:
    """On AWS, SendMessageBatch needs the right to SendMessage alone. MiniStack wants both."""
    for resource in template["Resources"].values():
        for policy in resource["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                if "sqs:SendMessage" in statement["Action"]:
                    statement["Action"].append("sqs:SendMessageBatch")
    return template


def deploy_to(ministack: MiniStack, stage: Stage, made: Path) -> str:
    """Deploy the package as docs/deploy.md says, without its command line tools; the base URL."""
    aws = ministack.aws
    resources.put(stage, aws, print)
    code = {"Bucket": bucket_of(stage, aws), "Key": "deployment.zip"}
    bucket = aws.own_bucket(code["Bucket"])
    bucket.upload_file(str(made / code["Key"]), code["Key"])
    template = json.loads((made / "sam.json").read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = code
    stacks = aws.client("cloudformation")
    # It is too large for the call itself.
    bucket.put_object(Key="packaged.json", Body=json.dumps(template).encode())
    url = f"{ministack.endpoint}/{bucket.name}/packaged.json"
    stacks.create_stack(StackName=stage.prefix, TemplateURL=url, Capabilities=CAPABILITIES)
    stacks.get_waiter("stack_create_complete").wait(
        StackName=stage.prefix, WaiterConfig={"Delay": 1}
    )
    api = outputs(aws, stage.prefix)["RestAPIId"]
    # MiniStack leaves them out of a template's definition.
    gateway_responses.put(aws, api, print)
    return f"{ministack.endpoint}/restapis/{api}/api/_user_request_"


def outputs(aws: Aws, stack: str) -> dict[str, str]:
    found = cloudformation.describe(aws, stack) or {}
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}
