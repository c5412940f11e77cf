"""A worker that has just started: python -I -S -B benchmarks/cold_worker.py FOLDER < events.

Does what Lambda does with the unpacked zip in FOLDER and two messages: starts Python, imports the
application, calls the handler. Prints JSON with the time after each, and which of the heavy
libraries were imported.
"""

import time

STARTED = time.time()

import json  # noqa: E402  # the clock is read first
import sys  # noqa: E402


class Context:
    """What the application uses of Lambda's context."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:csvsum-work_job"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


def main(folder: str) -> None:
    sys.path.insert(0, folder)  # -I and -S: there is nothing else but the standard library
    first, second = json.load(sys.stdin)
    import app

    imported = time.time()
    app.work_job(first, Context())
    one_done = time.time()
    app.work_job(second, Context())
    two_done = time.time()
    heavy = sorted({"pandas", "numpy"} & set(sys.modules))
    print(json.dumps({"clock": [STARTED, imported, one_done, two_done], "heavy": heavy}))


if __name__ == "__main__":
    main(sys.argv[1])
