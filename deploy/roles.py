"""The roles of a stage's functions, which two regions share: IAM has no regions.

A tag for each region says where a role is used. A role goes with the last region.
"""

from typing import Any

from deploy.aws import Aws
from deploy.stage import Stage

#: Something that is deployed, as Chalice records it.
Resource = dict[str, Any]
TAG = "csvsum-region-"


def of_this_region(stage: Stage, aws: Aws) -> list[Resource]:
    """Return the roles that no other region uses."""
    return [
        {
            "name": f"{function}_role",
            "resource_type": "iam_role",
            "role_arn": role["Arn"],
            "role_name": role["RoleName"],
        }
        for function, role in _all(stage, aws).items()
        if not _regions(role) - {aws.identity.region}
    ]


def mark(stage: Stage, aws: Aws) -> None:
    """Note on the roles that this region uses them."""
    tag = {"Key": f"{TAG}{aws.identity.region}", "Value": stage.prefix}
    for role in _all(stage, aws).values():
        aws.client("iam").tag_role(RoleName=role["RoleName"], Tags=[tag])


def release(stage: Stage, aws: Aws) -> None:
    """Note on roles that another region uses that this one does not any more."""
    for role in _all(stage, aws).values():
        key = f"{TAG}{aws.identity.region}"
        aws.client("iam").untag_role(RoleName=role["RoleName"], TagKeys=[key])


def _all(stage: Stage, aws: Aws) -> dict[str, Any]:
    """Return the roles in IAM by their functions."""
    iam, found = aws.client("iam"), {}
    for function in stage.functions:
        try:
            role = iam.get_role(RoleName=f"{stage.prefix}-{function}")["Role"]
        except iam.exceptions.NoSuchEntityException:
            continue
        found[function] = role
    return found


def _regions(role: Any) -> set[str]:
    keys = (tag["Key"] for tag in role.get("Tags", []))
    return {key.removeprefix(TAG) for key in keys if key.startswith(TAG)}
