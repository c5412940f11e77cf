"""How long a request waits before it is sent once more."""

from hypothesis import given
from hypothesis import strategies as st

from cli.retrying import ATTEMPTS_IN_VAIN, FIRST_SECONDS, PATIENCE_SECONDS, Retries

ASKED = st.sampled_from(["", "0", "1", "7", "60", "3600", "-1", "soon", "٣", "9" * 400])


@given(asked=st.lists(ASKED, min_size=1, max_size=200), share=st.floats(0, 1))
def test_all_waits_of_a_request_are_within_its_patience_and_end(
    asked: list[str], share: float
) -> None:
    retries, waits = Retries(is_known=True, draw=lambda low, high: low + share * (high - low)), []
    for text in [*asked, *[""] * 1000]:
        seconds = retries.wait(text)
        if seconds is None:
            break
        waits.append(seconds)
    else:
        raise AssertionError("it never gives up")
    assert sum(waits) <= PATIENCE_SECONDS
    assert all(seconds >= FIRST_SECONDS for seconds in waits)


@given(seconds=st.integers(1, 80), share=st.floats(0, 1))
def test_a_wait_is_at_least_what_the_service_asks_for(seconds: int, share: float) -> None:
    retries = Retries(is_known=True, draw=lambda low, high: low + share * (high - low))
    waited = retries.wait(str(seconds))
    assert waited is not None
    assert seconds <= waited <= max(seconds * 1.1, seconds + FIRST_SECONDS)


def test_two_clients_that_failed_together_come_back_at_two_times() -> None:
    waits = {Retries(is_known=True).wait() for _ in range(20)}
    assert len(waits) > 1


def test_a_service_that_has_never_replied_is_asked_three_times() -> None:
    retries = Retries()
    waits = [retries.wait() for _ in range(ATTEMPTS_IN_VAIN)]
    assert [seconds is None for seconds in waits] == [False, False, True]
