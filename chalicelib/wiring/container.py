"""The use cases with their adapters."""

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial

from chalicelib.jobs import queries
from chalicelib.jobs.allowance import Allowance
from chalicelib.jobs.authentication import Authenticate, ByCaller, ByToken, everybody
from chalicelib.jobs.cancelling import Cancel
from chalicelib.jobs.client import OPEN, Client
from chalicelib.jobs.files import ListFiles
from chalicelib.jobs.inbox import TakeIn
from chalicelib.jobs.job import Job
from chalicelib.jobs.listing import ListJobs, Page
from chalicelib.jobs.part_states import JobParts, find_parts
from chalicelib.jobs.preview import PreviewFile
from chalicelib.jobs.repeating import SubmitOnce
from chalicelib.jobs.submission import Submit
from chalicelib.jobs.uploads import Upload
from chalicelib.jobs.waiting import Wait
from chalicelib.settings import Auth
from chalicelib.wiring.work import Work


class UseCases(Work):
    """All use cases: those of work, and those of requests. Each is created on first use."""

    @cached_property
    def authenticate(self) -> Authenticate:
        if self.settings.auth is Auth.OPEN:
            return everybody
        if self.settings.auth is Auth.IAM:
            return ByCaller(self.settings.iam_admins)
        return ByToken(self.adapters.tokens, self.now)

    @cached_property
    def submit(self) -> Submit:
        return Submit(
            jobs=self.adapters.jobs,
            queue=self.adapters.queue,
            source=self.adapters.source,
            max_gzip_bytes=self.settings.max_gzip_bytes,
            max_jobs=self.settings.jobs_limit,
            allowance=Allowance(self.adapters.jobs, self.settings.max_bytes_in_progress, self.now),
            history=self.adapters.history,
            earlier=self._earlier,
            announcer=self._announcer,
            now=self.now,
        )

    @cached_property
    def take_in(self) -> TakeIn:
        return TakeIn(
            # Nobody could submit the file later, so there is no limit.
            submit=replace(self.submit, max_jobs=None),
            jobs=self.adapters.jobs,
            queue=self.adapters.queue,
            source=self.adapters.source,
            history=self.adapters.history,
            announcer=self._announcer,
            now=self.now,
        )

    @cached_property
    def submit_once(self) -> SubmitOnce:
        return SubmitOnce(
            submit=self.submit,
            claims=self.adapters.claims,
            jobs=self.adapters.jobs,
            queue=self.adapters.queue,
            now=self.now,
        )

    @cached_property
    def preview(self) -> PreviewFile:
        return PreviewFile(self.adapters.source, self.adapters.kernel, self._cutter, self.now)

    @cached_property
    def upload(self) -> Upload:
        return Upload(self.adapters.uploads, self.settings.max_upload_bytes, self.now)

    @cached_property
    def list_files(self) -> ListFiles:
        return ListFiles(self.adapters.catalog, self.settings.list_files)

    @cached_property
    def list_jobs(self) -> ListJobs:
        return ListJobs(self.adapters.history, self.adapters.parts)

    def wait_for_jobs(
        self, find: Callable[[], Page], seconds: float, is_wanted: Callable[[Page], bool]
    ) -> Page:
        return Wait(self.now, self.sleep)(find, seconds, is_wanted)

    def storage_origins(self) -> frozenset[str]:
        """Return the origins to which links in replies lead."""
        return frozenset({self.adapters.replies.origin(), self.adapters.uploads.origin()})

    def find_job(self, job_id: str, client: Client) -> Job:
        return queries.find_job(self.adapters.jobs, self.adapters.parts, job_id, client)

    def wait_for_job(
        self, job_id: str, client: Client, seconds: float, is_wanted: Callable[[Job], bool]
    ) -> Job:
        find = partial(self.find_job, job_id, client)
        return Wait(self.now, self.sleep)(find, seconds, is_wanted)

    def wait_for_parts(
        self, job_id: str, client: Client, seconds: float, is_wanted: Callable[[JobParts], bool]
    ) -> JobParts:
        find = partial(find_parts, self.adapters.jobs, self.adapters.parts, job_id, client)
        return Wait(self.now, self.sleep)(find, seconds, is_wanted)

    def cancel_job(self, job_id: str, client: Client) -> Job:
        cancel = Cancel(self.adapters.jobs, self._announcer, self.now)
        return cancel(self.find_job(job_id, client))

    def count_in_progress(self, client: Client = OPEN) -> int:
        return queries.count_in_progress(self.adapters.jobs, client)

    def publish_reply(self, job: Job, name: str, text: str) -> str:
        return queries.publish_reply(self.adapters.replies, job, name, text)
