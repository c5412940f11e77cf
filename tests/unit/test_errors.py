"""The error tree: complete as it is drawn, and what each error means to a client and a worker."""

import importlib
import inspect
import re
from typing import Any

import pytest

from chalicelib import errors
from chalicelib.engine.formats import Compression
from chalicelib.errors import BadCsv, CsvsumError, Fault
from chalicelib.jobs.job import FileVersion
from tests.adapters_in_memory import MemorySource
from tests.harness import World
from tests.imports import used_modules
from tests.site import problem_of, serving

RETRYABLE = {"TryAgain", "ServiceDown", "DeadlineNear", "TooManyJobs", "TooMuchInProgress"}
# The statuses of errors that a request may meet. Any other one there is a bug: 500.
STATUSES = {
    "BadRequest": 400,
    "Unauthorized": 401,
    "InvalidToken": 401,
    "NotSigned": 403,
    "ListingIsOff": 403,
    "MayNotList": 403,
    "UploadsAreOff": 403,
    "FileMissing": 404,
    "UnknownJob": 404,
    "AlreadyEnded": 409,
    "KeyReused": 422,
    "TryAgain": 503,
    "ServiceDown": 503,
    "DeadlineNear": 503,
    "TooManyJobs": 429,
    "TooMuchInProgress": 429,
    **dict.fromkeys(
        (
            "FileError",
            "BadCsv",
            "BadGzip",
            "FileArchived",
            "FileChanged",
            "FileEncrypted",
            "FileGone",
            "BadCompressed",
            "CompressedTooLarge",
            "TooSlow",
            "BadFileName",
            "BadOptionsFile",
            "FolderTooLarge",
            "UploadTooLarge",
        ),
        422,
    ),
}


def error_classes() -> dict[str, type[CsvsumError]]:
    """Return every error that the service may raise, by its name."""
    modules = [importlib.import_module(name) for name in used_modules() - {"app"}]
    members = [member for module in modules for member in vars(module).values()]
    return {
        member.__name__: member
        for member in members
        if inspect.isclass(member) and issubclass(member, CsvsumError)
    }


ERRORS = error_classes()


def drawn_tree() -> dict[str, str]:
    """Return each name in the drawing of the tree with the name that it hangs on."""
    parents: dict[str, str] = {}
    path = ["CsvsumError"]
    for branch, name in re.findall(r"^([│├└─ ]{4,})(\w+)", errors.__doc__ or "", re.MULTILINE):
        depth = len(branch) // 4
        path[depth:] = [name]
        parents[name] = path[depth - 1]
    return parents


def an_error(name: str) -> CsvsumError:
    """Return an error of this class, whatever its constructor takes."""
    if name == "BadCsv":
        return BadCsv(Fault("not_a_number", "It is not a number."))
    parameters = inspect.signature(ERRORS[name]).parameters
    values: dict[object, Any] = {int: 1, float: 1.5, bool: True, Compression: Compression.GZIP}
    return ERRORS[name](
        *(values.get(each.annotation, "A sentence.") for each in parameters.values())
    )


def test_the_drawn_tree_has_every_error_below_its_parent() -> None:
    real = {name: error.__bases__[0].__name__ for name, error in ERRORS.items()}
    assert drawn_tree() | {"CsvsumError": "Exception"} == real


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_has_a_code_and_a_sentence(name: str) -> None:
    error = an_error(name)
    assert re.fullmatch("[a-z0-9_]+|A sentence.", error.code)
    assert error.detail.endswith(".")
    assert str(error) == error.detail


@pytest.mark.parametrize("name", ERRORS)
def test_only_what_did_not_answer_is_retryable(name: str) -> None:
    assert ERRORS[name].retryable is (name in RETRYABLE)


class RaisingSource(MemorySource):
    error = CsvsumError("No.")

    def version(self, name: str) -> FileVersion:
        raise self.error


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_error_of_a_request_has_its_status(name: str) -> None:
    source = RaisingSource()
    source.error = an_error(name)
    with serving(World(source=source)) as site:
        # Most of these errors cannot happen here, so the API's document lacks them.
        reply = site.http.unchecked.get("/csv_name=x.csv")
    problem = problem_of(reply, STATUSES.get(name, 500))
    assert (problem["code"], problem["detail"]) == (source.error.code, source.error.detail)
    assert ("Retry-After" in reply.headers) is (name in RETRYABLE)


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_a_worker_fails_the_job_on_every_error_that_no_retry_can_fix(name: str) -> None:
    world = World()
    job = world.submit(b"a\n1\n")
    world.jobs.start(job.id, world.clock())
    try:
        with world.use_cases.sum_job.finisher.handle_errors(job):
            raise an_error(name)
    except CsvsumError as raised:
        assert raised.retryable
    # UnknownJob: there is no job to fail.
    left = {*RETRYABLE, "UnknownJob"}
    assert world.jobs.get(job.id).status.is_final is (name not in left)
