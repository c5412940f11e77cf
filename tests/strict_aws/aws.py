"""The stand-in itself: clients whose requests are answered in this process, by AWS's rules."""

from collections.abc import Callable
from functools import cache, partial
from random import Random
from types import TracebackType
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from tests.strict_aws import sts
from tests.strict_aws.backend import Backend
from tests.strict_aws.clock import Clock, Timeline
from tests.strict_aws.cloudformation import CloudFormation
from tests.strict_aws.dynamodb import DynamoDb
from tests.strict_aws.errors import AwsError, Refused, expired_token
from tests.strict_aws.faults import Fault, Faults, TimedOut, any_request
from tests.strict_aws.lambda_api import LambdaApi
from tests.strict_aws.links import Links
from tests.strict_aws.principals import Principal, Principals, Rights
from tests.strict_aws.retries import retry_on_the_clock
from tests.strict_aws.s3 import S3
from tests.strict_aws.sqs import Sqs
from tests.strict_aws.wire import Answer, Request

SECRET = "strict"
ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})


class StrictAws:
    """AWS as its documentation has it. A context manager: what it keeps ends with it."""

    def __init__(self, region: str = "us-east-1") -> None:
        self.region = region
        self.account = new_account()
        self.clock = Clock()
        self.timeline = Timeline(self.clock)
        self.faults = Faults()
        self.rights = Rights()
        self.links = Links(self.clock)
        self.calls: list[Request] = []
        self._principals = Principals()
        self._backend = Backend()
        self.s3 = S3(self)
        self.dynamodb = DynamoDb(self)
        self.sqs = Sqs(self)
        self.functions = LambdaApi(self)
        self.cloudformation = CloudFormation(self)
        self._services: dict[str, Callable[[Request, Principal], Answer]] = {
            "s3": self.s3.serve,
            "dynamodb": self.dynamodb.serve,
            "sqs": self.sqs.serve,
            "lambda": self.functions.serve,
            "cloudformation": self.cloudformation.serve,
            "sts": sts.serve,
        }

    def __enter__(self) -> "StrictAws":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._backend.close()

    def client(self, service: str, region: str = "", config: Config | None = None) -> Any:
        """Return a boto3 client with the rights of a function: hand it to an adapter."""
        return self._client(service, self._new("function"), region, config)

    def adopt(self, make: Callable[[], Any], region: str = "") -> Any:
        """Return the client that a product's own ``make`` makes, with the rights of a function."""
        with pytest.MonkeyPatch.context() as environment:
            for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
                environment.delenv(name, raising=False)
            environment.setenv("AWS_DEFAULT_REGION", region or self.region)
            environment.setenv("AWS_ACCESS_KEY_ID", "strict")
            environment.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
            return self._put_on(make(), self._new("function"))

    def tester(self, service: str, region: str = "", account: str = "") -> Any:
        """Return the test's own client: every right, no fault, nothing counted."""
        return self._client(service, self._new("tester", account), region, None)

    def session(self, region: str = "", account: str = "") -> "Session":
        """Return what deployments take in place of a boto3 session."""
        return Session(self, region or self.region, self._new("deployer", account))

    def fail(
        self,
        call: str,
        what: AwsError | TimedOut,
        times: int = 1,
        *,
        skip: int = 0,
        after: bool = False,
        when: Callable[[Request], bool] = any_request,
    ) -> Fault:
        """Have the next calls, as ``s3.GetObject``, refused; see ``faults.Fault``."""
        service, _, operation = call.partition(".")
        return self.faults.add(Fault(what, service, operation, times, skip, after, when))

    def expire_tokens(self, kind: str = "deployer") -> None:
        """Let the sessions of that kind's present clients end."""
        self._principals.expire(kind)

    def answer(self, request: Request, access_key: str) -> Answer:
        """Answer one request. Raises ReadTimeoutError where a fault gives no answer."""
        principal = self._principals.get(access_key)
        if principal.kind == "tester":
            return self._served(request, principal)
        self.calls.append(request)
        if principal.expired:
            return expired_token(request.service).answer(request)
        fault = self.faults.next(request)
        if fault is None:
            return self._served(request, principal)
        if fault.after:
            self._served(request, principal)
        return fault.answer(request)

    def store(self, request: Request, principal: Principal) -> Answer:
        """Have moto answer, without any rule."""
        return self._backend.serve(request, principal.account)

    def _served(self, request: Request, principal: Principal) -> Answer:
        try:
            return self._services.get(request.service, self.store)(request, principal)
        except Refused as refused:
            return refused.error.answer(request)

    def _new(self, kind: str, account: str = "") -> Principal:
        return self._principals.add(account or self.account, kind)

    def _client(
        self, service: str, principal: Principal, region: str, config: Config | None
    ) -> Any:
        options = self._options(principal, region, config)
        return self._put_on(boto_session().client(service, **options), principal)

    def _resource(self, service: str, principal: Principal, region: str) -> Any:
        made = boto_session().resource(service, **self._options(principal, region, None))
        self._put_on(made.meta.client, principal)
        return made

    def _options(self, principal: Principal, region: str, config: Config | None) -> dict[str, Any]:
        # No endpoint of the environment: rules of hosts and regions are part of the stand-in.
        endpoint: dict[str, Any] = {"ignore_configured_endpoint_urls": True}
        return {
            "region_name": region or self.region,
            "aws_access_key_id": principal.access_key,
            "aws_secret_access_key": SECRET,
            "config": ONCE.merge(config or ONCE).merge(Config(**endpoint)),
        }

    def _put_on(self, client: Any, principal: Principal) -> Any:
        """Have a client's requests answered here, its links kept, and its delays not slept."""
        service = client.meta.service_model.service_name
        send = partial(self._send, service, principal.access_key)
        client.meta.events.register_first("before-send", send)
        presign = client.generate_presigned_url
        client.generate_presigned_url = self.links.keeping(presign, principal.access_key)
        retry_on_the_clock(client, self.clock)
        return client

    def _send(
        self, service: str, key: str, request: AWSPreparedRequest, event_name: str, **_: Any
    ) -> AWSResponse:
        seen = Request(
            service,
            event_name.rpartition(".")[2],
            request.method,
            request.url,
            {name: _text(value) for name, value in request.headers.items()},
            _bytes(request.body),
        )
        return self.answer(seen, key).response(request.url)


class Session:
    """A boto3 session's ``client``, ``resource`` and ``region_name``, of one principal.

    An endpoint is refused, since the rules are those of AWS's own.
    """

    def __init__(self, aws: StrictAws, region: str, principal: Principal) -> None:
        self.region_name = region
        self._aws = aws
        self._principal = principal

    def client(self, service: str, endpoint_url: str | None = None, **more: Any) -> Any:
        _require_none(endpoint_url)
        region = more.get("region_name") or self.region_name
        return self._aws._client(service, self._principal, region, more.get("config"))

    def resource(self, service: str, endpoint_url: str | None = None) -> Any:
        _require_none(endpoint_url)
        return self._aws._resource(service, self._principal, self.region_name)


def _require_none(endpoint: str | None) -> None:
    if endpoint is not None:
        raise ValueError("the stand-in has no endpoint to give")


@cache
def boto_session() -> Any:
    """Return the one session of all stand-ins: it reads the services' descriptions once."""
    return boto3.Session()


def new_account() -> str:
    """Return the number of an account that nothing else in this process uses."""
    return "".join(Random().choices("123456789", k=12))


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    """Return a body that may be a stream, and leave a stream where it was."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    data: bytes = body.read()
    body.seek(0)
    return data
