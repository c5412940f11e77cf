"""CloudFormation stacks that fail, roll back, retain and refuse, as AWS's do.

Sources, in https://docs.aws.amazon.com/AWSCloudFormation/latest/:

- UserGuide/view-stack-events.html#view-stack-status: a failed first creation ends as
  ROLLBACK_COMPLETE, and such a stack can only be deleted.
- TemplateReference/aws-attribute-deletionpolicy.html: Retain also keeps a resource when the
  creation that made it rolls back; RetainExceptOnCreate does not, and neither does the parameter of
  that name of CreateStack and UpdateStack (APIReference/API_CreateStack.html).
- APIReference/API_UpdateStack.html and API_DescribeStacks.html: ValidationError for a stack that is
  not there and for an update that changes nothing.
- TemplateReference/aws-resource-s3-bucket.html, "Update requires: Replacement", for what in
  CREATE_ONLY; UserGuide/troubleshooting.html: a resource of the same name cannot replace one.
- UserGuide/cloudformation-limits.html: a template in the call has at most 51,200 bytes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tests.strict_aws.errors import AwsError, Refused
from tests.strict_aws.principals import Principal
from tests.strict_aws.resources import Resources
from tests.strict_aws.templates import Template, parameters_of
from tests.strict_aws.wire import Answer, Request, query_answer

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

MAX_TEMPLATE_BYTES = 51_200
CREATE_ONLY = {"AWS::S3::Bucket": ("BucketName", "BucketNamespace")}
WORKS = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


@dataclass
class Event:
    logical_id: str
    status: str
    reason: str = ""


@dataclass
class Made:
    """A resource as it was made: type, physical id, DeletionPolicy, what only a new one changes."""

    kind: str
    name: str
    policy: str
    fixed: tuple[Any, ...] = ()


@dataclass
class Stack:
    """``made`` are the resources that it owns, by logical id."""

    arn: str
    template: Template
    status: str = "CREATE_IN_PROGRESS"
    made: dict[str, Made] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)


class CloudFormation:
    """Operations end before their call returns, so that waiters need not wait."""

    def __init__(self, aws: "StrictAws") -> None:
        self._aws = aws
        self._stacks: dict[tuple[str, str, str], Stack] = {}
        self._broken: dict[str, str] = {}

    def break_resource(self, logical_id: str, reason: str) -> None:
        """Have the next creation of a resource of that logical id fail."""
        self._broken[logical_id] = reason

    def serve(self, request: Request, principal: Principal) -> Answer:
        operations: dict[str, Callable[[Request, Principal], Mapping[str, Any]]] = {
            "CreateStack": self._create,
            "UpdateStack": self._update,
            "DeleteStack": self._delete,
            "DescribeStacks": self._describe,
            "DescribeStackEvents": self._describe_events,
        }
        members = operations[request.operation](request, principal)
        return query_answer(request.operation, members)

    def _key(self, request: Request, principal: Principal) -> tuple[str, str, str]:
        name = request.form["StackName"]
        return principal.account, request.region, name.split("/")[1] if "/" in name else name

    def _stack(self, request: Request, principal: Principal) -> Stack:
        stack = self._stacks.get(self._key(request, principal))
        if stack is None:
            name = request.form["StackName"]
            raise Refused(_validation(f"Stack with id {name} does not exist"))
        return stack

    def _create(self, request: Request, principal: Principal) -> Mapping[str, Any]:
        key = self._key(request, principal)
        if key in self._stacks:
            message = f"Stack [{key[2]}] already exists"
            raise Refused(AwsError("AlreadyExistsException", 400, message))
        arn = f"arn:aws:cloudformation:{key[1]}:{key[0]}:stack/{key[2]}/1"
        stack = Stack(arn, self._template(request, principal, {}))
        self._stacks[key] = stack
        resources = self._resources(request, principal)
        if self._make_missing(stack, resources):
            stack.status = "CREATE_COMPLETE"
        else:
            self._roll_back(stack, resources, set(stack.made), request)
            stack.status = "ROLLBACK_COMPLETE"
        return {"StackId": arn}

    def _update(self, request: Request, principal: Principal) -> Mapping[str, Any]:
        stack = self._stack(request, principal)
        if stack.status not in WORKS:
            message = f"Stack:{stack.arn} is in {stack.status} state and can not be updated."
            raise Refused(_validation(message))
        old = stack.template
        new = self._template(request, principal, old.values)
        if (new.body, new.values) == (old.body, old.values):
            raise Refused(_validation("No updates are to be performed."))
        stack.template, before = new, set(stack.made)
        resources = self._resources(request, principal)
        new.names.update({name: made.name for name, made in stack.made.items()})
        if self._make_missing(stack, resources):
            self._remove(stack, resources, before - set(new.resources()))
            stack.status = "UPDATE_COMPLETE"
        else:
            self._roll_back(stack, resources, set(stack.made) - before, request)
            stack.template, stack.status = old, "UPDATE_ROLLBACK_COMPLETE"
        return {"StackId": stack.arn}

    def _delete(self, request: Request, principal: Principal) -> Mapping[str, Any]:
        key = self._key(request, principal)
        stack = self._stacks.get(key)
        if stack is not None:
            try:
                self._remove(stack, self._resources(request, principal), set(stack.made))
                del self._stacks[key]
            except ClientError as error:
                stack.status = "DELETE_FAILED"
                stack.events.append(Event(key[2], "DELETE_FAILED", str(error)))
        return {}

    def _describe(self, request: Request, principal: Principal) -> Mapping[str, Any]:
        stack = self._stack(request, principal)
        parameters = [
            {"ParameterKey": name, "ParameterValue": stack.template.values[name]}
            for name in stack.template.body.get("Parameters", {})
        ]
        outputs = [
            {"OutputKey": name, "OutputValue": stack.template.value(each["Value"])}
            for name, each in stack.template.parts("Outputs").items()
            if stack.status in WORKS
        ]
        shown = {
            "StackId": stack.arn,
            "StackName": self._key(request, principal)[2],
            "StackStatus": stack.status,
            "CreationTime": "2026-11-25T12:00:00Z",
            "Parameters": parameters,
            "Outputs": outputs,
        }
        return {"Stacks": [shown]}

    def _describe_events(self, request: Request, principal: Principal) -> Mapping[str, Any]:
        events = [
            {
                "StackId": "1",
                "EventId": str(number),
                "StackName": "1",
                "Timestamp": "2026-11-25T12:00:00Z",
                "LogicalResourceId": event.logical_id,
                "ResourceStatus": event.status,
                "ResourceStatusReason": event.reason,
            }
            for number, event in enumerate(self._stack(request, principal).events)
        ]
        return {"StackEvents": events[::-1]}

    def _template(self, request: Request, principal: Principal, old: Mapping[str, str]) -> Template:
        form = request.form
        body = form.get("TemplateBody") or self._fetched(form["TemplateURL"], request, principal)
        if len(form.get("TemplateBody", "").encode()) > MAX_TEMPLATE_BYTES:
            raise Refused(
                _validation(
                    "1 validation error detected: Value at 'templateBody' failed to satisfy "
                    "constraint: Member must have length less than or equal to 51200"
                )
            )
        pseudo = {
            "AWS::Region": request.region,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::AccountId": principal.account,
            "AWS::Partition": "aws",
        }
        return Template(json.loads(body), parameters_of(form, old), pseudo)

    def _fetched(self, url: str, request: Request, principal: Principal) -> str:
        _, _, host, key = url.split("/", 3)
        bucket = host.partition(".s3")[0]
        found = self._aws.tester("s3", request.region, principal.account)
        text: str = found.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        return text

    def _resources(self, request: Request, principal: Principal) -> Resources:
        def client(service: str) -> Any:
            return self._aws.tester(service, request.region, principal.account)

        return Resources(client, request.region)

    def _make_missing(self, stack: Stack, resources: Resources) -> bool:
        """Make what the stack does not own yet, or has to replace; False at the first failure.

        What is replaced stays, as if its UpdateReplacePolicy were Retain.
        """
        for name, resource in stack.template.resources().items():
            kind, properties = resource["Type"], resource.get("Properties", {})
            fixed = tuple(
                stack.template.value(properties).get(each) for each in CREATE_ONLY.get(kind, ())
            )
            if name in stack.made and stack.made[name].fixed == fixed:
                continue
            try:
                self._require_unbroken(name)
                self._require_other_name(name, stack.made.get(name), fixed)
                made = resources.make(kind, stack.template.value(properties))
            except (ClientError, RuntimeError) as error:
                stack.events.append(Event(name, "CREATE_FAILED", str(error)))
                return False
            stack.made[name] = Made(kind, made, resource.get("DeletionPolicy", "Delete"), fixed)
            stack.template.names[name] = made
            stack.events.append(Event(name, "CREATE_COMPLETE"))
        return True

    def _require_other_name(self, name: str, old: Made | None, fixed: tuple[Any, ...]) -> None:
        if old is not None and old.name == fixed[0]:
            raise RuntimeError(
                "CloudFormation cannot update a stack when a custom-named resource requires "
                f"replacing. Rename {name} and update the stack again."
            )

    def _require_unbroken(self, name: str) -> None:
        reason = self._broken.pop(name, None)
        if reason is not None:
            raise RuntimeError(reason)

    def _roll_back(
        self, stack: Stack, resources: Resources, new: set[str], request: Request
    ) -> None:
        nothing = request.form.get("RetainExceptOnCreate") == "true"
        self._remove(stack, resources, new, keeping=() if nothing else ("Retain",))

    def _remove(
        self,
        stack: Stack,
        resources: Resources,
        names: set[str],
        keeping: tuple[str, ...] = ("Retain", "RetainExceptOnCreate"),
    ) -> None:
        for name in [each for each in reversed(stack.made) if each in names]:
            made = stack.made[name]
            if made.policy in keeping:
                stack.events.append(Event(name, "DELETE_SKIPPED"))
            else:
                resources.delete(made.kind, made.name)
                stack.events.append(Event(name, "DELETE_COMPLETE"))
            del stack.made[name]


def _validation(message: str) -> AwsError:
    return AwsError("ValidationError", 400, message)
