"""Presigned links, and whoever follows them: no credentials, only the URL."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.strict_aws.clock import Clock
from tests.strict_aws.errors import S3Errors
from tests.strict_aws.wire import Answer, Request

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

SECRET = "strict"
REDIRECTS = (301, 302, 307, 308)
Presign = Callable[..., str]


class Links:
    """When links were made, by the stand-in's clock: botocore dates them by the machine's."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made_at: dict[str, float] = {}

    def dating(self, presign: Presign) -> Presign:
        """Return a client's ``generate_presigned_url`` that keeps the time of each link."""

        @wraps(presign)
        def dated(*args: object, **kwargs: object) -> str:
            url = presign(*args, **kwargs)
            self._made_at[url] = self._clock.elapsed
            return url

        return dated

    def is_over(self, request: Request) -> bool:
        made_at = self._made_at.get(request.url, self._clock.elapsed)
        return self._clock.elapsed - made_at > int(request.query["X-Amz-Expires"])


def follow(aws: "StrictAws", url: str) -> Answer:
    """GET a link and follow redirects, as browsers and ``curl -L`` do."""
    answer = get(aws, url)
    while answer.status in REDIRECTS and "Location" in answer.headers:
        answer = get(aws, answer.headers["Location"])
    return answer


def get(aws: "StrictAws", url: str) -> Answer:
    """GET a link once.

    The signature covers the host: on another one it does not match. Source:
    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """
    request = Request("s3", "GetObject", "GET", url, {}, b"")
    if _signature(request) != request.query.get("X-Amz-Signature"):
        return S3Errors.SIGNATURE.answer(request)
    if aws.links.is_over(request):
        return S3Errors.LINK_EXPIRED.answer(request)
    return aws.answer(request)


def _signature(request: Request) -> str:
    """Return the signature that this host would have."""
    parts = urlsplit(request.url)
    unsigned = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if name != "X-Amz-Signature"
    ]
    sent = AWSRequest("GET", urlunsplit(parts._replace(query=urlencode(unsigned))))
    sent.headers["Host"] = parts.netloc
    sent.context["timestamp"] = request.query["X-Amz-Date"]
    credentials = Credentials(request.access_key, SECRET)
    auth = S3SigV4QueryAuth(credentials, "s3", request.region)
    text = auth.string_to_sign(sent, auth.canonical_request(sent))
    signature: str = auth.signature(text, sent)
    return signature
