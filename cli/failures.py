"""What ends a command, as a person reads it, and as a script sees it."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit codes. docs/cli.md lists them; scripts depend on them."""

    DONE = 0
    #: Of ``compare``: the sums differ.
    DIFFERENT = 1
    USAGE = 2
    #: A file cannot be summed.
    FILE = 3
    #: There is no such file or job.
    MISSING = 4
    #: The service refuses: a token, a right, a limit.
    REFUSED = 5
    #: The service does not answer, or not in a way that is its own.
    UNREACHABLE = 6
    #: A fault of csvsum itself.
    BROKEN = 70
    #: By Ctrl-C.
    INTERRUPTED = 130
    #: Whoever read the output has closed it, as ``head`` does.
    CLOSED = 141


class Failure(Exception):
    """Ends the command with an exit code.

    ``message`` is one sentence or clause, which follows "csvsum: ". ``excerpt`` has lines to show
    as they are; each of ``advice`` is a line that says what to do.
    """

    def __init__(
        self,
        message: str,
        exit_code: Exit,
        *,
        excerpt: tuple[str, ...] = (),
        advice: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.excerpt = excerpt
        self.advice = advice
