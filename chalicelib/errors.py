"""The tree of errors.

CsvsumError
├── RequestError           the client must change its request
│   ├── BadRequest         a name, an option or a body is wrong
│   ├── FileMissing        the source has no such file
│   ├── ListingIsOff       this deployment lists no files
│   ├── MayNotList         the client's token does not allow to list files
│   ├── FolderTooLarge     a folder has too many entries to be listed
│   ├── UploadTooLarge     the file is larger than an upload may be
│   ├── UploadsAreOff      this deployment takes no uploads
│   ├── UnknownJob         there is no job with this id, or it is another client's
│   ├── KeyReused          the idempotency key was sent with another request before
│   ├── AlreadyEnded       a job that has succeeded or failed cannot be cancelled
│   ├── Unauthorized       there is no token
│   │   └── InvalidToken   the token is unknown, expired, revoked or mistyped
│   └── NotSigned          API Gateway has not checked a signature
├── FileError              the file cannot be summed, and no retry can change that
│   ├── BadCsv             the bytes are not a CSV that can be summed (says where)
│   ├── BadCompressed      the compressed file is damaged, truncated, or too large when unpacked
│   │   └── BadGzip        the same for gzip
│   ├── FileChanged        the file is not the version that was submitted
│   ├── FileArchived       the file has to be restored from an archive of S3 first
│   ├── FileEncrypted      the file is encrypted with a key that the service may not use
│   ├── BadFileName        a file of the inbox has a name that no file may have
│   ├── BadOptionsFile     the options for a file of the inbox cannot be read or used
│   ├── FileGone           the file existed at submission, but no longer exists
│   ├── CompressedTooLarge the compressed file is too large, or takes longer than a worker may work
│   └── TooSlow            the file, or a part of it, takes longer than a worker may work
├── Misconfigured          AWS refuses a call, and will until rights or names are corrected
├── GivenUp                the job failed after several attempts
├── TryAgain (retryable)   something did not answer; the same call may succeed later
│   ├── DeadlineNear       the worker has to stop soon
│   ├── TooManyJobs        the client has too many jobs in progress to submit another one
│   ├── TooMuchInProgress  the jobs in progress have too many bytes to accept another file
│   └── ServiceDown        the queue, the table or the results bucket did not answer
├── BadSetting             a setting has a wrong value (defined in setting_values.py)
└── BadMessage             a message is not one of csvsum's (defined in adapters/work_queue.py)

The engine defines FileError, BadCsv, BadCompressed and BadGzip, so that it can ship alone
(engine/errors.py).

``retryable`` decides what a worker does: False fails the job at once, True leaves the message to be
redelivered.
"""

from chalicelib.engine.errors import (
    BadCompressed,
    BadCsv,
    BadGzip,
    CsvsumError,
    Fault,
    FileError,
)
from chalicelib.engine.formats import Compression
from chalicelib.engine.wording import shown

__all__ = ["BadCompressed", "BadCsv", "BadGzip", "CsvsumError", "Fault", "FileError"]

#: At most so much of a file's name is shown.
SHOWN_NAME_CHARS = 100


def _file(name: str) -> str:
    return shown(name, SHOWN_NAME_CHARS)


class RequestError(CsvsumError):
    code = "bad_request"


class BadRequest(RequestError):
    pass


class FileMissing(RequestError):
    code = "file_missing"

    def __init__(self, name: str, denied: bool = False) -> None:
        """``denied``: the source refuses to say whether the file exists."""
        where = "that the service may read (s3:GetObject)" if denied else "in the source"
        super().__init__(
            f"There is no file {_file(name)} {where}; check the name, or put the file there first."
        )


class ListingIsOff(RequestError):
    code = "listing_is_off"

    def __init__(self) -> None:
        super().__init__(
            "This service does not list its source (LIST_FILES is off); submit a file by its name."
        )


class MayNotList(RequestError):
    code = "may_not_list"

    def __init__(self) -> None:
        super().__init__(
            "Your token does not allow you to list the source; submit a file by its name, or ask "
            "the operator for a token with the role lister."
        )


class FolderTooLarge(RequestError):
    code = "folder_too_large"

    def __init__(self, folder: str, limit: int) -> None:
        super().__init__(
            f"The folder {_file(folder or '/')} has more than {limit:,} entries, too many to list; "
            "submit its files by their names."
        )


class UploadTooLarge(RequestError):
    code = "upload_too_large"

    def __init__(self, name: str, size: int, max_bytes: int) -> None:
        super().__init__(
            f"{_file(name)} has {size:,} bytes, and an upload may have at most {max_bytes:,}; put "
            "the file into the source itself (with `aws s3 cp` into its bucket, or with `cp` into "
            "its folder), or compress it."
        )


class UploadsAreOff(RequestError):
    code = "uploads_are_off"

    def __init__(self) -> None:
        super().__init__(
            "This service takes no uploads; put the file into the source, and submit its name."
        )


class UnknownJob(RequestError):
    code = "unknown_job"

    def __init__(self) -> None:
        super().__init__(
            "There is no job with this id; ids are the 32 hex digits given at submission, "
            "and jobs are kept for a limited time."
        )


class KeyReused(RequestError):
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was sent with another request in the last 24 hours; choose a new "
            "key for each request, and keep it for repeats of that request alone."
        )


class AlreadyEnded(RequestError):
    code = "already_ended"

    def __init__(self, status: str) -> None:
        super().__init__(f"The job has {status}; only a job in progress can be cancelled.")


class Unauthorized(RequestError):
    code = "unauthorized"

    def __init__(
        self,
        detail: str = "This service asks for a token, in a header 'Authorization: Bearer <token>'; "
        "its operator creates tokens.",
    ) -> None:
        super().__init__(detail)


class InvalidToken(Unauthorized):
    code = "invalid_token"

    def __init__(self) -> None:
        super().__init__(
            "The token is unknown, expired, revoked or mistyped; ask the operator for a new one."
        )


class NotSigned(RequestError):
    code = "not_signed"

    def __init__(self) -> None:
        super().__init__(
            "This service needs requests that are signed with AWS Signature Version 4."
        )


class FileChanged(FileError):
    code = "file_changed"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{_file(name)} was modified (content, permissions or hard links) after it was "
            "submitted; submit it again once it no longer changes."
        )


class FileArchived(FileError):
    code = "archived"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{_file(name)} is archived; restore it in S3, and submit it again once it is restored."
        )


class FileEncrypted(FileError):
    code = "encrypted"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{_file(name)} is encrypted with a KMS key that is disabled or that the service may "
            "not use; allow it kms:Decrypt with that key, and submit the file again."
        )


class FileGone(FileError):
    code = "file_gone"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{_file(name)} existed at submission, but can no longer be opened; "
            "put it back and submit it again."
        )


class BadFileName(FileError):
    code = "bad_name"

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Put the file there under another name.")


class BadOptionsFile(FileError):
    code = "bad_options"

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            f"The options in {_file(name)} cannot be used: {why}. Correct them, and put the CSV "
            "file there once more."
        )


class CompressedTooLarge(FileError):
    """A compressed file that one worker cannot read in its time; each format has its own code."""

    def __init__(self, name: str, size: int, limit: str, compression: Compression) -> None:
        super().__init__(
            f"{_file(name)} has {size:,} bytes, and {limit}; a compressed file cannot be cut into "
            "parts, so unpack it, or split it into several files."
        )
        self.code = f"{compression}_too_large"


class TooSlow(FileError):
    code = "too_slow"

    def __init__(self, name: str, size: int, seconds: float) -> None:
        super().__init__(
            f"{_file(name)} has {size:,} bytes, and twice a worker did not finish it, or a part of "
            f"it, in {seconds:.0f} seconds; split the file, or ask the operator for a smaller "
            "PART_BYTES."
        )


class GivenUp(CsvsumError):
    code = "given_up"


class Misconfigured(CsvsumError):
    code = "misconfigured"


class TryAgain(CsvsumError):
    code = "try_again"
    retryable = True


class DeadlineNear(TryAgain):
    def __init__(self, seconds: float) -> None:
        super().__init__(f"A worker did not finish in {seconds:.0f} seconds.")
        self.seconds = seconds


class TooManyJobs(TryAgain):
    code = "too_many_jobs"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"You have {limit:,} jobs in progress and may not have more; submit the file again "
            "when some of them are done."
        )


class TooMuchInProgress(TryAgain):
    code = "too_much_in_progress"

    def __init__(self, max_bytes: int) -> None:
        super().__init__(
            f"The jobs in progress have {max_bytes:,} bytes or more; submit the file again when "
            "some of them are done."
        )


class ServiceDown(TryAgain):
    code = "unavailable"
