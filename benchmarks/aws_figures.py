"""The figures of the model in simulate.py, each with its source. None was measured on AWS."""

MB, MIB, GIB = 1e6, 2**20, 2**30
SOURCES: list[tuple[str, str, str]] = []


def figure(what: str, value: float, source: str) -> float:
    """Add a figure to the table of sources, and return its value."""
    SOURCES.append((what, f"{value:,.8g}", source))
    return value


HERE = "measured, benchmarks/RESULTS.md, one reader, one file: "
ONCE = "measured once, x86-64, one core; no command here measures it: "
S3_GUIDE = "S3 user guide, performance: "
LAMBDA_GUIDE = "Lambda developer guide, "
DYNAMO_GUIDE = "DynamoDB developer guide, "
OTHERS = "measured and published by others, not documented by AWS"
PRICE = "AWS pricing, us-east-1, as published, read 2026-11: "
ASSUMED = "assumed"

# What a worker does with bytes, on a whole core.
PANDAS_RATE = MB * figure("pandas kernel, MB/s", 130, HERE + "the lowest of floats")
NATIVE_RATE = MB * figure(
    "native kernel, MB/s",
    2000,
    HERE + "2,000 to 3,500 with prototypes, a row of its own once it is merged",
)
TLS_RATE = 1e9 / figure("transfer over TLS, CPU s a GB", 1.1, ONCE + "boto3")
PANDAS_COLD = figure(
    "start of a worker with pandas, s",
    2.0,
    ONCE + "a new process without .pyc files; without what Lambda adds",
)
NATIVE_COLD = figure("start of a worker without pandas, s", 0.74, ONCE + "the same")

# The network of a worker.
BURST_RATE = GIB * figure("Lambda's network at first, GiB/s", 1.2, OTHERS)
BURST_BYTES = MIB * figure("for the first MiB", 300, OTHERS)
REFILL_RATE = MIB * figure("after that, MiB/s", 75, OTHERS)
CONNECTION_RATE = MB * figure(
    "one request to S3, MB/s", 87.5, S3_GUIDE + "one concurrent request for each 85 to 90 MB/s"
)
FIRST_BYTE = figure("S3 first byte, median, s", 0.027, OTHERS)
FIRST_BYTE_P95 = figure("S3 first byte, 95 of 100, s", 0.075, OTHERS + "; log-normal through both")

# Limits.
GETS_A_SECOND = figure(
    "GETs a second", 5500, S3_GUIDE + "per prefix, and one object is in one prefix"
)
WRITES_A_SECOND = figure(
    "DynamoDB write units a second",
    1000,
    DYNAMO_GUIDE + "per partition; a unit is 1 KB of the larger of old and new item",
)
STANDARD_FIRST = figure(
    "SQS mapping, standard: at once", 5, LAMBDA_GUIDE + "scaling of SQS event source mappings"
)
STANDARD_MINUTE = figure("more a minute", 300, "the same")
STANDARD_MAX = figure("at most", 1250, "the same")
PROVISIONED_FIRST = figure(
    "SQS mapping, provisioned: at once", 20, "the same: at least 2 pollers, 10 invocations each"
)
PROVISIONED_MINUTE = figure("more a minute", 1000, "the same")
PROVISIONED_MAX = figure(
    "at most", 2000, "the same: 200 pollers by default; up to 20,000 invocations"
)
LAMBDA_STEP = figure("Lambda itself: more every 10 s", 1000, LAMBDA_GUIDE + "scaling: per function")
ACCOUNT = figure(
    "invocations at once in an account",
    1000,
    LAMBDA_GUIDE + "quotas: the default; can be raised (--account)",
)
FULL_CORE = figure(
    "memory for a whole core, MB", 1769, LAMBDA_GUIDE + "memory: less memory, less of a core"
)
WORKER_MEMORY = figure("memory of a worker of parts, MB", 448, ".chalice/config.json (--memory)")

# Assumed, or counted from what the service writes.
CALL = figure("a call to SQS or DynamoDB, s", 0.01, ASSUMED)
DELIVERY = figure("from sending a message to calling its worker, s", 0.05, ASSUMED)
PAGE = figure("a page (1 MB) of a query, s", 0.05, ASSUMED)
JOB_BYTES = figure(
    "the job's item without its complete groups, bytes",
    730,
    DYNAMO_GUIDE + "item sizes; tests/unit/test_simulate.py",
)
GROUP_BYTES = figure("the item of a group of parts without its done parts, bytes", 70, "the same")
PART_BYTES = figure(
    "a part's item with 5 summed columns, bytes",
    500,
    "the same; 45 to 50 bytes for each further column",
)
INDEX_UNITS = figure(
    "write units of the index for each change of updated_at",
    2,
    DYNAMO_GUIDE + "global secondary indexes: a change of the key is a deletion and a write",
)

TOUCH_SECONDS = figure(
    "parts change updated_at once in so many seconds",
    60,
    "TOUCH_EVERY in chalicelib/jobs/counting.py",
)

# Dollars for one; the figures are for a million.
GB_SECOND = 1e-6 * figure(
    "Lambda, $ a million GB-s", 13.3334, PRICE + "arm64, first tier; cold starts are billed too"
)
INVOCATION = 1e-6 * figure("Lambda, $ a million requests", 0.20, PRICE + "Lambda")
SQS_CALL = 1e-6 * figure("SQS, $ a million requests", 0.40, PRICE + "standard queues")
GET = 1e-6 * figure(
    "S3, $ a million GETs", 0.40, PRICE + "S3 Standard; transfer within the region is free"
)
WRITE = 1e-6 * figure(
    "DynamoDB, $ a million write units", 0.625, PRICE + "on demand, since November 2024"
)
READ = 1e-6 * figure(
    "DynamoDB, $ a million read units", 0.125, PRICE + "on demand, since November 2024"
)
EFS_GIB = figure(
    "EFS, $ a GiB read",
    0.03,
    PRICE + "elastic throughput; only if CSV_SOURCE is a mounted folder",
)
