"""Which service is in use, and the file that keeps its URL and token."""

import stat
from pathlib import Path

import pytest

from cli.configuration import Access, chosen, config_path, forget, load, normal_url, save
from cli.failures import Exit, Failure

URL, OTHER, TOKEN = "https://csv.example.com/api", "https://other.example.com", "csvsum_secret"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_without_a_choice_the_service_is_that_of_make_run() -> None:
    access = chosen(None, {})
    assert (access.url, access.token, access.is_default) == ("http://127.0.0.1:8000", "", True)


def test_what_is_saved_is_used_and_for_the_user_alone() -> None:
    path = save(Access(URL, TOKEN))
    assert path == config_path()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    access = chosen(None, {})
    assert (access.url, access.token, access.is_default) == (URL, TOKEN, False)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_an_option_comes_before_the_environment_and_both_before_the_file() -> None:
    save(Access(URL, TOKEN))
    environ = {"CSVSUM_URL": OTHER, "CSVSUM_TOKEN": "t"}
    assert chosen("http://localhost:1", environ).url == "http://localhost:1"
    assert (chosen(None, environ).url, chosen(None, environ).token) == (OTHER, "t")
    assert chosen(None, {"CSVSUM_URL": ""}).url == URL


def test_a_saved_token_goes_to_no_other_service() -> None:
    save(Access(URL, TOKEN))
    assert chosen(OTHER, {}).token == ""
    assert chosen(None, {"CSVSUM_URL": OTHER}).token == ""
    assert chosen(None, {"CSVSUM_URL": f"{URL}/"}).token == TOKEN


def test_a_file_that_others_can_read_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    save(Access(URL, TOKEN)).chmod(0o644)
    assert chosen(None, {}).token == TOKEN
    said = capsys.readouterr().err
    assert "can be read by others" in said
    assert TOKEN not in said


@pytest.mark.parametrize("text", ["url = ", "url = 'x'\nurl = 'y'", "\x00", "token = 'x'"])
def test_a_file_that_makes_no_sense_is_said(text: str) -> None:
    save(Access(URL)).write_text(text)
    with pytest.raises(Failure) as failed:
        chosen(None, {})
    assert failed.value.exit_code is Exit.USAGE


@pytest.mark.parametrize("token", ["two words", "ümlaut", "line\nline", "\x07", "tab\tulator"])
def test_what_is_no_token_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(Failure) as failed:
        chosen(URL, {"CSVSUM_TOKEN": token})
    assert failed.value.exit_code is Exit.USAGE
    assert token not in failed.value.message


def test_what_is_forgotten_is_gone() -> None:
    save(Access(URL, TOKEN))
    assert forget()
    assert not forget()
    assert load(config_path()) is None


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://csv.example.com/api/", URL),
        ("csv.example.com/api", URL),
        ("https://csv.example.com/api/#/jobs/1", URL),
        ("https://csv.example.com/api?x=1", URL),
        ("localhost:8000", "http://localhost:8000"),
        ("127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        (" http://10.0.0.1 ", "http://10.0.0.1"),
    ],
)
def test_a_url_is_kept_in_one_form(text: str, url: str) -> None:
    assert normal_url(text) == url


@pytest.mark.parametrize(
    "text", ["", "ftp://x", "https://", "http://x:y", "https://a:b@x", "https://x/ä", "http://[::1"]
)
def test_what_is_no_url_is_refused(text: str) -> None:
    with pytest.raises(Failure) as failed:
        normal_url(text)
    assert failed.value.exit_code is Exit.USAGE


@pytest.mark.parametrize(
    ("url", "token", "exposes"),
    [
        ("http://csv.example.com", TOKEN, True),
        ("http://csv.example.com", "", False),
        (URL, TOKEN, False),
        ("http://127.0.0.1:8000", TOKEN, False),
        ("http://localhost", TOKEN, False),
    ],
)
def test_a_token_without_encryption_is_noticed(url: str, token: str, exposes: bool) -> None:
    assert Access(url, token).exposes_token is exposes


def test_before_a_token_is_typed_it_is_known_whether_it_will_be_encrypted() -> None:
    assert Access("http://csv.example.com").is_exposed
    assert not Access("https://csv.example.com").is_exposed
