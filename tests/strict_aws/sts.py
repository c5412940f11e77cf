"""STS: who one is."""

from tests.strict_aws.principals import Principal
from tests.strict_aws.wire import Answer, Request, query_answer


def serve(request: Request, principal: Principal) -> Answer:
    """Answer GetCallerIdentity, which needs no right.

    Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    name = f"arn:aws:sts::{principal.account}:assumed-role/{principal.kind}/strict"
    identity = {"Arn": name, "UserId": "AROA:strict", "Account": principal.account}
    return query_answer(request.operation, identity)
