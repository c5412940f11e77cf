"""The event of each ended job, as EventBridge passes it on to queues, topics and HTTP endpoints."""

from typing import Any

from chalicelib.jobs.announcing import DETAIL_TYPE, SOURCE
from chalicelib.web.openapi import codes
from chalicelib.web.openapi.options import TEXT, Schema, nullable
from chalicelib.web.openapi.schemas import COUNT, JOB_ID, TIME, closed, list_of, ref

#: What ``announcing.announcement_of`` makes.
JOB_ENDED: Schema = closed(
    {
        "id": {**JOB_ID, "description": "That of the job: an event that comes twice has the same."},
        "service": {**TEXT, "description": "The name of the deployment, as csvsum-prod."},
        "client": TEXT,
        "csv": TEXT,
        "status": {"enum": ["succeeded", "failed", "cancelled"]},
        "error": {"enum": [None, *codes.JOB], "description": "The code of a job that failed."},
        "rows": {**nullable(COUNT), "description": "Of a job that succeeded."},
        "submitted_at": TIME,
        "started_at": nullable(TIME),
        "finished_at": TIME,
        "cached_from": nullable(ref("JobId")),
        "link": {**TEXT, "description": "The job, relative to the URL of the service."},
    }
)
#: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
ENVELOPE: Schema = closed(
    {
        "version": TEXT,
        "id": {**TEXT, "description": "Another one each time that an event is sent."},
        "detail-type": {"const": DETAIL_TYPE},
        "source": {"const": SOURCE},
        "account": TEXT,
        "time": TIME,
        "region": TEXT,
        "resources": list_of(TEXT),
        "detail": ref("JobEnded"),
    }
)
WEBHOOKS: dict[str, Any] = {
    "jobEnded": {
        "post": {
            "operationId": "jobEnded",
            "summary": "A job has ended; sent at least once, where EVENT_BUS is set",
            "requestBody": {"content": {"application/json": {"schema": ENVELOPE}}},
            "responses": {"200": {"description": "The receiver has it."}},
        }
    }
}
