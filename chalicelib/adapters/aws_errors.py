"""Translates the errors of botocore into those of csvsum."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from chalicelib.errors import CsvsumError, Misconfigured, ServiceDown

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger("csvsum")

# The same call is refused until rights, names or credentials change:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
LASTING = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationHeaderMalformed",
        "InvalidAccessKeyId",
        "InvalidBucketName",
        "InvalidClientTokenId",
        "NoSuchBucket",
        "NotAuthorized",
        "OptInRequired",
        "PermanentRedirect",
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        "ResourceNotFoundException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        "ValidationError",
        "ValidationException",
    }
)
# What the codes mean that name no cause.
MEANINGS = {
    "AuthorizationHeaderMalformed": "it is in another region",
    "InvalidAccessKeyId": "these credentials do not exist",
    "InvalidBucketName": "no bucket can have its name",
    "NoSuchBucket": "it does not exist",
    "PermanentRedirect": "it is in another region",
    "SignatureDoesNotMatch": "these credentials are wrong",
}


def translate_aws_errors(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a method: raise Misconfigured or ServiceDown in place of an error of botocore.

    ``what`` is the subject of the sentence that clients read: "The queue does not answer ...".
    """

    def decorate(method: Callable[P, R]) -> Callable[P, R]:
        @wraps(method)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            from botocore.exceptions import BotoCoreError, ClientError

            try:
                return method(*args, **kwargs)
            except (BotoCoreError, ClientError) as error:
                raise translated(what, error) from error

        return call

    return decorate


def translated(what: str, error: "BotoCoreError | ClientError") -> CsvsumError:
    """Return the error to raise in place of one of botocore's."""
    code = code_of(error)
    if not lasts(error):
        return ServiceDown(f"{what} does not answer; try again in a moment.")
    log.error("%s refuses: %s", what, error)
    why = f"{code}: {MEANINGS[code]}" if code in MEANINGS else code
    return Misconfigured(f"{what} refuses this service ({why}); report it to the operator.")


def lasts(error: "BotoCoreError | ClientError") -> bool:
    """Return whether a retry would be refused as well."""
    from botocore.exceptions import NoCredentialsError, NoRegionError, ParamValidationError

    return code_of(error) in LASTING or isinstance(
        error, NoCredentialsError | NoRegionError | ParamValidationError
    )


def code_of(error: "BotoCoreError | ClientError") -> str:
    """Return AWS's code, or the class of an error that is botocore's own."""
    from botocore.exceptions import ClientError

    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return type(error).__name__
