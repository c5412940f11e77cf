"""Forms against the embedded AWS: what it checks of a form, and whether a page may send one."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.adapters.uploads_bucket import UploadsBucket
from local.embedded_aws import EmbeddedAws
from local.resources import client, make_resources
from tests.forms import request, send_form

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGE = "http://127.0.0.1:8000"
KEY = "me/1/sales.csv"


@pytest.fixture
def s3(embedded: EmbeddedAws) -> "S3Client":
    made: S3Client = client("s3", embedded.endpoint)
    return made


@pytest.fixture
def bucket(names: dict[str, str], s3: "S3Client") -> UploadsBucket:
    return UploadsBucket(names["UploadsBucket"], lambda: s3)


def content(s3: "S3Client", bucket: UploadsBucket, key: str = KEY) -> bytes | None:
    """Return what is stored under a key; None if nothing is."""
    listed = s3.list_objects_v2(Bucket=bucket.bucket).get("Contents", [])
    if key not in [each["Key"] for each in listed]:
        return None
    return s3.get_object(Bucket=bucket.bucket, Key=key)["Body"].read()


def test_a_page_uploads_a_file_with_a_form(s3: "S3Client", bucket: UploadsBucket) -> None:
    url, fields = bucket.form(KEY, 100, 600)
    sent = send_form(url, fields, b"a\n1\n", {"Origin": PAGE})
    assert sent.status == 204
    assert sent.headers["access-control-allow-origin"] in ("*", PAGE)
    assert content(s3, bucket) == b"a\n1\n"


def test_a_page_may_ask_before_it_sends(bucket: UploadsBucket) -> None:
    url, _ = bucket.form(KEY, 100, 600)
    asked = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    reply = request("OPTIONS", url, asked)
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] in ("*", PAGE)
    assert "POST" in reply.headers["access-control-allow-methods"]


def test_a_file_beyond_the_limit_is_refused_and_not_kept(
    s3: "S3Client", bucket: UploadsBucket
) -> None:
    sent = send_form(*bucket.form(KEY, 3, 600), b"a\n1\n")
    assert sent.status == 400
    assert "EntityTooLarge" in sent.body
    assert content(s3, bucket) is None


def without_limit(fields: dict[str, str]) -> dict[str, str]:
    policy: Any = json.loads(b64decode(fields["policy"]))
    policy["conditions"] = [each for each in policy["conditions"] if isinstance(each, dict)]
    return {**fields, "policy": b64encode(json.dumps(policy).encode()).decode()}


CHANGES: dict[str, Callable[[dict[str, str]], dict[str, str]]] = {
    "another key": lambda fields: {**fields, "key": "you/1/sales.csv"},
    "a key above": lambda fields: {**fields, "key": "me/1/../../you/x.csv"},
    "an access list": lambda fields: {**fields, "acl": "public-read"},
    "another type": lambda fields: {**fields, "Content-Type": "text/html"},
    "a redirect": lambda fields: {**fields, "success_action_redirect": "http://evil.example"},
    "no policy": lambda fields: {k: v for k, v in fields.items() if k != "policy"},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_that_was_changed_is_refused(
    s3: "S3Client", bucket: UploadsBucket, change: str
) -> None:
    url, fields = bucket.form(KEY, 100, 600)
    sent = send_form(url, CHANGES[change](dict(fields)), b"a\n1\n")
    assert 400 <= sent.status < 500, change
    assert s3.list_objects_v2(Bucket=bucket.bucket)["KeyCount"] == 0


def test_a_form_works_for_some_time_only(s3: "S3Client", bucket: UploadsBucket) -> None:
    sent = send_form(*bucket.form(KEY, 100, 0), b"a\n1\n")
    assert sent.status == 403
    assert "expired" in sent.body
    assert content(s3, bucket) is None


def test_the_embedded_aws_takes_a_form_with_a_wrong_signature(
    s3: "S3Client", bucket: UploadsBucket
) -> None:
    """Documented in docs/aws.md: it checks the policy, but who signed it only with AUTH=true."""
    url, fields = bucket.form(KEY, 3, 600)
    assert send_form(url, without_limit(dict(fields)), b"a\n1\n").status == 204
    assert send_form(url, {"key": "you/1/x.csv"}, b"a\n1\n").status == 204


def test_the_bucket_lets_pages_of_the_origins_upload(
    embedded: EmbeddedAws, names: dict[str, str], s3: "S3Client", unique: Callable[[str], str]
) -> None:
    name = unique("uploads")
    others = {each: unique(each.lower()) for each in names}
    origins = "https://a.example,https://b.example"
    given = {**others, "UploadsBucket": name, "CorsOrigins": origins}
    make_resources(embedded.endpoint, given, unique("stack"))
    for bucket, expected in (
        (names["UploadsBucket"], ["http://*"]),
        (name, ["http://*", "https://a.example", "https://b.example"]),
    ):
        (rule,) = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
        assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (expected, ["POST"])
