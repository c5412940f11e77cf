"""The errors of a file's bytes. This part of the error tree ships with the engine.

``retryable`` decides what a worker does: False fails the job at once, True leaves the message to be
redelivered.
"""

from dataclasses import dataclass, replace


class CsvsumError(Exception):
    """The base class: ``code`` is for programs, ``detail`` is one sentence for people."""

    code = "error"
    retryable = False

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a CSV, and where: at the first byte of the cell or row at fault.

    All positions count from the start of the bytes that were read, until ``moved`` relates them to
    the file. ``message`` says what is wrong, and may quote a cell; ``advice``, if there is any,
    what to do. Both are clauses: the sentences are made by explain.explain.
    """

    code: str
    message: str
    #: From 0.
    line: int | None = None
    #: From 0.
    byte: int | None = None
    #: The index of the column, from 0.
    column: int | None = None
    advice: str = ""

    def moved(self, lines: int, by: int) -> "Fault":
        """Return the fault, counted from a start ``lines`` lines and ``by`` bytes earlier."""
        return replace(
            self,
            line=None if self.line is None else self.line + lines,
            byte=None if self.byte is None else self.byte + by,
        )


class FileError(CsvsumError):
    """The file cannot be summed, and no retry can change that."""

    code = "bad_file"


class BadCsv(FileError):
    """A fault in a CSV; its positions count from the start of the file or of a part."""

    code = "bad_csv"

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class BadCompressed(FileError):
    """A compressed file that is damaged, truncated, too large, or not exactly one file.

    Each way to be bad has its own code, for each format.
    """

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class BadGzip(BadCompressed):
    """A bad gzip file."""
