"""moto in this process, as the store under the rules: DynamoDB, S3 and its other services."""

from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from moto import backends
from moto.core.botocore_stubber import BotocoreStubber

from tests.strict_aws.wire import Answer, Request

STORES = ("dynamodb", "s3", "logs", "sns", "iam", "cloudwatch", "apigateway", "events")


class Backend:
    """moto's state is the process's; each stand-in has accounts of its own in it."""

    def __init__(self) -> None:
        self._stubber = BotocoreStubber()
        self._accounts: set[str] = set()

    def serve(self, request: Request, account: str) -> Answer:
        """Have moto answer as that account. Raises ConnectionError for what moto does not know."""
        self._accounts.add(account)
        headers: Any = {**request.headers, "x-moto-account-id": account}
        if request.body:
            headers["Content-Length"] = str(len(request.body))
        sent = AWSPreparedRequest(request.method, request.url, headers, request.body, False)
        answered = self._stubber.process_request(sent)
        if answered is None:
            raise ConnectionError(f"nothing answers at {urlsplit(request.url).netloc}")
        status, given, body = answered
        return Answer(
            int(status),
            {str(name): str(value) for name, value in dict(given).items()},
            body if isinstance(body, bytes) else str(body).encode(),
        )

    def close(self) -> None:
        """Forget everything that these accounts have."""
        for service in STORES:
            store = backends.get_backend(service)
            for account in self._accounts & set(store):
                store[account].reset()
                del store[account]
        self._accounts.clear()
