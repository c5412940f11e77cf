"""CloudFormation templates: parameters, conditions and intrinsic functions, evaluated.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ (intrinsic function
reference). Only what this project's templates use.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

NOTHING = object()
PLACE = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


class Template:
    """A template with the values of its parameters; ``names`` are the resources' physical ids."""

    def __init__(
        self,
        body: Mapping[str, Any],
        parameters: Mapping[str, str],
        pseudo: Mapping[str, str],
    ) -> None:
        defaults = {
            name: str(each["Default"])
            for name, each in body.get("Parameters", {}).items()
            if "Default" in each
        }
        self.body = body
        self.values = {**pseudo, **defaults, **parameters}
        self.names: dict[str, str] = {}
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::Sub": self._sub,
            "Fn::GetAtt": self._attribute,
            "Fn::If": self._if,
            "Fn::Equals": lambda two: self.value(two[0]) == self.value(two[1]),
            "Fn::Not": lambda one: not self.value(one[0]),
            "Fn::And": lambda several: all(self.value(each) for each in several),
            "Fn::Or": lambda several: any(self.value(each) for each in several),
            "Fn::Join": lambda two: two[0].join(self.value(two[1])),
            "Fn::Split": lambda two: self.value(two[1]).split(two[0]),
            "Condition": self.holds,
        }

    def resources(self) -> dict[str, Mapping[str, Any]]:
        """Return the resources whose conditions hold, in the order of the template."""
        return self.parts("Resources")

    def parts(self, section: str) -> dict[str, Mapping[str, Any]]:
        """Return the members of a section whose conditions hold."""
        return {
            name: each
            for name, each in self.body.get(section, {}).items()
            if "Condition" not in each or self.holds(each["Condition"])
        }

    def holds(self, condition: str) -> bool:
        return bool(self.value(self.body["Conditions"][condition]))

    def value(self, node: Any) -> Any:
        """Return a node with all functions in it evaluated."""
        if isinstance(node, Mapping):
            if len(node) == 1 and next(iter(node)) in self._functions:
                name, argument = next(iter(node.items()))
                return self._functions[name](argument)
            found = {name: self.value(each) for name, each in node.items()}
            return {name: each for name, each in found.items() if each is not NOTHING}
        if isinstance(node, list):
            return [each for each in map(self.value, node) if each is not NOTHING]
        return node

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NOTHING
        return self.names[name] if name in self.names else self.values[name]

    def _sub(self, argument: str | tuple[str, Mapping[str, Any]]) -> str:
        """Fill in a text, or the first of a list, whose second are names of its own."""
        text, own = (argument, {}) if isinstance(argument, str) else argument
        own = {name: self.value(each) for name, each in own.items()}

        def filled(match: re.Match[str]) -> str:
            return str(own[match[1]] if match[1] in own else self._named(match[1]))

        return PLACE.sub(filled, text)

    def _named(self, name: str) -> Any:
        return self._attribute(name.split(".")) if "." in name else self._ref(name)

    def _attribute(self, path: list[str]) -> str:
        region, account = self.values["AWS::Region"], self.values["AWS::AccountId"]
        name = self.names[path[0]].rpartition("/")[2]
        kinds = {"AWS::SQS::Queue": "sqs", "AWS::DynamoDB::Table": "dynamodb"}
        service = kinds.get(self.body["Resources"][path[0]]["Type"], "other")
        return f"arn:aws:{service}:{region}:{account}:{name}"

    def _if(self, three: list[Any]) -> Any:
        return self.value(three[1] if self.holds(three[0]) else three[2])


def parameters_of(form: Mapping[str, str], old: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a request; those to be kept have the values of before."""
    given: dict[str, str] = {}
    number = 1
    while (name := form.get(f"Parameters.member.{number}.ParameterKey")) is not None:
        prefix = f"Parameters.member.{number}"
        kept = form.get(f"{prefix}.UsePreviousValue") == "true"
        given[name] = old[name] if kept else form[f"{prefix}.ParameterValue"]
        number += 1
    return given
