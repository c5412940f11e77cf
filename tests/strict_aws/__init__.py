"""A stand-in for AWS that is as strict as AWS's documentation says; no network, no sleeping.

Emulators are lenient where AWS is not. The rules here follow AWS's published text, and name it as
their source. Each rule has its own test in ``tests/contract/test_strict_*.py``.

    with StrictAws(region="eu-central-1") as aws:
        aws.tester("s3").create_bucket(...)              # for the test itself: refuses nothing
        bucket = ResultsBucket("results", lambda: aws.client("s3"))
        bucket = ResultsBucket("results", lambda: aws.adopt(make_s3))   # the product's own client
        aws.fail("s3.GetObject", S3Errors.SLOW_DOWN, times=3)  # AWS's own words, from errors.py
        aws.rights.allow("s3:ListBucket", "results")     # functions have neither this nor Decrypt
        with aws.dynamodb.metered() as units: ...        # units.all_writes, units.reads
        aws.clock.advance(days=31)                       # items and objects expire, links end
        follow(aws, url)                                 # a client follows a presigned link

botocore's delays between retries pass on the stand-in's clock. Mappings of queues to functions run
on ``aws.timeline``: see ``lambdas.py`` and ``mappings.py``.
"""

from tests.strict_aws.aws import StrictAws
from tests.strict_aws.clock import Clock, Timeline
from tests.strict_aws.errors import AwsError, DynamoDbErrors, S3Errors, SqsErrors
from tests.strict_aws.faults import ALWAYS, TIMED_OUT
from tests.strict_aws.lambda_api import Deployed
from tests.strict_aws.lambdas import Account, Context, Function, plain
from tests.strict_aws.links import follow, get
from tests.strict_aws.mappings import Mapping, Pace, Terms
from tests.strict_aws.mounted import MountedFolder
from tests.strict_aws.queues import Queue

__all__ = [
    "ALWAYS",
    "TIMED_OUT",
    "Account",
    "AwsError",
    "Clock",
    "Context",
    "Deployed",
    "DynamoDbErrors",
    "Function",
    "Mapping",
    "MountedFolder",
    "Pace",
    "Queue",
    "S3Errors",
    "SqsErrors",
    "StrictAws",
    "Terms",
    "Timeline",
    "follow",
    "get",
    "plain",
]
