"""What can go wrong, as one tree.

CsvsumError
├── RequestError           the client must change its request
│   ├── BadRequest         a name, an option or a body is wrong
│   ├── FileMissing        no such file in the source
│   └── UnknownJob         no such job id
├── FileError              the file cannot be summed; no retry will mend it
│   ├── BadCsv             the bytes are not the CSV they should be (says where)
│   ├── BadGzip            the compressed file is damaged, cut short or grows too large
│   ├── FileChanged        it is no longer the file that was submitted
│   └── FileGone           it was there at submission and is not any more
├── GivenUp                the service tried several times and stopped trying
└── TryAgain (retryable)   something did not answer; the same call may work later
    └── ServiceDown        the queue, the table or the results bucket did not answer

``retryable`` decides what a worker does: False fails the job at once, True leaves the message to be delivered again.
"""

from chalicelib.engine.errors import BadCsv, BadGzip, CsvsumError, Fault, FileError

__all__ = ["BadCsv", "BadGzip", "CsvsumError", "Fault", "FileError"]


class RequestError(CsvsumError):
    code = "bad_request"


class BadRequest(RequestError):
    pass


class FileMissing(RequestError):
    code = "file_missing"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no file {name!r} in the source; check the name, or put the file there first."
        )


class UnknownJob(RequestError):
    code = "unknown_job"

    def __init__(self) -> None:
        super().__init__(
            "There is no job of this id; ids are the 32 hex digits given at submission, kept for a limited time."
        )


class FileChanged(FileError):
    code = "file_changed"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} changed, or its rights or links did, since it was submitted; submit it again once nothing changes it."
        )


class FileGone(FileError):
    code = "file_gone"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} was there at submission and cannot be opened any more; put it back and submit it again."
        )


class GivenUp(CsvsumError):
    code = "given_up"


class TryAgain(CsvsumError):
    code = "try_again"
    retryable = True


class ServiceDown(TryAgain):
    code = "unavailable"
