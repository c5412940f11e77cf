"""Lambda's API as deployments and checks use it: functions, mappings, the account's limit."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.strict_aws.errors import AwsError, Refused
from tests.strict_aws.principals import Principal
from tests.strict_aws.wire import Answer, Request

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

Place = tuple[str, str]
MIN_CONCURRENCY, MAX_CONCURRENCY = 2, 1000


@dataclass
class Deployed:
    """A function as its configuration shows it; ``timeout`` in seconds."""

    name: str
    timeout: int = 900
    variables: dict[str, str] = field(default_factory=dict)


class LambdaApi:
    """Functions belong to an account and a region: elsewhere the same name is not found."""

    def __init__(self, aws: "StrictAws") -> None:
        self._aws = aws
        self._functions: dict[tuple[str, str, str], Deployed] = {}
        self._mappings: dict[Place, list[dict[str, Any]]] = {}
        self.concurrency = 10

    def add(self, function: Deployed, region: str = "", account: str = "") -> None:
        place = (account or self._aws.account, region or self._aws.region)
        self._functions[(*place, function.name)] = function

    def serve(self, request: Request, principal: Principal) -> Answer:
        place = (principal.account, request.region)
        if request.operation == "GetAccountSettings":
            return _answer({"AccountLimit": {"ConcurrentExecutions": self.concurrency}})
        if request.operation == "CreateEventSourceMapping":
            return _answer(self._map(place, request.json), 202)
        if request.operation == "ListEventSourceMappings":
            return _answer({"EventSourceMappings": self._mappings.get(place, [])})
        function = self._function(place, request.path.split("/functions/")[1].split("/")[0])
        configuration = {
            "FunctionName": function.name,
            "FunctionArn": _arn(place, function.name),
            "Timeout": function.timeout,
            "Environment": {"Variables": function.variables},
        }
        wrapped = {"Configuration": configuration}
        return _answer(wrapped if request.operation == "GetFunction" else configuration)

    def _function(self, place: Place, name: str) -> Deployed:
        function = self._functions.get((*place, name.rpartition(":")[2]))
        if function is None:
            # https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
            message = f"Function not found: {_arn(place, name)}"
            raise Refused(AwsError("ResourceNotFoundException", 404, message, {"Type": "User"}))
        return function

    def _map(self, place: Place, asked: dict[str, Any]) -> dict[str, Any]:
        function = self._function(place, asked["FunctionName"])
        self._require_visibility(function, asked["EventSourceArn"])
        maximum = asked.get("ScalingConfig", {}).get("MaximumConcurrency", MIN_CONCURRENCY)
        if not MIN_CONCURRENCY <= maximum <= MAX_CONCURRENCY:
            # https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
            raise Refused(_invalid("MaximumConcurrency must be from 2 to 1000"))
        mappings = self._mappings.setdefault(place, [])
        arn = _arn(place, function.name)
        for mapping in mappings:
            if (mapping["EventSourceArn"], mapping["FunctionArn"]) == (
                asked["EventSourceArn"],
                arn,
            ):
                raise Refused(_exists(mapping))
        mappings.append({**asked, "UUID": f"mapping-{len(mappings)}", "FunctionArn": arn})
        return mappings[-1]

    def _require_visibility(self, function: Deployed, arn: str) -> None:
        # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
        visibility = self._aws.sqs.queue(arn.rpartition(":")[2]).visibility
        if function.timeout > visibility:
            raise Refused(
                _invalid(
                    f"Queue visibility timeout: {visibility:g} seconds is less than "
                    f"Function timeout: {function.timeout} seconds"
                )
            )


def _arn(place: Place, name: str) -> str:
    return f"arn:aws:lambda:{place[1]}:{place[0]}:function:{name.rpartition(':')[2]}"


def _answer(members: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(members).encode())


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", 400, message, {"Type": "User"})


def _exists(mapping: dict[str, Any]) -> AwsError:
    message = (
        "An event source mapping with SQS arn and function already exists. Please update or "
        f"delete the existing mapping with UUID {mapping['UUID']}"
    )
    return AwsError("ResourceConflictException", 409, message, {"Type": "User"})
