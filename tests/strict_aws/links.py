"""Follow presigned links as a client does: without credentials, only by the URL."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING

from tests.strict_aws.clock import Clock
from tests.strict_aws.errors import S3Errors
from tests.strict_aws.wire import Answer, Request

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

REDIRECTS = (301, 302, 307, 308)
Presign = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Link:
    """Whose rights a link has, and when it was made: botocore dates it by the machine's clock."""

    access_key: str
    made_at: float


class Links:
    """The links that were signed. Their signatures hold for their own URLs only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made: dict[str, Link] = {}

    def keeping(self, presign: Presign, access_key: str) -> Presign:
        """Return a client's ``generate_presigned_url`` that keeps what it signs."""

        @wraps(presign)
        def kept(*args: object, **kwargs: object) -> str:
            url = presign(*args, **kwargs)
            self._made[url] = Link(access_key, self._clock.elapsed)
            return url

        return kept

    def find(self, url: str) -> Link | None:
        return self._made.get(url)

    def is_over(self, link: Link, request: Request) -> bool:
        return self._clock.elapsed - link.made_at > int(request.query["X-Amz-Expires"])


def follow(aws: "StrictAws", url: str) -> Answer:
    """GET a link and follow redirects, as browsers and ``curl -L`` do."""
    answer = get(aws, url)
    while answer.status in REDIRECTS and "Location" in answer.headers:
        answer = get(aws, answer.headers["Location"])
    return answer


def get(aws: "StrictAws", url: str) -> Answer:
    """GET a link once.

    The signature covers method, host, path and query: with another one of them it does not match.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    """
    request = Request("s3", "GetObject", "GET", url, {}, b"")
    link = aws.links.find(url)
    if link is None:
        return S3Errors.SIGNATURE.answer(request)
    if aws.links.is_over(link, request):
        return S3Errors.LINK_EXPIRED.answer(request)
    return aws.answer(request, link.access_key)
