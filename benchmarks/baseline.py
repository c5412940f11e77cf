"""The simplest service of this kind, to compare with: python -m benchmarks.baseline PORT FOLDER.

It is Flask, sums with pandas' Python parser while the client waits, and keeps nothing: no queue, no
table, no worker.
"""

import logging
import sys
from threading import Lock

import pandas
from flask import Flask, Response, abort, jsonify
from werkzeug.security import safe_join
from werkzeug.serving import WSGIRequestHandler

HOST = "127.0.0.1"


class Counter:
    """The number of requests that are being served."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.value = 0

    def __enter__(self) -> None:
        with self.lock:
            self.value += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.value -= 1


def application(folder: str) -> Flask:
    app = Flask("baseline")
    ongoing = Counter()

    def sums(name: str) -> Response:
        path = safe_join(folder, name) or abort(404)
        with ongoing:
            frame = pandas.read_csv(path, engine="python")
            return jsonify(frame.iloc[:, ::10].sum().to_dict())

    def counter() -> Response:
        return jsonify(ongoing_tasks=ongoing.value)

    app.add_url_rule("/csv_name=<name>", view_func=sums)
    app.add_url_rule("/storage/get_counter", view_func=counter)
    return app


def main(port: str, folder: str) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"  # connections are kept, as csvsum keeps them
    application(folder).run(host=HOST, port=int(port), threaded=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
