"""What AWS answers when it refuses, in its own codes, statuses and words.

Each error has its source beside it. Where AWS publishes a code and its meaning but no text, the
text is the published meaning.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from tests.strict_aws.wire import REQUEST_ID, Answer, Request

QUERY = ("cloudformation", "sts", "sns", "iam", "cloudwatch")
REST_JSON = ("lambda", "apigateway")


@dataclass(frozen=True, slots=True)
class AwsError:
    """A refusal. ``members`` are what the error's body has beside code and message.

    ``query_code`` is the code that SQS had in its older protocol, where that is another one.
    """

    code: str
    status: int
    message: str
    members: Mapping[str, Any] = field(default_factory=dict)
    query_code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, request: Request) -> Answer:
        """Return the refusal as the service of the request words it on the wire."""
        if request.service == "s3":
            return self._rest_xml(request)
        if request.service in QUERY:
            return self._query()
        return self._json(request)

    def _rest_xml(self, request: Request) -> Answer:
        # A reply to HEAD has no body: all that a client learns is the status.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
        more = "".join(
            f"<{name}>{escape(str(value))}</{name}>" for name, value in self.members.items()
        )
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{self.code}</Code>'
            f"<Message>{escape(self.message)}</Message>{more}"
            f"<RequestId>{REQUEST_ID}</RequestId></Error>"
        )
        body = b"" if request.method == "HEAD" else text.encode()
        return Answer(self.status, {"Content-Type": "application/xml", **self.headers}, body)

    def _query(self) -> Answer:
        text = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{self.code}</Code>"
            f"<Message>{escape(self.message)}</Message></Error>"
            f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
        return Answer(self.status, {"Content-Type": "text/xml"}, text.encode())

    def _json(self, request: Request) -> Answer:
        # DynamoDB names its errors with a namespace; clients drop what is before the number sign.
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
        space = {"dynamodb": "com.amazonaws.dynamodb.v20120810#", "sqs": "com.amazonaws.sqs#"}
        kind = space.get(request.service, "") + self.code
        headers = {"Content-Type": "application/x-amz-json-1.0"}
        if request.service in REST_JSON:
            headers["x-amzn-ErrorType"] = self.code
        if self.query_code:
            # Clients show this code in place of the newer one.
            # https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
            headers["x-amzn-query-error"] = f"{self.query_code};Sender"
        body = {"__type": kind, "message": self.message, **self.members}
        return Answer(self.status, headers, json.dumps(body).encode())


class Refused(Exception):
    """Raised where a service of the stand-in refuses a request."""

    def __init__(self, error: AwsError) -> None:
        super().__init__(error.code)
        self.error = error


class S3Errors:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, list of error codes."""

    SLOW_DOWN = AwsError("SlowDown", 503, "Please reduce your request rate.")
    INTERNAL_ERROR = AwsError("InternalError", 500, "An internal error occurred. Try again.")
    UNAVAILABLE = AwsError("ServiceUnavailable", 503, "Reduce your request rate.")
    ACCESS_DENIED = AwsError("AccessDenied", 403, "Access Denied")
    EXPIRED_TOKEN = AwsError("ExpiredToken", 400, "The provided token has expired.")
    SIGNATURE = AwsError(
        "SignatureDoesNotMatch",
        403,
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
    )
    LINK_EXPIRED = AwsError("AccessDenied", 403, "Request has expired")


class DynamoDbErrors:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html.

    All throttles are answered with status 400; ``ThrottlingReasons`` say what was exceeded:
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ThrottlingReason.html
    """

    HOT_PARTITION = AwsError(
        "ThrottlingException",
        400,
        "Throughput exceeds the current capacity of your table or index. DynamoDB is "
        "automatically scaling your table or index so please try again shortly. If exceptions "
        "persist, check if you have a hot key.",
        {"throttlingReasons": [{"reason": "TableWriteKeyRangeThroughputExceeded"}]},
    )
    PROVISIONED = AwsError(
        "ProvisionedThroughputExceededException",
        400,
        "The level of configured provisioned throughput for the table was exceeded. Consider "
        "increasing your provisioning level with the UpdateTable API.",
        {"ThrottlingReasons": [{"reason": "TableWriteProvisionedThroughputExceeded"}]},
    )
    ACCOUNT_LIMIT = AwsError(
        "RequestLimitExceeded",
        400,
        "Throughput exceeds the current throughput limit for your account. Please contact AWS "
        "Support at https://aws.amazon.com/support to request a limit increase.",
        {"ThrottlingReasons": [{"reason": "TableWriteAccountLimitExceeded"}]},
    )
    CONFLICT = AwsError(
        # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
        "TransactionCanceledException",
        400,
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, TransactionConflict]",
        {
            "CancellationReasons": [
                {"Code": "None"},
                {
                    "Code": "TransactionConflict",
                    "Message": "Transaction is ongoing for the item",
                },
            ]
        },
    )
    INTERNAL_ERROR = AwsError("InternalServerError", 500, "The request processing has failed.")
    ACCESS_DENIED = AwsError("AccessDeniedException", 400, "Access denied.")
    NO_TABLE = AwsError("ResourceNotFoundException", 400, "Requested resource not found")


class SqsErrors:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html.

    And the errors of SendMessage, ReceiveMessage and CreateQueue in the same reference.
    """

    THROTTLED = AwsError(
        "RequestThrottled", 400, "The request was denied due to request throttling."
    )
    UNAVAILABLE = AwsError("ServiceUnavailable", 503, "The request has failed temporarily.")
    INTERNAL_ERROR = AwsError("InternalFailure", 500, "The request processing has failed.")
    OVER_LIMIT = AwsError(
        "OverLimit", 400, "Too many messages in flight for the queue: 120,000 is the limit."
    )
    NO_QUEUE = AwsError(
        "QueueDoesNotExist",
        400,
        "The specified queue does not exist.",
        query_code="AWS.SimpleQueueService.NonExistentQueue",
    )
    DELETED_RECENTLY = AwsError(
        "QueueDeletedRecently",
        400,
        "You must wait 60 seconds after deleting a queue before you can create another with the "
        "same name.",
        query_code="AWS.SimpleQueueService.QueueDeletedRecently",
    )
    ACCESS_DENIED = AwsError("AccessDeniedException", 400, "Access denied.")
    BAD_RECEIPT = AwsError(
        "ReceiptHandleIsInvalid", 400, "The input receipt handle is not a valid receipt handle."
    )
    NOT_IN_FLIGHT = AwsError(
        "MessageNotInflight",
        400,
        "The specified message isn't in flight.",
        query_code="AWS.SimpleQueueService.MessageNotInflight",
    )
    BATCH_TOO_LONG = AwsError(
        "BatchRequestTooLong",
        400,
        "The length of all the messages put together is more than the limit.",
        query_code="AWS.SimpleQueueService.BatchRequestTooLong",
    )


EXPIRED_TOKEN = AwsError(
    # https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
    "ExpiredTokenException",
    403,
    "The security token included in the request is expired",
)
EXPIRED_TOKEN_OF_STS = AwsError("ExpiredToken", 403, EXPIRED_TOKEN.message)


def expired_token(service: str) -> AwsError:
    """Return what the service says to credentials whose session has ended."""
    if service == "s3":
        return S3Errors.EXPIRED_TOKEN
    return EXPIRED_TOKEN_OF_STS if service in QUERY else EXPIRED_TOKEN


def validation_error(message: str) -> AwsError:
    """Return DynamoDB's refusal of a request whose values are wrong."""
    return AwsError("ValidationException", 400, message)


def invalid_parameter(message: str) -> AwsError:
    """Return SQS's refusal of a parameter's value."""
    return AwsError("InvalidParameterValue", 400, message)
