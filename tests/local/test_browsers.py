"""Web pages of other sites, which a browser of this machine may have open."""

import urllib.request
from urllib.error import HTTPError

import pytest

from local.browsers import is_foreign, refuse_foreign
from local.embedded_aws import EmbeddedAws
from local.http_connection import Request

HERE = {"host": "127.0.0.1:8000"}
OURS = {
    "curl": {},
    "HTTP/1.0 without a host": {"host": "localhost"},
    "another name of this machine": {"host": "localhost:9000"},
    "IPv6": {"host": "[::1]:8000"},
    "the page": {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"},
    "the page at another port": {"origin": "http://localhost:8411", "sec-fetch-site": "cross-site"},
    "the page, by GET": {"sec-fetch-site": "same-origin"},
    "a typed URL": {"sec-fetch-site": "none"},
    "a page that may": {"origin": "https://may.example", "sec-fetch-site": "cross-site"},
}
FOREIGN = {
    "a page": {"origin": "https://evil.example"},
    "a page of a longer name": {"origin": "https://127.0.0.1.evil.example"},
    "a name before the host": {"origin": "https://127.0.0.1@evil.example"},
    "a file, or a frame without an origin": {"origin": "null"},
    "no URL": {"origin": "http://[::1"},
    "a picture on a page": {"sec-fetch-site": "cross-site"},
    "a page whose name leads here": {"host": "evil.example:8000"},
    "its requests by POST": {"host": "evil.example", "origin": "http://evil.example"},
    "a name that ends like one of ours": {"host": "evil.localhost.example"},
}


@pytest.mark.parametrize("headers", OURS.values(), ids=OURS)
def test_a_request_of_this_machine_is_not_foreign(headers: dict[str, str]) -> None:
    assert not is_foreign(HERE | headers, "/jobs", {"https://may.example"})


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_request_of_a_page_of_another_site_is_foreign(headers: dict[str, str]) -> None:
    assert is_foreign(HERE | headers, "/jobs", {"https://may.example"})


def test_other_sites_may_link_to_the_page_and_to_nothing_else() -> None:
    link = HERE | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert not is_foreign(link, "/", ())
    assert is_foreign(link, "/csv_name=sample.csv", ())
    assert is_foreign(link, "/?Action=PurgeQueue", ())


def test_all_pages_may_call_if_the_operator_says_so() -> None:
    assert not is_foreign(HERE | {"origin": "https://any.example"}, "/jobs", {"*"})


def test_the_names_of_headers_may_be_in_capitals() -> None:
    headers = {"Host": "127.0.0.1:8000", "Origin": "https://evil.example"}
    reply = refuse_foreign(Request("POST", "/jobs", headers), ())
    assert reply
    assert (reply.status, b"forbidden" in reply.body) == (403, True)


def status_of(url: str, headers: dict[str, str]) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as reply:
            return int(reply.status)
    except HTTPError as refused:
        assert refused.headers.get("Access-Control-Allow-Origin") is None
        return refused.code


def test_no_page_of_another_site_reads_what_the_embedded_aws_has(embedded: EmbeddedAws) -> None:
    port = embedded.port
    assert status_of(embedded.endpoint, {"Origin": "https://evil.example"}) == 403
    assert status_of(embedded.endpoint, {"Host": f"evil.example:{port}"}) == 403
    purge = f"{embedded.endpoint}/?Action=ListQueues&Version=2012-11-05"
    assert status_of(purge, {"Sec-Fetch-Site": "cross-site"}) == 403
    assert status_of(embedded.endpoint, {"Origin": "http://127.0.0.1:8000"}) == 200
