"""Replies of the service that are errors, as failures of a command."""

from collections.abc import Mapping
from typing import Any

from cli.failures import Exit, Failure
from cli.terminal import PROGRAM

#: By the status of a reply; others of the service's own are those of a service that fails.
EXITS = {
    400: Exit.USAGE,
    401: Exit.REFUSED,
    403: Exit.REFUSED,
    404: Exit.MISSING,
    409: Exit.REFUSED,
    413: Exit.USAGE,
    422: Exit.FILE,
    429: Exit.REFUSED,
}
#: Codes that their statuses say less of.
EXITS_OF_CODES = {
    "upload_too_large": Exit.REFUSED,
    "idempotency_key_reused": Exit.REFUSED,
}
LOGIN = f"{PROGRAM} login saves a token; CSVSUM_TOKEN takes one for a single command."
ADVICE = {
    "unauthorized": (LOGIN,),
    "invalid_token": (LOGIN,),
    "not_signed": (
        f"The service needs signed requests, which {PROGRAM} cannot send; use curl --aws-sigv4.",
    ),
}


class Refusal(Failure):
    """A problem document (RFC 9457): what the service says instead of doing what was asked."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", ""))
        message = clause(str(problem["detail"]))
        exit_code = EXITS_OF_CODES.get(self.code) or EXITS.get(status, Exit.UNREACHABLE)
        super().__init__(message, exit_code, advice=ADVICE.get(self.code, ()))


def clause(sentence: str) -> str:
    """Return a sentence as it follows "csvsum: "."""
    text = sentence.strip().removesuffix(".")
    is_word = text[:1].isupper() and text[1:2].islower()
    return text[:1].lower() + text[1:] if is_word else text


def failure_of(status: int, content: object, url: str) -> Failure:
    """Return what a reply with an error means; ``content`` is its JSON, or None."""
    if not isinstance(content, Mapping) or "detail" not in content:
        message = f"what answers at {url} is not csvsum: it replied {status}"
        return Failure(
            message, Exit.UNREACHABLE, advice=(f"{PROGRAM} login URL saves another one.",)
        )
    if content.get("code") in ("no_such_page", "method_not_allowed"):
        message = f"the service at {url} does not know this request"
        advice = f"The service is older than this {PROGRAM}, or the URL is wrong."
        return Failure(message, Exit.UNREACHABLE, advice=(advice,))
    return Refusal(status, content)
