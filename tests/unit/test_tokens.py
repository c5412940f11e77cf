"""How a token is written, and what is stored of it."""

import hashlib
import re
import string
import zlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.jobs.client import Client
from chalicelib.jobs.tokens import ALPHABET, StoredToken, checksum, digest_of, is_token, new_token
from tests.harness import START


def test_a_token_has_a_prefix_thirty_random_letters_and_a_checksum_of_six() -> None:
    token = new_token()
    assert re.fullmatch("csvsum_[0-9A-Za-z]{36}", token)
    assert is_token(token)


def test_no_two_tokens_are_the_same_and_every_letter_occurs() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert {letter for token in tokens for letter in token[7:37]} == set(ALPHABET)


def test_the_checksum_is_the_crc_32_in_base_62() -> None:
    random = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5"
    letters = string.digits + string.ascii_uppercase + string.ascii_lowercase
    value = 0
    for letter in checksum(random):
        value = value * 62 + letters.index(letter)
    assert value == zlib.crc32(random.encode())
    assert is_token(f"csvsum_{random}{checksum(random)}")


@given(st.text(ALPHABET, min_size=30, max_size=30), st.integers(0, 35), st.sampled_from(ALPHABET))
def test_a_token_with_one_wrong_letter_is_none(random: str, index: int, letter: str) -> None:
    right = random + checksum(random)
    wrong = right[:index] + letter + right[index + 1 :]
    assert is_token(f"csvsum_{wrong}") is (wrong == right)


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        lambda token: token + " ",
        lambda token: token + "\n",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.removeprefix("csvsum_"),
        lambda token: token.replace("csvsum_", "ghp_"),
        lambda token: token[:-1] + "٣",
        lambda _: "",
        lambda _: "\ud800",
    ],
)
def test_what_is_written_otherwise_is_no_token(change: object) -> None:
    assert callable(change)
    assert not is_token(change(new_token()))


def test_only_the_sha_256_is_stored_and_its_start_names_the_token() -> None:
    token = new_token()
    assert digest_of(token) == hashlib.sha256(token.encode()).hexdigest()
    stored = StoredToken(digest_of(token), Client("finance"), START, START + timedelta(days=1))
    assert stored.id == digest_of(token)[:8]
    assert token not in repr(stored)
