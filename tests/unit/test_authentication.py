"""Which client a request is from, by a token, by AWS's signature, or not at all."""

from datetime import timedelta

import pytest

from chalicelib.errors import InvalidToken, NotSigned, ServiceDown, Unauthorized
from chalicelib.jobs.authentication import MAX_CACHED, ByCaller, ByToken, Credentials, everybody
from chalicelib.jobs.client import OPEN, Client, Role
from chalicelib.jobs.tokens import StoredToken, checksum, digest_of, new_token
from tests.adapters_in_memory import MemoryTokens
from tests.harness import Clock

FINANCE = Client("finance")


class Service:
    """Authentication over a store in memory."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.tokens = MemoryTokens()
        self.authenticate = ByToken(self.tokens, self.clock)

    def issue(self, client: Client = FINANCE, days: float = 90) -> str:
        token, now = new_token(), self.clock()
        digest = digest_of(token)
        stored = StoredToken(digest, client, now, now + timedelta(days=days))
        self.tokens.stored[digest] = stored
        return token

    def revoke(self, token: str) -> None:
        del self.tokens.stored[digest_of(token)]

    def client_of(self, header: str) -> Client:
        return self.authenticate(Credentials(header))


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_token_names_its_client_and_role(service: Service) -> None:
    operator = Client("operator", Role.ADMIN)
    finance, admin = service.issue(), service.issue(operator)
    assert service.client_of(f"Bearer {finance}") == FINANCE
    assert service.client_of(f"Bearer {admin}") == operator


@pytest.mark.parametrize(
    "form", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer    {}", " bEaReR {} "]
)
def test_the_scheme_is_read_in_any_case_and_with_any_spaces(service: Service, form: str) -> None:
    assert service.client_of(form.format(service.issue())) == FINANCE


@pytest.mark.parametrize(
    "form", ["", " ", "{}", "Basic {}", "Token {}", "Bearer{}", "AWS4-HMAC-SHA256 {}"]
)
def test_a_request_without_a_bearer_token_is_asked_for_one(service: Service, form: str) -> None:
    with pytest.raises(Unauthorized) as refused:
        service.client_of(form.format(service.issue()))
    assert refused.value.code == "unauthorized"
    assert service.tokens.reads == 0


@pytest.mark.parametrize(
    "form", ["Bearer", "Bearer {} {}", "Bearer {},", "Bearer {}\x00", "Bearer x{}"]
)
def test_a_header_that_is_mistyped_is_refused_without_a_read(service: Service, form: str) -> None:
    token = service.issue()
    with pytest.raises(InvalidToken):
        service.client_of(form.format(token, token))
    assert service.tokens.reads == 0


def test_a_token_with_a_wrong_checksum_is_refused_without_a_read(service: Service) -> None:
    token = service.issue()
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    with pytest.raises(InvalidToken):
        service.client_of(f"Bearer {wrong}")
    assert service.tokens.reads == 0


def test_a_token_of_another_stage_is_refused(service: Service) -> None:
    with pytest.raises(InvalidToken):
        service.client_of(f"Bearer {Service().issue()}")
    assert service.tokens.reads == 1


def test_a_token_is_read_once_in_a_minute(service: Service) -> None:
    header = f"Bearer {service.issue()}"
    for _ in range(60):
        assert service.client_of(header) == FINANCE
        service.clock.advance(seconds=0.99)
    assert service.tokens.reads == 1
    service.clock.advance(seconds=1)
    assert service.client_of(header) == FINANCE
    assert service.tokens.reads == 2


def test_a_revoked_token_works_for_a_minute_at_most(service: Service) -> None:
    token = service.issue()
    service.client_of(f"Bearer {token}")
    service.revoke(token)
    service.clock.advance(seconds=59)
    assert service.client_of(f"Bearer {token}") == FINANCE
    service.clock.advance(seconds=1)
    with pytest.raises(InvalidToken):
        service.client_of(f"Bearer {token}")


def test_a_revoked_token_that_was_not_used_is_refused_at_once(service: Service) -> None:
    token = service.issue()
    service.revoke(token)
    with pytest.raises(InvalidToken):
        service.client_of(f"Bearer {token}")


def test_a_new_token_is_valid_at_once_although_it_was_tried_before(service: Service) -> None:
    token = service.issue()
    stored = service.tokens.stored.pop(digest_of(token))
    with pytest.raises(InvalidToken):
        service.client_of(f"Bearer {token}")
    service.tokens.stored[stored.digest] = stored
    assert service.client_of(f"Bearer {token}") == FINANCE


def test_a_token_expires_to_the_second_also_while_it_is_cached(service: Service) -> None:
    token = service.issue(days=1)
    service.clock.advance(days=1, seconds=-1)
    assert service.client_of(f"Bearer {token}") == FINANCE
    service.clock.advance(seconds=1)
    with pytest.raises(InvalidToken):
        service.client_of(f"Bearer {token}")
    assert service.tokens.reads == 1


def test_a_clock_that_goes_back_keeps_no_token_for_longer(service: Service) -> None:
    token = service.issue()
    service.client_of(f"Bearer {token}")
    service.revoke(token)
    service.clock.advance(hours=-1)
    with pytest.raises(InvalidToken):
        service.client_of(f"Bearer {token}")


def test_the_cache_stays_small_whatever_is_sent(service: Service) -> None:
    for _ in range(MAX_CACHED + 10):
        service.client_of(f"Bearer {service.issue()}")
        random = new_token()[7:37]
        with pytest.raises(InvalidToken):
            service.client_of(f"Bearer csvsum_{random}{checksum(random)}")
    assert len(service.authenticate._read) <= MAX_CACHED


class Mixed(MemoryTokens):
    """A store that returns some other token than it was asked for."""

    def find(self, digest: str) -> StoredToken | None:
        return next(iter(self.stored.values()))


def test_a_token_that_is_not_the_one_asked_for_is_refused(service: Service) -> None:
    service.authenticate.tokens = store = Mixed(service.tokens.stored)
    service.issue()
    assert store.stored
    with pytest.raises(InvalidToken):
        service.client_of(f"Bearer {new_token()}")


class Down(MemoryTokens):
    def find(self, digest: str) -> StoredToken | None:
        raise ServiceDown("The table of tokens does not answer.")


def test_nobody_gets_in_while_the_store_does_not_answer(service: Service) -> None:
    service.authenticate.tokens = Down()
    with pytest.raises(ServiceDown):
        service.client_of(f"Bearer {service.issue()}")


def test_a_cached_token_works_while_the_store_does_not_answer(service: Service) -> None:
    token = service.issue()
    service.client_of(f"Bearer {token}")
    service.authenticate.tokens = Down()
    assert service.client_of(f"Bearer {token}") == FINANCE


def test_credentials_show_no_token() -> None:
    token = new_token()
    assert token not in repr(Credentials(f"Bearer {token}"))


ALICE = "arn:aws:iam::123456789012:user/alice"
SESSION = "arn:aws:sts::123456789012:assumed-role/batch/i-0123"
BATCH = "arn:aws:sts::123456789012:assumed-role/batch"


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (ALICE, ALICE),
        (SESSION, BATCH),
        ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root"),
        (
            "arn:aws:sts::123456789012:federated-user/bob",
            "arn:aws:sts::123456789012:federated-user/bob",
        ),
        ("arn:aws-cn:sts::1:assumed-role/a/assumed-role/b", "arn:aws-cn:sts::1:assumed-role/a"),
    ],
)
def test_a_caller_that_signs_is_known_by_its_arn_and_a_role_without_its_session(
    arn: str, name: str
) -> None:
    assert ByCaller()(Credentials("", arn)).name == name


def test_callers_that_the_operator_names_see_all_jobs() -> None:
    authenticate = ByCaller(frozenset({ALICE, BATCH}))
    assert authenticate(Credentials("", ALICE)).role is Role.ADMIN
    assert authenticate(Credentials("", SESSION)).role is Role.ADMIN
    assert authenticate(Credentials("", f"{ALICE}2")).role is Role.LISTER


def test_a_request_whose_signature_nobody_checked_is_refused() -> None:
    with pytest.raises(NotSigned):
        ByCaller()(Credentials("AWS4-HMAC-SHA256 Credential=…"))


def test_everybody_is_one_client_where_nobody_is_authenticated() -> None:
    assert everybody(Credentials("Bearer x", ALICE)) == OPEN
