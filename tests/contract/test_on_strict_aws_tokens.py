"""The tokens of a deployment, by the operator's commands, on the strict stand-in."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib.errors import ServiceDown
from chalicelib.jobs.authentication import ByToken, Credentials
from chalicelib.jobs.client import Client, Role
from chalicelib.settings import Auth, BadSetting
from deploy import credentials, resources, tokens
from deploy.aws import Aws
from deploy.changes import changed
from deploy.stage import Stage, UsageError, read_stage
from infra.tokens import create_text, list_text, revoke_text
from tests.strict_aws import ALWAYS, DynamoDbErrors, StrictAws

SILENT: Any = print
STAGE = read_stage("prod")


@pytest.fixture
def strict() -> Iterator[StrictAws]:
    with StrictAws("eu-central-1") as aws:
        yield aws


@pytest.fixture
def aws(strict: StrictAws) -> Aws:
    """An account in which the stage's resources are."""
    aws = Aws(strict.session())
    resources.put(STAGE, aws, SILENT)
    return aws


def with_auth(auth: Auth) -> Stage:
    return changed(STAGE, {"AUTH": auth})


def client_of(aws: Aws, token: str) -> Client:
    return ByToken(tokens.table_of(STAGE, aws))(Credentials(f"Bearer {token}"))


def test_a_token_is_printed_once_and_names_its_client(aws: Aws) -> None:
    table = tokens.table_of(STAGE, aws)
    explanation, token = create_text(table, "finance", "", "").splitlines()
    assert client_of(aws, token) == Client("finance")
    assert token not in explanation
    assert token[7:37] not in list_text(table)
    admin = create_text(table, "operator@example.org", "admin", "7").splitlines()[-1]
    assert client_of(aws, admin) == Client("operator@example.org", Role.ADMIN)


def test_tokens_are_listed_by_client_with_their_ends(aws: Aws) -> None:
    table = tokens.table_of(STAGE, aws)
    assert "There are no tokens" in list_text(table)
    for name in ("sales", "finance"):
        create_text(table, name, "", "1")
    heading, *lines = list_text(table).splitlines()
    assert heading.split() == ["id", "client", "role", "created", "expires"]
    assert [line.split()[1] for line in lines] == ["finance", "sales"]


def test_revoking_names_what_it_revoked_and_leaves_other_clients_alone(aws: Aws) -> None:
    table = tokens.table_of(STAGE, aws)
    kept = create_text(table, "finance2", "", "").splitlines()[-1]
    for _ in range(2):
        create_text(table, "finance", "", "")
    (first, second) = (each for each in table.all() if each.client.name == "finance")
    assert revoke_text(table, "finance", first.id).startswith(f"Revoked {first.id} of finance")
    assert second.id in revoke_text(table, "finance", "")
    assert client_of(aws, kept) == Client("finance2")
    for token_id in ("", second.id, kept):
        with pytest.raises(BadSetting, match="finance has no token"):
            revoke_text(table, "finance", token_id)


@pytest.mark.parametrize("name", ["", "open", " a", "-a", "a b", "a" * 65, "ä", "a\n", "client#x"])
def test_a_clients_name_is_one_that_can_be_read_and_typed(aws: Aws, name: str) -> None:
    with pytest.raises(BadSetting, match="CLIENT must be a name"):
        create_text(tokens.table_of(STAGE, aws), name, "", "")


def test_without_its_resources_a_stage_has_no_tokens(strict: StrictAws) -> None:
    with pytest.raises(UsageError, match="make resources STAGE=prod"):
        tokens.table_of(STAGE, Aws(strict.session()))


def test_the_first_token_is_offered_and_created_only_on_request(aws: Aws) -> None:
    offered = tokens.offer_first(STAGE, aws, lambda: False)
    assert "make token STAGE=prod CLIENT=admin ROLE=admin" in offered
    assert tokens.table_of(STAGE, aws).all() == []
    created = tokens.offer_first(STAGE, aws, lambda: True)
    token = created.partition("export TOKEN=")[2].split()[0]
    assert client_of(aws, token) == Client("admin", Role.ADMIN)
    assert tokens.offer_first(STAGE, aws, lambda: True) == ""


def test_nobody_is_asked_without_a_terminal() -> None:
    assert not tokens.at_the_terminal()


@pytest.mark.parametrize("auth", [Auth.OPEN, Auth.IAM])
def test_a_stage_that_asks_for_no_tokens_is_offered_none_and_may_get_some_beforehand(
    aws: Aws, auth: Auth
) -> None:
    stage = with_auth(auth)
    assert tokens.offer_first(stage, aws, lambda: True) == ""
    assert f"AUTH={auth}" in tokens.note(stage)
    assert tokens.note(STAGE) == ""


def test_the_commands_own_token_is_removed_whatever_happens(aws: Aws) -> None:
    given = STAGE.settings, aws.session, aws.client("dynamodb")
    with pytest.raises(RuntimeError), credentials.credentials(*given) as headers:
        token = headers("GET", "https://x/", b"")["Authorization"].removeprefix("Bearer ")
        assert client_of(aws, token) == credentials.CLIENT
        raise RuntimeError("the smoke test failed")
    assert tokens.table_of(STAGE, aws).all() == []


def test_the_commands_own_token_expires_if_it_cannot_be_removed(
    strict: StrictAws, aws: Aws
) -> None:
    given = STAGE.settings, aws.session, aws.client("dynamodb")
    with pytest.raises(ServiceDown), credentials.credentials(*given):
        strict.fail("dynamodb.DeleteItem", DynamoDbErrors.INTERNAL_ERROR, times=ALWAYS)
    (left,) = tokens.table_of(STAGE, aws).all()
    assert left.expires_at - left.created_at < timedelta(hours=4)


def test_the_commands_own_token_may_be_removed_with_the_deployment(aws: Aws) -> None:
    given = STAGE.settings, aws.session, aws.client("dynamodb")
    with credentials.credentials(*given):
        aws.client("dynamodb").delete_table(TableName=STAGE.settings.tokens_table)


def test_an_open_service_is_asked_without_anything(aws: Aws) -> None:
    given = with_auth(Auth.OPEN).settings, aws.session, aws.client("dynamodb")
    with credentials.credentials(*given) as headers:
        assert headers("GET", "https://x/", b"") == {}


def test_where_signatures_are_checked_the_commands_sign_with_the_operators_rights() -> None:
    session = boto3.Session("AKIAEXAMPLE", "secret", region_name="eu-central-1")
    settings = with_auth(Auth.IAM).settings
    url = "https://abc.execute-api.eu-central-1.amazonaws.com/api/csv_name=a%20b.csv"
    with credentials.credentials(settings, session, None) as headers:
        signed = headers("POST", url, b"{}")
    assert signed["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    assert "/eu-central-1/execute-api/aws4_request" in signed["Authorization"]
    assert "X-Amz-Date" in signed
