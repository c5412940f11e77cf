"""The settings of the service: what is taken, and one sentence for what is not."""

from pathlib import Path

import pytest

from chalicelib.errors import Misconfigured
from chalicelib.names import RULES
from chalicelib.settings import VARIABLES, Auth, BadSetting, Settings
from chalicelib.wiring import source_of, use_cases_of

LARGEST = {
    "MAX_JOBS_PER_CLIENT": 10**6,
    "API_RATE": 10_000,
    "API_BURST": 5000,
    "PART_BYTES": 10**14,
    "PARTS_IN_FLIGHT": 10**5,
    "MAX_GZIP_BYTES": 10**14,
    "CALL_TRIES": 20,
    "VISIBILITY_SECONDS": 43_200,
    "MAX_RECEIVE_COUNT": 1000,
    "KEEP_DAYS": 36_500,
    "STALE_SECONDS": 10**6,
    "GIVE_UP_HOURS": 10**5,
    "SWEEP_MINUTES": 10**4,
}


@pytest.mark.parametrize("name", LARGEST)
@pytest.mark.parametrize("value", ["0", "-1", "1.5", "soon", "\u0663", "1" + "0" * 5000])
def test_a_number_out_of_range_is_one_sentence_that_names_its_setting(
    name: str, value: str
) -> None:
    with pytest.raises(BadSetting, match=name):
        Settings.from_env({name: value})


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_number_of_each_setting_can_be_used(name: str) -> None:
    settings = Settings.from_env({name: str(LARGEST[name])})
    assert use_cases_of(settings).sweep.give_up_after.total_seconds() > 0
    with pytest.raises(BadSetting, match=str(LARGEST[name])):
        Settings.from_env({name: str(LARGEST[name] + 1)})


def test_ended_jobs_are_announced_on_the_bus_that_is_set_and_on_none_by_default() -> None:
    for environ in ({}, {"EVENT_BUS": ""}, {"EVENT_BUS": "off"}):
        assert Settings.from_env(environ).event_bus == ""
    assert Settings.from_env({"EVENT_BUS": "default"}).event_bus == "default"


def test_results_of_earlier_jobs_answer_unless_that_is_off() -> None:
    assert Settings.from_env({}).cache
    assert Settings.from_env({"CACHE": "on"}).cache
    assert not Settings.from_env({"CACHE": "off"}).cache
    with pytest.raises(BadSetting, match="CACHE must be on or off, not 'false'"):
        Settings.from_env({"CACHE": "false"})


@pytest.mark.parametrize("environ", [{}, {"AUTH": ""}])
def test_a_service_asks_for_tokens_unless_it_is_set_otherwise(environ: dict[str, str]) -> None:
    assert Settings.from_env(environ).auth is Settings().auth is Auth.TOKEN


@pytest.mark.parametrize("value", ["none", "TOKEN", "open ", "tokens", "false"])
def test_a_mistyped_way_opens_no_service(value: str) -> None:
    with pytest.raises(BadSetting, match="AUTH must be token, iam or open"):
        Settings.from_env({"AUTH": value})


def test_a_namespace_that_s3_does_not_have_is_one_sentence() -> None:
    assert Settings.from_env({"BUCKET_NAMESPACE": ""}).bucket_namespace == "global"
    with pytest.raises(BadSetting, match="BUCKET_NAMESPACE must be global or account-regional"):
        Settings.from_env({"BUCKET_NAMESPACE": "regional"})


def test_there_is_a_limit_for_each_client_where_clients_are_known() -> None:
    limits = {
        auth: Settings.from_env({"AUTH": auth, "MAX_JOBS_PER_CLIENT": "7"}).jobs_limit
        for auth in Auth
    }
    assert limits == {Auth.TOKEN: 7, Auth.IAM: 7, Auth.OPEN: None}


def test_keys_of_usage_plans_are_asked_for_only_if_that_is_set() -> None:
    assert not Settings().api_key_required
    assert Settings.from_env({"API_KEY_REQUIRED": "true"}).api_key_required
    with pytest.raises(BadSetting, match="API_KEY_REQUIRED must be true or false"):
        Settings.from_env({"API_KEY_REQUIRED": "yes"})


def test_files_are_listed_only_if_that_is_set() -> None:
    assert not Settings.from_env({}).list_files
    assert Settings.from_env({"LIST_FILES": "on"}).list_files
    assert not Settings.from_env({"LIST_FILES": "off"}).list_files
    with pytest.raises(BadSetting, match="LIST_FILES must be on or off"):
        Settings.from_env({"LIST_FILES": "true"})


def test_a_deployment_may_take_no_uploads_or_smaller_ones() -> None:
    assert Settings.from_env({"MAX_UPLOAD_BYTES": "0"}).max_upload_bytes == 0
    assert Settings().max_upload_bytes == 5_000_000_000
    with pytest.raises(BadSetting, match="from 0 to 5000000000"):
        Settings.from_env({"MAX_UPLOAD_BYTES": "5000000001"})


def test_the_owner_of_uploads_is_known_where_the_buckets_name_has_it() -> None:
    given = Settings(uploads_bucket="up-{account}-{region}").in_account("1234", "eu-west-1")
    assert (given.uploads_bucket, given.uploads_owner) == ("up-1234-eu-west-1", "1234")
    assert Settings(uploads_bucket="mine").in_account("1234", "eu-west-1").uploads_owner == ""


def test_admins_are_separated_by_commas() -> None:
    given = "arn:aws:iam::1:user/a, arn:aws:iam::1:user/b,,"
    admins = Settings.from_env({"IAM_ADMINS": given}).iam_admins
    assert admins == {"arn:aws:iam::1:user/a", "arn:aws:iam::1:user/b"}
    assert Settings.from_env({"IAM_ADMINS": ","}).iam_admins == frozenset()


def test_any_number_of_parts_per_job_is_the_default_and_zero() -> None:
    for environ in ({}, {"PARTS_PER_JOB": ""}, {"PARTS_PER_JOB": "0"}):
        assert Settings.from_env(environ).parts_per_job == 0
    assert Settings.from_env({"PARTS_PER_JOB": "8"}).parts_per_job == 8
    with pytest.raises(BadSetting, match="PARTS_PER_JOB"):
        Settings.from_env({"PARTS_PER_JOB": "10001"})


def test_every_variable_that_is_read_is_listed() -> None:
    class Environment(dict[str, str]):
        """Remembers what it was asked for."""

        def get(self, name: str, default: object = None) -> None:  # type: ignore[override]
            self[name] = ""

    environment = Environment()
    Settings.from_env(environment)
    assert sorted(environment) == sorted(VARIABLES)


def test_a_source_that_is_not_mounted_says_nothing_of_its_files(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="not mounted") as raised:
        source_of(f"file://{tmp_path}/missing").version("x.csv")
    assert "missing" not in raised.value.detail


CONCURRENCY = ("MAX_CONCURRENCY_JOBS", "MAX_CONCURRENCY_PARTS", "MAX_CONCURRENCY_GIVE_UP")


def concurrency(settings: Settings) -> tuple[int | None, ...]:
    return (
        settings.max_concurrency_jobs,
        settings.max_concurrency_parts,
        settings.max_concurrency_give_up,
    )


def test_workers_are_bounded_where_that_is_set() -> None:
    assert concurrency(Settings.from_env({})) == (None, None, None)
    environ = dict(zip(CONCURRENCY, ("2", "4", "1000"), strict=True))
    assert concurrency(Settings.from_env(environ)) == (2, 4, 1000)
    assert Settings.from_env(dict.fromkeys(CONCURRENCY, "0")) == Settings()


@pytest.mark.parametrize("name", CONCURRENCY)
@pytest.mark.parametrize("value", ["1", "1001", "all"])
def test_a_bound_that_lambda_would_refuse_is_one_sentence(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"{name} must be a whole number from 2 to 1000"):
        Settings.from_env({name: value})


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, 1000),
        ({"MAX_CONCURRENCY_PARTS": "4"}, 8),
        ({"MAX_CONCURRENCY_PARTS": "900"}, 1000),
        ({"MAX_CONCURRENCY_PARTS": "4", "PARTS_IN_FLIGHT": "50"}, 50),
    ],
)
def test_few_workers_have_a_small_window_of_parts(environ: dict[str, str], expected: int) -> None:
    assert Settings.from_env(environ).parts_in_flight == expected


ACCEPTED = {
    "API_NAME": ["a", "csv sums", "A.b_c-" + "x" * 122],
    "_TABLE": ["a-1", "A.b_c", "x" * 255],
    "_QUEUE": ["a", "A_b-c", "x" * 80],
    "_BUCKET": ["a-1", "1.b-c.d", "x" * 63, "r-{account}-{region}"],
    "_BUS": ["default", "A.b_c-1", "x" * 256],
}
REFUSED = {
    "API_NAME": [" a", "a/b", "a\n", "\u00fc", "x" * 129],
    "_TABLE": ["ab", "a b", "a/b", "tab\n", "t\u00e4b", "x" * 256],
    "_QUEUE": ["a b", "a.b", "a.fifo", "a\n", "\u00fc", "x" * 81],
    "_BUS": ["a b", "a\n", "\u00fc", "x" * 257, "arn:aws:events:us-east-1:1:event-bus/default"],
    "_BUCKET": ["X_Y", "ab", "a..b", "-ab", "ab-", "1.2.3.4", "a b c", "x" * 64, "{region}" * 8],
}


def cases(names: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Return the names of each kind with every setting whose name ends as the kind."""
    return [
        (variable, name)
        for variable in VARIABLES
        for end, examples in names.items()
        if variable.endswith(end)
        for name in examples
    ]


def test_every_setting_that_is_a_name_has_a_rule() -> None:
    assert {variable for variable, _ in cases(REFUSED)} == set(RULES)


@pytest.mark.parametrize(("variable", "name"), cases(ACCEPTED))
def test_a_name_that_aws_takes_is_a_setting(variable: str, name: str) -> None:
    assert Settings.from_env({variable: name}) != Settings()


@pytest.mark.parametrize(("variable", "name"), cases(REFUSED))
def test_a_name_that_aws_refuses_is_one_sentence(variable: str, name: str) -> None:
    with pytest.raises(BadSetting, match=f"^{variable} must have .*\\.$"):
        Settings.from_env({variable: name})


@pytest.mark.parametrize("name", ["a b", "ab", "/x", "", "x" * 256, "b\u00fccket"])
def test_a_source_whose_bucket_cannot_exist_is_one_sentence(name: str) -> None:
    with pytest.raises(BadSetting, match="CSV_SOURCE"):
        Settings.from_env({"CSV_SOURCE": f"s3://{name}/prefix"})


@pytest.mark.parametrize("variable", ["JOBS_QUEUE", "PARTS_QUEUE", "DEAD_QUEUE"])
def test_two_queues_must_not_have_the_same_name(variable: str) -> None:
    others = {"JOBS_QUEUE": "csvsum-parts", "PARTS_QUEUE": "csvsum-dead"}
    with pytest.raises(BadSetting, match="must not be the same as"):
        Settings.from_env({variable: others.get(variable, "csvsum-jobs")})
