"""Problem documents for what API Gateway replies by itself, which Chalice cannot set."""

from deploy import inventory
from deploy.aws import Aws
from deploy.progress import Say
from infra.gateway_responses import for_api


def put(aws: Aws, api: str, say: Say) -> None:
    """Set the responses of an API, and deploy it with them. Each deployment by Chalice drops them.

    Until the new deployment is there, API Gateway replies in its own words.
    """
    say("Having API Gateway reply with problem documents")
    gateway = aws.client("apigateway")
    for kind, response in for_api().items():
        gateway.put_gateway_response(restApiId=api, responseType=kind, **response)
    gateway.create_deployment(restApiId=api, stageName=inventory.API_STAGE)
