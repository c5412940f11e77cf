"""Jobs, results and messages from one `make run` to the next."""

import os
import signal
import subprocess
from collections.abc import Callable

from tests.eventually import eventually
from tests.functional.stack import ROOT, Stack, callers_environment, make, run_in_vain


def test_ended_jobs_and_waiting_jobs_are_there_after_a_restart(start: Callable[..., Stack]) -> None:
    before = start()
    before.put("done.csv", b"a,b\n1,2\n")
    before.put("waits.csv", b"a,b\n5,2\n")
    done = before.api.ended(before.api.submit("done.csv"))
    with before.stopped_workers():
        waiting = [before.api.submit("waits.csv") for _ in range(3)]
        before.interrupt()
    said = before.log.read_text()
    assert "3 jobs are in progress and will continue" in said
    assert str(before.state) in said
    after = start()
    assert after.api.job(done["id"]) == done
    assert [after.api.ended(job_id)["result"] for job_id in waiting] == [{"a": 5}] * 3
    assert after.api.ongoing() == 0


def test_a_running_job_goes_on_after_a_restart(start: Callable[..., Stack]) -> None:
    settings = {"PART_BYTES": "20000", "VISIBILITY_SECONDS": "2"}
    before = start(**settings)
    before.put("large.csv", b"a,b\n" + b"0.1,text\n" * 1_000_000)
    job_id = before.api.submit("large.csv")
    eventually(lambda: before.api.job(job_id)["progress"]["parts_done"] > 10)
    before.interrupt()
    assert "one job is in progress and will continue" in before.log.read_text()
    after = start(**settings)
    done = after.api.job(job_id)["progress"]["parts_done"]
    assert done > 10
    job = after.api.ended(job_id, 120)
    assert (job["exact"], job["ledger"]["rows"]) == ({"a": "100000"}, 1_000_000)
    assert after.api.ongoing() == 0


def test_a_result_that_is_too_large_for_the_table_is_kept_as_well(
    start: Callable[..., Stack],
) -> None:
    before = start()
    columns = 200_000
    header = ",".join(f"a long name of a column {index}" for index in range(columns))
    before.put("wide.csv", f"{header}\n{','.join(['1'] * columns)}\n".encode())
    job_id = before.api.submit("wide.csv")
    result = before.api.ended(job_id)["result"]
    assert len(result) == columns // 10
    before.interrupt()
    assert start().api.job(job_id)["result"] == result


def test_a_killed_supervisor_loses_no_job(start: Callable[..., Stack]) -> None:
    before = start()
    before.put("x.csv", b"a,b\n1,2\n")
    job = before.api.ended(before.api.submit("x.csv"))
    os.killpg(before.process.pid, signal.SIGKILL)
    before.process.wait(30)
    assert start().api.job(job["id"]) == job


NAMES = {
    "JOBS_TABLE": "other-table",
    "JOBS_QUEUE": "other-queue",
    "PARTS_QUEUE": "other-queue",
    "DEAD_QUEUE": "other-queue",
    "RESULTS_BUCKET": "other-bucket",
}


def test_another_name_of_a_resource_is_refused_and_loses_no_job(
    start: Callable[..., Stack],
) -> None:
    before = start()
    before.put("x.csv", b"a,b\n1,2\n")
    job = before.api.ended(before.api.submit("x.csv"))
    before.interrupt()
    for name, other in NAMES.items():
        line = run_in_vain(STATE=str(before.state), DATA=str(before.data), **{name: other})
        assert line.startswith(f"csvsum: {name}: the jobs in STATE are kept with {name}=csvsum")
    assert start().api.job(job["id"]) == job


def test_clearing_the_state_removes_jobs_but_never_those_of_a_running_service(
    start: Callable[..., Stack],
) -> None:
    before = start()
    before.put("x.csv", b"a,b\n1,2\n")
    job_id = before.api.submit("x.csv")
    assert clear_state(before).returncode != 0
    before.api.ended(job_id)
    before.interrupt()
    assert clear_state(before).returncode == 0
    assert start().api.get(f"/jobs/{job_id}").status == 404


def clear_state(stack: Stack) -> subprocess.CompletedProcess[bytes]:
    command = make("clear-state", STATE=str(stack.state))
    return subprocess.run(command, cwd=ROOT, env=callers_environment(), timeout=60, check=False)
