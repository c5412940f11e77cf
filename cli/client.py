"""HTTP with one service: requests, retries, errors, and links to what is too large for a reply.

A token goes to the service alone: neither to where a link leads, nor into a message or a log.
Proxies and certificates are those of the environment (HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE), and
certificates are always verified.
"""

import re
import ssl
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from cli.configuration import Access
from cli.failures import Exit, Failure
from cli.problems import clause, failure_of
from cli.progress import Update
from cli.replies import Reply, TooLong, json_of, received
from cli.retrying import PASSING, Retries
from cli.terminal import PROGRAM, say
from cli.version import version
from cli.watched import Watched, not_stored

#: A reply may take the 25 seconds of ``wait``, and what API Gateway takes at most beyond that.
TIMEOUT = httpx.Timeout(connect=10, read=40, write=60, pool=10)
#: S3 replies to an upload once it has stored all of it.
UPLOAD_TIMEOUT = httpx.Timeout(connect=10, read=300, write=60, pool=10)
#: Between two replies that bring no news at once.
REST_SECONDS = 1.0
SCHEMES = ("http", "https")
#: How Python begins the text of an error.
ERRNO = re.compile(r"^\[Errno -?\d+\] ")
#: A wait that a person would wonder about.
LONG_SECONDS = 3.0


class Client:
    """Sends requests to one service. ``sleep`` waits before a request is sent once more."""

    def __init__(self, access: Access, sleep: Callable[[float], None] = time.sleep) -> None:
        self.access = access
        self._sleep = sleep
        self._is_known = False
        self._http = httpx.Client(
            timeout=TIMEOUT,
            follow_redirects=False,
            headers={"User-Agent": f"{PROGRAM}/{version()}"},
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, query: Mapping[str, Any] | None = None, known: str = "") -> Reply:
        """Return a reply; without a body if it is still the one with the tag ``known``."""
        headers = {"If-None-Match": known} if known else {}
        return self.send("GET", path, params=dict(query or {}), headers=headers)

    def post(self, path: str, content: object, key: str = "") -> Reply:
        """Send JSON. The service does what has the same ``key`` once, however often it is sent."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.send("POST", path, json=content, headers=headers)

    def delete(self, path: str) -> Reply:
        return self.send("DELETE", path)

    def send(self, method: str, path: str, **request: Any) -> Reply:
        """Return the reply to a request. Raise Failure if it is an error, or there is none."""
        headers = {**self._credentials(), **request.pop("headers", {})}
        url = f"{self.access.url}{path}"

        def send() -> httpx.Response:
            return received(self._http, method, url, headers=headers, **request)

        return self._read(self._tried(send))

    def store(self, form: Mapping[str, Any], path: Path, update: Update) -> None:
        """Send a file as the form of ``POST /uploads`` says; ``update`` gets the bytes sent."""

        def send() -> httpx.Response:
            with Watched(path, update) as file:
                files = {"file": (path.name, file, "application/octet-stream")}
                return received(
                    self._http,
                    "POST",
                    link,
                    data=form["fields"],
                    files=files,
                    timeout=UPLOAD_TIMEOUT,
                )

        link = self._link(form["url"])
        try:
            response = self._tried(send, link.host)
        except httpx.LocalProtocolError:  # not as many bytes as were announced
            raise Failure(f"{path} was changed during the upload", Exit.FILE) from None
        if not response.is_success:
            raise not_stored(path, response.status_code, response.text)

    def rest_after(self, reply: Reply, known: str | None) -> None:
        """Wait a moment after a reply that had nothing new and did not wait for it.

        Whatever is between client and service may not know how to wait.
        """
        is_old = not reply.is_news or reply.etag == known
        if is_old and reply.seconds < REST_SECONDS:
            self._sleep(REST_SECONDS)

    def _link(self, text: object) -> httpx.URL:
        """Return a URL that the service names, which may lead elsewhere, but not to a file."""
        try:
            link = httpx.URL(self.access.url).join(str(text))
        except httpx.InvalidURL:
            raise self._not_csvsum(httpx.codes.OK) from None
        if link.scheme not in SCHEMES or not link.host:
            raise self._not_csvsum(httpx.codes.OK)
        return link

    def _not_csvsum(self, status: int) -> Failure:
        return failure_of(status, None, self.access.url)

    def _credentials(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access.token}"} if self.access.token else {}

    def _tried(self, send: Callable[[], httpx.Response], host: str = "") -> httpx.Response:
        """Send a request until the reply is one that lasts, or patience ends.

        Every request may be sent once more: those that submit files have a key, and no other one
        does more the second time. ``host`` gets the request, if it is not the service.
        """
        retries = Retries(self._is_known)
        while True:
            outcome = _outcome(send)
            seconds = None if _lasts(outcome) else self._wait(retries, outcome)
            if seconds is None:
                break
            self._pause(seconds, _reason(outcome))
        if isinstance(outcome, httpx.TransportError):
            raise _unreachable(self.access, outcome, host) from None
        self._is_known = True
        return outcome

    def _wait(self, retries: Retries, outcome: "Outcome") -> float | None:
        if isinstance(outcome, httpx.TransportError):
            return retries.wait()
        return retries.wait(outcome.headers.get("Retry-After", ""), was_reached=True)

    def _pause(self, seconds: float, why: str) -> None:
        if seconds >= LONG_SECONDS:
            say(f"{PROGRAM}: {why}; trying again in {seconds:.0f} s.")
        self._sleep(seconds)

    def _read(self, response: httpx.Response) -> Reply:
        if response.status_code == httpx.codes.SEE_OTHER:
            return self._follow(response)
        if response.has_redirect_location:
            raise _moved(response, self.access.url)
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return Reply.of(response, None, self.access.url)
        content = json_of(response)
        if not (response.is_success and isinstance(content, Mapping)):
            raise failure_of(response.status_code, content, self.access.url)
        return Reply.of(response, content, self.access.url)

    def _follow(self, response: httpx.Response) -> Reply:
        """Return what a link leads to: a body too large for a reply. No token goes there."""
        link = self._link(response.url.join(response.headers.get("Location", "")))
        stored = self._tried(lambda: received(self._http, "GET", link), link.host)
        content = json_of(stored) if stored.is_success else None
        if not isinstance(content, Mapping):
            message = f"the result could not be fetched from {link.host}: {stored.status_code}"
            raise Failure(message, Exit.UNREACHABLE)
        return Reply.of(stored, content, self.access.url)


Outcome = httpx.Response | httpx.TransportError


def _outcome(send: Callable[[], httpx.Response]) -> Outcome:
    """Return the reply to a request, or why there is none. Raise an error of our own."""
    try:
        return send()
    except (httpx.LocalProtocolError, httpx.UnsupportedProtocol):
        raise
    except httpx.TransportError as error:
        return error


def _lasts(outcome: Outcome) -> bool:
    """Return whether the same request would get the same reply, or fail in the same way."""
    if isinstance(outcome, httpx.TransportError):
        return isinstance(outcome, TooLong) or _is_untrusted(outcome)
    return outcome.status_code not in PASSING


def _reason(outcome: Outcome) -> str:
    if isinstance(outcome, httpx.TransportError):
        return "there was no reply"
    content = json_of(outcome)
    if isinstance(content, Mapping) and "detail" in content:
        return clause(str(content["detail"]))
    return f"the service replied {outcome.status_code}"


def _is_untrusted(error: BaseException) -> bool:
    """Return whether a connection failed because the certificate of the host is not valid."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _unreachable(access: Access, error: httpx.TransportError, host: str) -> Failure:
    where = host or access.url
    if _is_untrusted(error):
        message = f"the certificate of {where} cannot be verified: {error}"
        advice = (
            "If it is issued by an authority of your own, name its certificates in SSL_CERT_FILE."
        )
    elif isinstance(error, httpx.TimeoutException):
        message = f"{where} did not answer in time"
        advice = f"Try again; {PROGRAM} doctor says more."
    else:
        why = ERRNO.sub("", str(error)) or type(error).__name__
        message = f"nothing answers at {where}: {why}"
        advice = f"Check the URL (from {access.origin}) and the network."
    if access.is_default and not host:
        advice = f"Start a service with `make run`, or name yours: {PROGRAM} login URL"
    return Failure(message, Exit.UNREACHABLE, advice=(advice,))


def _moved(response: httpx.Response, url: str) -> Failure:
    target = response.url.join(response.headers["Location"])
    message = f"{url} leads to another address, {target.copy_with(query=None)}"
    advice = f"If that is the service, log in there: {PROGRAM} login URL"
    return Failure(message, Exit.UNREACHABLE, advice=(advice,))
