"""New stages get names of buckets that no other account can take; old ones keep what they have."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.clients import make_s3
from chalicelib.adapters.results_bucket import ResultsBucket
from chalicelib.settings import Settings
from deploy import cloudformation, data, releases, resources
from deploy.aws import Aws
from deploy.bucket_names import settled
from deploy.changes import changed
from deploy.policies import arns
from deploy.stage import RESOURCES, Stage, UsageError, csv_bucket, read_stage
from smoke.target import Target
from tests.strict_aws import Deployed, StrictAws

SILENT: Any = print
REGION = "eu-central-1"
OTHER = "999999999999"
KINDS = ("results", "csv", "uploads", "code")
PLACE: Any = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws(REGION) as aws:
        yield aws


@pytest.fixture
def aws(strict: StrictAws) -> Aws:
    return Aws(strict.session())


def opened(aws: Aws, **given: str) -> Stage:
    """Return the stage prod as every command of deploy has it."""
    stage = read_stage("prod")
    stack = cloudformation.current(aws, stage.stack)
    kept = json.loads(cloudformation.parameters_of(stack).get("Settings", "{}"))
    return settled(changed(stage, kept, given), aws, stack)


def deploy(aws: Aws, **given: str) -> Stage:
    stage = opened(aws, **given)
    resources.put(stage, aws, SILENT)
    return stage


def buckets(stage: Stage, aws: Aws) -> list[str]:
    names = resources.names(stage, aws)
    code = releases.bucket_of(stage, aws)
    return [names["ResultsBucket"], names["CsvBucket"], names["UploadsBucket"], code]


def plain_names(strict: StrictAws) -> list[str]:
    return [f"csvsum-prod-{kind}-{strict.account}-{REGION}" for kind in KINDS]


def old_template() -> Mapping[str, Any]:
    """Return infra/resources.json as it was before there were namespaces."""
    template: dict[str, Any] = json.loads(RESOURCES.read_text().replace("${End}", ""))
    del template["Parameters"]["BucketNamespace"], template["Conditions"]["AccountRegional"]
    for resource in template["Resources"].values():
        resource["Properties"].pop("BucketNamespace", None)
        name = resource["Properties"].get("BucketName", {})
        for holder in (name, *name.get("Fn::If", [])[2:]):
            if "Fn::Sub" in holder:
                holder["Fn::Sub"] = holder["Fn::Sub"][0]
    return template


@pytest.fixture
def old_stage(strict: StrictAws, aws: Aws) -> Stage:
    """A stage that an earlier version made, with a result."""
    stage = changed(read_stage("prod"), {"BUCKET_NAMESPACE": "global"})
    wanted = resources.parameters(stage, aws, None)
    del wanted["BucketNamespace"]
    cloudformation.put(aws, stage.stack, old_template(), {**wanted, "Settings": "{}"})
    strict.tester("s3").put_object(Bucket=plain_names(strict)[0], Key="id/sums.json", Body=b"{}")
    return stage


def test_a_new_stage_has_names_that_no_other_account_can_take(strict: StrictAws, aws: Aws) -> None:
    stage = deploy(aws)
    assert buckets(stage, aws) == [f"{name}-an" for name in plain_names(strict)]
    assert all(aws.has_bucket(name) for name in buckets(stage, aws))
    assert not any(aws.has_bucket(name) for name in plain_names(strict))
    theirs = strict.tester("s3", account=OTHER)
    for name in buckets(stage, aws):
        with pytest.raises(ClientError, match="InvalidBucketNamespace"):
            theirs.create_bucket(Bucket=name, BucketNamespace="account-regional", **PLACE)


def test_squatted_global_names_are_not_in_the_way_of_a_new_stage(
    strict: StrictAws, aws: Aws
) -> None:
    for name in plain_names(strict):
        strict.tester("s3", account=OTHER).create_bucket(Bucket=name, **PLACE)
        strict.s3.bucket(name).is_open = True
    assert buckets(deploy(aws), aws) == [f"{name}-an" for name in plain_names(strict)]


def test_a_second_deployment_changes_no_name(aws: Aws) -> None:
    assert buckets(deploy(aws), aws) == buckets(deploy(aws, KEEP_DAYS="3"), aws)


def test_functions_find_the_bucket_that_the_stack_made(strict: StrictAws, aws: Aws) -> None:
    stage = deploy(aws)
    for variables in (stage.environment, read_stage("prod").environment):  # make, plain Chalice
        found = Settings.from_env(variables).in_account(strict.account, REGION)
        assert [found.results_bucket, csv_bucket(found)] == buckets(stage, aws)[:2]
        results = ResultsBucket(
            found.results_bucket, lambda: strict.adopt(make_s3), owner=found.account
        )
        results.publish("id/sums.json", "{}")
        assert results.get("id/sums.json") == "{}"


def test_the_smoke_test_puts_its_files_where_the_functions_read(
    strict: StrictAws, aws: Aws
) -> None:
    stage = deploy(aws)
    strict.functions.add(Deployed("csvsum-prod", 29, stage.environment))
    target = Target("", "csvsum-prod", strict.session().client, None)
    assert [target.settings["RESULTS_BUCKET"], target.bucket] == buckets(stage, aws)[:2]
    assert target.put("a.csv", b"a\n1\n").endswith("a.csv")


def test_a_stage_of_an_earlier_version_keeps_its_buckets(
    strict: StrictAws, aws: Aws, old_stage: Stage
) -> None:
    stage = deploy(aws)
    assert buckets(stage, aws) == buckets(old_stage, aws) == plain_names(strict)
    assert stage.environment["BUCKET_NAMESPACE"] == "global"
    assert strict.tester("s3").get_object(Bucket=plain_names(strict)[0], Key="id/sums.json")
    mine = strict.tester("s3").list_buckets()["Buckets"]
    assert sorted(each["Name"] for each in mine) == sorted(plain_names(strict))
    assert buckets(deploy(aws), aws) == plain_names(strict)


def test_its_names_are_not_changed_by_set(aws: Aws, old_stage: Stage) -> None:
    with pytest.raises(UsageError, match="csvsum-prod are global, and S3 renames no bucket"):
        opened(aws, BUCKET_NAMESPACE="account-regional")
    assert opened(aws, BUCKET_NAMESPACE="global").prefix == old_stage.prefix


def test_new_names_are_not_changed_by_set_either(aws: Aws) -> None:
    deploy(aws)
    with pytest.raises(
        UsageError, match="csvsum-prod are account-regional, and S3 renames no bucket"
    ):
        opened(aws, BUCKET_NAMESPACE="global")


def test_an_older_stage_whose_data_is_elsewhere_keeps_its_releases(
    strict: StrictAws, aws: Aws
) -> None:
    own = {"CSV_SOURCE": "s3://my-files", "RESULTS_BUCKET": "mine", "UPLOADS_BUCKET": "also-mine"}
    for bucket in ("my-files", "mine", "also-mine"):
        strict.tester("s3").create_bucket(Bucket=bucket, **PLACE)
    deploy(aws, BUCKET_NAMESPACE="global", **own)
    assert buckets(deploy(aws, BUCKET_NAMESPACE="", **own), aws)[-1] == plain_names(strict)[-1]


def test_data_of_an_earlier_version_is_taken_up_after_a_removal(
    strict: StrictAws, aws: Aws, old_stage: Stage
) -> None:
    resources.delete(old_stage, aws)
    strict.clock.advance(60)
    stage = deploy(aws)
    assert buckets(stage, aws) == plain_names(strict)
    assert data.left(aws, resources.names(stage, aws))
    resources.delete(stage, aws)
    assert plain_names(strict)[0] in data.delete(
        opened(aws), aws, resources.names(opened(aws), aws)
    )


def test_data_in_new_names_is_found_without_its_stack(aws: Aws) -> None:
    names = resources.names(deploy(aws), aws)
    resources.delete(opened(aws), aws)
    assert resources.names(opened(aws), aws) == names
    assert names["ResultsBucket"] in data.delete(opened(aws), aws, names)


@pytest.mark.parametrize("region", ["me-central-1", "me-south-1"])
def test_a_region_that_does_not_offer_them_says_what_to_set(strict: StrictAws, region: str) -> None:
    there = Aws(strict.session(region=region))
    with pytest.raises(UsageError, match=f"{region} has no .*: add SET=BUCKET_NAMESPACE=global"):
        opened(there)
    stage = deploy(there, BUCKET_NAMESPACE="global")
    assert stage.environment["BUCKET_NAMESPACE"] == "global"
    assert buckets(deploy(there), there) == buckets(stage, there)


def test_a_name_of_ones_own_is_refused_by_s3_with_what_to_do(aws: Aws) -> None:
    stage = opened(aws, RESULTS_BUCKET="my-results")
    with pytest.raises(UsageError, match="InvalidNamespaceHeader") as refused:
        resources.put(stage, aws, SILENT)
    assert "BUCKET_NAMESPACE in docs/deploy.md" in str(refused.value)
    assert not aws.has_table(stage.settings.table)


def test_a_bucket_of_ones_own_that_exists_is_used(strict: StrictAws, aws: Aws) -> None:
    strict.tester("s3").create_bucket(Bucket="my-results", **PLACE)
    stage = deploy(aws, RESULTS_BUCKET="my-results")
    assert buckets(stage, aws)[0] == "my-results"
    assert buckets(stage, aws)[1] == f"{plain_names(strict)[1]}-an"


def test_names_without_account_and_region_at_the_end_are_the_same_in_both_namespaces() -> None:
    environ = {"BUCKET_NAMESPACE": "account-regional"}
    for source, expected in (
        ("s3://a-{account}-{region}", "s3://a-1-r-an"),
        ("s3://a-{account}-{region}/b-{account}-{region}/c", "s3://a-1-r-an/b-1-r/c"),
        ("s3://a-{account}-{region}-an/b", "s3://a-1-r-an/b"),
        ("s3://mine/b-{account}-{region}", "s3://mine/b-1-r"),
        ("file:///mnt/a-{account}-{region}", "file:///mnt/a-1-r"),
    ):
        found = Settings.from_env({**environ, "CSV_SOURCE": source}).in_account("1", "r")
        assert found.csv_source == expected


def test_the_policies_suit_both_since_regions_share_the_roles() -> None:
    for namespace in ("global", "account-regional"):
        stage = changed(read_stage("prod"), {"BUCKET_NAMESPACE": namespace})
        assert arns(stage, "work_job")["results"] == "arn:aws:s3:::csvsum-prod-results-*-*/*"


def test_a_stage_on_emulators_needs_no_namespace(aws: Aws) -> None:
    stage = read_stage("localstack")
    assert settled(stage, aws, None) is stage
    wanted = resources.parameters(stage, aws, None)
    assert wanted["BucketNamespace"] == "global"
    assert wanted["ResultsBucket"] == "csvsum-localstack-results"
