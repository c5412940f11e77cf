"""The triggers of csvsum: routes, queues, dead letters, a schedule. The work is in chalicelib/."""

from http import HTTPStatus

from chalice.app import Chalice, LambdaFunctionEvent, Rate, Response, SQSEvent

from chalicelib.adapters.identity import remember_function
from chalicelib.adapters.inbox_events import decode_report, is_report
from chalicelib.adapters.work_queue import decode_dead, decode_record
from chalicelib.settings import settings
from chalicelib.web import (
    about,
    files,
    inquiries,
    page_files,
    requests,
    responses,
    submissions,
    uploads,
)
from chalicelib.web.clients import authenticated, gateway_checks
from chalicelib.web.cors import cors
from chalicelib.web.openapi.document import document
from chalicelib.web.responses import problem_responses
from chalicelib.web.surface import allow_methods, complete_routes, problems_of_chalice
from chalicelib.wiring import start_logging, use_cases

SETTINGS = settings()
CHECKS = gateway_checks(SETTINGS)

start_logging(SETTINGS)
app = Chalice(app_name="csvsum", configure_logs=False)
# The name of the API in API Gateway. Logs keep the name that the application was created with.
app.app_name = SETTINGS.api_name
app.register_middleware(remember_function, "all")
app.register_middleware(cors(SETTINGS.cors_origins), "http")
app.register_middleware(allow_methods(app.routes), "http")
app.register_middleware(problems_of_chalice, "http")
app.register_middleware(requests.remember, "http")
app.register_middleware(
    authenticated(
        lambda given: use_cases().authenticate(given), (*about.PUBLIC, *page_files.ROUTES)
    ),
    "http",
)


@app.route("/{segment}", **CHECKS)
@problem_responses
def submit_by_name(segment: str) -> Response:
    return submissions.submit_in_path(use_cases().submit_once, segment)


@app.route("/{segment}", methods=["HEAD"], **CHECKS)
@problem_responses
def check_by_name(segment: str) -> Response:  # GET submits a file; HEAD must change nothing
    return submissions.check_in_path(use_cases().submit.check, segment)


@app.route("/storage/get_counter", **CHECKS)
@problem_responses
def get_counter() -> Response:
    return responses.counter(use_cases().count_in_progress(requests.counted_client()))


@app.route("/storage/get_json/{job_id}", **CHECKS)
@problem_responses
def get_sums(job_id: str) -> Response:
    return inquiries.sums(use_cases().wait_for_job, use_cases().publish_reply, job_id)


@app.route("/jobs", methods=["POST"], content_types=["*/*"], **CHECKS)
@problem_responses
def submit() -> Response:
    return submissions.submit_in_body(use_cases().submit_once)


@app.route("/jobs", **CHECKS)
@problem_responses
def list_jobs() -> Response:
    return inquiries.jobs(use_cases().list_jobs, use_cases().wait_for_jobs)


@app.route("/preview", methods=["POST"], content_types=["*/*"], **CHECKS)
@problem_responses
def preview() -> Response:
    return submissions.preview_in_body(use_cases().preview)


@app.route("/files", **CHECKS)
@problem_responses
def list_files() -> Response:
    return files.files(use_cases().list_files)


@app.route("/uploads", methods=["POST"], content_types=["*/*"], **CHECKS)
@problem_responses
def upload() -> Response:
    return uploads.form_in_body(use_cases().upload)


@app.route("/jobs/{job_id}", **CHECKS)
@problem_responses
def get_job(job_id: str) -> Response:
    return inquiries.job(use_cases().wait_for_job, use_cases().publish_reply, job_id)


@app.route("/jobs/{job_id}", methods=["DELETE"], **CHECKS)
@problem_responses
def cancel_job(job_id: str) -> Response:
    return responses.cancelled(use_cases().cancel_job(job_id, requests.client()))


@app.route("/health")
@problem_responses
def get_health() -> Response:  # nothing is checked: it says whether the API replies at all
    return about.health()


@app.route("/me", **CHECKS)
@problem_responses
def get_me() -> Response:
    return about.me(requests.client())


@app.route("/jobs/{job_id}/parts", **CHECKS)
@problem_responses
def get_parts(job_id: str) -> Response:
    return inquiries.parts(use_cases().wait_for_parts, job_id)


@app.route("/openapi.json", **CHECKS)
@problem_responses
def get_openapi() -> Response:
    return responses.reply(HTTPStatus.OK, document())


@app.route("/")
@problem_responses
def get_page() -> Response:
    return page_files.index(SETTINGS, use_cases().storage_origins())


@app.route("/page/{version}/{file}")
@problem_responses
def get_page_file(version: str, file: str) -> Response:
    return page_files.file(version, file)


@app.route("/page/{version}/views/{file}")
@problem_responses
def get_page_view(version: str, file: str) -> Response:
    return page_files.file(version, f"views/{file}")


complete_routes(app)


@app.on_sqs_message(
    queue=SETTINGS.jobs_queue,
    batch_size=1,
    name="work_job",
    maximum_concurrency=SETTINGS.max_concurrency_jobs,
)
def work_job(event: SQSEvent) -> None:
    for record in event:
        with use_cases().work_on(record.to_dict(), event.context):
            use_cases().sum_job(decode_record(record.to_dict()))


@app.on_sqs_message(
    queue=SETTINGS.parts_queue,
    batch_size=1,
    name="work_part",
    maximum_concurrency=SETTINGS.max_concurrency_parts,
)
def work_part(event: SQSEvent) -> None:
    for record in event:
        with use_cases().work_on(record.to_dict(), event.context):
            use_cases().sum_part(decode_record(record.to_dict()))


@app.on_sqs_message(
    queue=SETTINGS.dead_queue,
    batch_size=1,
    name="give_up",
    maximum_concurrency=SETTINGS.max_concurrency_give_up,
)
def give_up(event: SQSEvent) -> None:
    for record in event:
        if is_report(record.body):
            for file in decode_report(record.body):
                use_cases().take_in.give_up(file)
        else:
            use_cases().give_up(decode_dead(record.body))


if SETTINGS.inbox:

    @app.on_sqs_message(
        queue=SETTINGS.inbox_queue,
        batch_size=1,
        name="inbox",
        maximum_concurrency=SETTINGS.max_concurrency_inbox,
    )
    def inbox(event: SQSEvent) -> None:
        for record in event:
            with use_cases().work_on(record.to_dict(), event.context):
                for file in decode_report(record.body):
                    use_cases().take_in(file)


@app.schedule(Rate(SETTINGS.sweep_minutes, unit=Rate.MINUTES), name="sweep")
def sweep(event: LambdaFunctionEvent) -> None:  # noqa: ARG001  # Chalice calls it with the event
    use_cases().sweep()


# Chalice's class for schedules fails on an empty event, which `chalice invoke -n sweep` sends.
sweep.event_class = LambdaFunctionEvent
