"""The messages that `make run` prints."""

from urllib.parse import quote

from chalicelib.settings import Auth
from local.config import LocalConfig, state_folder
from local.survey import Survey


def welcome(config: LocalConfig, endpoint: str, survey: Survey) -> str:
    """Return how to use the service, with the name of a file in the source."""
    base = f"http://{config.address}"
    place = config.source.removeprefix("file://")
    lines = [
        f"Ready: {base}",
        f"  {config.workers} workers, files from {place}, embedded AWS at {endpoint}.",
        f"  Jobs and results are kept in {config.state}. Ctrl-C stops everything.",
    ]
    if survey.warning:
        lines.append(f"  WARNING: {survey.warning}")
    curl = "curl"
    if config.auth is Auth.TOKEN:
        curl += ' -H "Authorization: Bearer $TOKEN"'
        state = "" if config.state == state_folder({}) else f" STATE={config.state}"
        lines.append(f"  Clients need tokens: `make token CLIENT=<name>{state}` creates one.")
    lines += [
        f"  Open {base} in a browser, or try:",
        f"    {curl} {base}/csv_name={quote(survey.example or 'FILE.csv', safe='')}",
        f"    {curl} {base}/storage/get_counter",
        f"    {curl} {base}/storage/get_json/ID",
    ]
    return "\n".join(lines)


def farewell(config: LocalConfig, in_progress: int | None) -> str:
    """Return what is kept, and what continues with the next `make run`.

    ``in_progress`` is the number of jobs; None if it is not known.
    """
    if in_progress is None:
        jobs = "jobs in progress will continue"
    elif in_progress == 0:
        jobs = "no job is in progress"
    elif in_progress == 1:
        jobs = "one job is in progress and will continue"
    else:
        jobs = f"{in_progress} jobs are in progress and will continue"
    return f"Stopping: {jobs}. The next `make run` loads all jobs and results from {config.state}."
