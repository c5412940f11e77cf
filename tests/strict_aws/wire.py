"""Requests as they leave a client, and answers as AWS sends them, in each of its protocols."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSResponse

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request to AWS. ``service`` is botocore's name of it in lower case, as ``s3``."""

    service: str
    operation: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(urlsplit(self.url).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def json(self) -> dict[str, Any]:
        members: dict[str, Any] = json.loads(self.body or b"{}")
        return members

    @property
    def form(self) -> dict[str, str]:
        """The members of a request in the query protocol (CloudFormation, STS)."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def region(self) -> str:
        """The region of the signature: access key, date, region, service and terminator.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html
        """
        signed = self.headers.get("Authorization", "")
        credential = signed.partition("Credential=")[2].partition(",")[0]
        return (credential or self.query["X-Amz-Credential"]).split("/")[2]


class Body(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def response(self, url: str) -> AWSResponse:
        headers: Any = dict(self.headers)
        return AWSResponse(url, self.status, headers, Body(self.body))


def json_answer(members: Mapping[str, Any]) -> Answer:
    return Answer(
        200,
        {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": REQUEST_ID},
        json.dumps(members).encode(),
    )


def query_answer(operation: str, members: Mapping[str, Any]) -> Answer:
    """Answer in the query protocol: XML, with lists as ``member`` elements."""
    result = f"<{operation}Result>{_elements(members)}</{operation}Result>"
    text = f"<{operation}Response>{result}</{operation}Response>"
    return Answer(200, {"Content-Type": "text/xml"}, text.encode())


def _elements(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(f"<{name}>{_elements(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_elements(each)}</member>" for each in value)
    return escape(str(value))
