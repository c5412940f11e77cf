"""How many requests a second the API replies to."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from statistics import median, quantiles

from benchmarks import servers
from benchmarks.files import FOLDER, csv_file
from benchmarks.load import ACCEPTED, Connection, wait_until_idle
from benchmarks.tables import number, table

WORKERS = 2
CLIENTS = (1, 8)
FILE_BYTES = 1000
HEADER = ("clients", "requests/s", "lowest to highest", "p50, ms", "p95, ms")
LEGEND = f"""\
`GET /jobs/<id>` of a job of {FILE_BYTES // 1000} KB that has ended, while no other job runs. Each
client has one connection, and sends its next request when it has the reply. Each reply is one read
of the embedded AWS. Figures are medians of the rounds."""


def report(count: int, rounds: int) -> str:
    """Send ``count`` requests in each round, and return one table."""
    name = csv_file("prices", FILE_BYTES).name
    with servers.csvsum(FOLDER, WORKERS) as port:
        connection = Connection(port)
        path = f"/jobs/{connection.submit(name)[1][ACCEPTED]}"
        wait_until_idle(connection)
        done: dict[int, list[tuple[float, list[float]]]] = {clients: [] for clients in CLIENTS}
        for turn in range(rounds):
            print(f"requests: round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
            for clients, measured in done.items():
                measured.append(_round(port, path, count, clients))
    rows = [_row(clients, measured) for clients, measured in done.items()]
    title = f"### Requests in a round: {count:,}, rounds: {rounds}"
    return f"## Requests of the API\n\n{LEGEND}\n\n{title}\n\n{table(HEADER, rows)}"


def _round(port: int, path: str, count: int, clients: int) -> tuple[float, list[float]]:
    """Return the requests a second, and the seconds of each request."""

    def one_client(_: int) -> list[float]:
        connection = Connection(port)
        return [_seconds(connection, path) for _ in range(count // clients)]

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        seconds = list(chain.from_iterable(threads.map(one_client, range(clients))))
    return len(seconds) / (time.perf_counter() - began), seconds


def _seconds(connection: Connection, path: str) -> float:
    began = time.perf_counter()
    connection.get(path)
    return time.perf_counter() - began


def _row(clients: int, measured: list[tuple[float, list[float]]]) -> list[str]:
    rates = [rate for rate, _ in measured]
    highest = [quantiles(seconds, n=20, method="inclusive")[-1] for _, seconds in measured]
    return [
        str(clients),
        number(median(rates)),
        f"{number(min(rates))} to {number(max(rates))}",
        number(1000 * median(median(seconds) for _, seconds in measured)),
        number(1000 * median(highest)),
    ]
