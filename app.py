"""The triggers of csvsum: routes, queues, dead letters, a schedule. The work is in chalicelib/."""

from chalice.app import Chalice, LambdaFunctionEvent, Rate, Response, SQSEvent

from chalicelib.adapters.identity import remember_function
from chalicelib.adapters.work_queue import decode_dead, decode_record
from chalicelib.settings import settings
from chalicelib.web import requests, responses
from chalicelib.web.responses import problem_responses
from chalicelib.wiring import start_logging, use_cases

SETTINGS = settings()

start_logging(SETTINGS)
app = Chalice(app_name="csvsum", configure_logs=False)
# The name of the API in API Gateway. Logs keep the name that the application was created with.
app.app_name = SETTINGS.api_name
app.register_middleware(remember_function, "all")
app.register_middleware(requests.remember, "http")


@app.route("/{segment}")
@problem_responses
def submit_by_name(segment: str) -> Response:
    name = requests.name_in_path(segment)
    if name is None:
        return responses.no_such_page()
    return responses.legacy_accepted(use_cases().submit(name, requests.options_in_query()))


@app.route("/storage/get_counter")
@problem_responses
def get_counter() -> Response:
    return responses.counter(use_cases().count_in_progress())


@app.route("/storage/get_json/{job_id}")
@problem_responses
def get_sums(job_id: str) -> Response:
    return responses.sums(use_cases().find_job(job_id), use_cases().publish_reply)


@app.route("/jobs", methods=["POST"], content_types=["*/*"])
@problem_responses
def submit() -> Response:
    return responses.accepted(use_cases().submit(*requests.job_in_body()), requests.path())


@app.route("/jobs/{job_id}")
@problem_responses
def get_job(job_id: str) -> Response:
    return responses.full_job(use_cases().find_job(job_id), use_cases().publish_reply)


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
        use_cases().give_up(decode_dead(record.body))


@app.schedule(Rate(SETTINGS.sweep_minutes, unit=Rate.MINUTES), name="sweep")
def sweep(event: LambdaFunctionEvent) -> None:  # noqa: ARG001  # Chalice calls it with the event
    use_cases().sweep()


# Chalice's class for schedules fails on an empty event, which `chalice invoke -n sweep` sends.
sweep.event_class = LambdaFunctionEvent
