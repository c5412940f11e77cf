"""Examines the set-up: the service, the token, its source, and the kernel of this machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from chalicelib.engine.wording import counted
from cli.ages import until
from cli.failures import Exit, Failure
from cli.kernel_speed import bytes_per_second
from cli.kernels import kernel_text
from cli.problems import Refusal
from cli.sum_file import cores
from cli.terminal import PROGRAM, size

if TYPE_CHECKING:
    from cli.service import Service


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing; ``advice`` if it could be better, another exit code if not."""

    name: str
    subject: str
    detail: str
    exit_code: Exit = Exit.DONE
    advice: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "subject": self.subject,
            "detail": self.detail,
            "ok": self.exit_code is Exit.DONE,
            "advice": list(self.advice),
        }


def examine(service: "Service") -> list[Finding]:
    """Return what is found, in the order in which one thing needs the other."""
    health = _checked("Service", service.access.url, lambda: _service(service))
    findings = [health]
    if health.exit_code is Exit.DONE:
        token = _checked("Token", _token_text(service), lambda: _token(service))
        findings.append(token)
        if token.exit_code is Exit.DONE:
            findings.append(_checked("Source", "files", lambda: _source(service)))
    return [*findings, _kernel()]


def _checked(name: str, subject: str, find: Callable[[], Finding]) -> Finding:
    try:
        return find()
    except Failure as failure:
        return Finding(name, subject, failure.message, failure.exit_code, failure.advice)


def _service(service: "Service") -> Finding:
    service.health()  # the first request also opens the connection
    started = perf_counter()
    version = service.health()["version"]
    milliseconds = (perf_counter() - started) * 1000
    detail = f"answers in {milliseconds:.0f} ms, version {version}"
    return Finding("Service", service.access.url, detail, advice=tuple(_of_url(service)))


def _of_url(service: "Service") -> Iterator[str]:
    if service.access.exposes_token:
        yield "The token is sent without encryption; use https if the service has it."


def _token_text(service: "Service") -> str:
    return "given" if service.access.token else "none"


def _token(service: "Service") -> Finding:
    me = service.me()
    subject = f"{me['client']}, role {me['role']}"
    if me["expires_at"] is None:
        return Finding("Token", subject, "the service asks for none")
    left = until(me["expires_at"])
    is_soon = not left.endswith("days")
    soon = (f"Ask the operator for a new one, and {PROGRAM} login.",) if is_soon else ()
    return Finding("Token", subject, f"expires in {left}", advice=soon)


def _source(service: "Service") -> Finding:
    try:
        page = service.files("")
    except Refusal as refusal:
        if refusal.status == 403:
            return Finding("Source", "files", refusal.message, advice=refusal.advice)
        raise
    more = " or more" if page.next else ""
    folders = counted(len(page.folders), "folder")
    return Finding("Source", "files", f"{counted(len(page.items), 'file')}{more}, {folders}")


def _kernel() -> Finding:
    rate = f"{size(bytes_per_second())}/s on each of {counted(cores(), 'core')}"
    text = kernel_text()
    is_slow = not text.startswith("native")
    advice = (
        ("Install a C compiler (cc, gcc or clang), and install csvsum once more.",)
        if is_slow
        else ()
    )
    return Finding("Kernel", text, rate, advice=advice)
