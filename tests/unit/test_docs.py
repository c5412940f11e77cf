"""The documentation against the code: its tables, names, links and commands."""

import ast
import importlib
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

import pytest

from app import app
from chalicelib.adapters import results_bucket
from chalicelib.engine import gunzip, limits, sums
from chalicelib.engine.options import LISTS, Options
from chalicelib.errors import BadRequest, CsvsumError, FileError
from chalicelib.jobs import (
    file_names,
    listing,
    option_values,
    parts,
    recovery,
    results,
    uploads,
    waiting,
)
from chalicelib.jobs.option_values import DELIMITERS
from chalicelib.jobs.options import NAMES, parse_options
from chalicelib.settings import Settings
from chalicelib.web import requests, responses, submissions, surface
from chalicelib.web.openapi import codes
from infra.gateway_responses import GATEWAY_RESPONSES
from local.config import LocalConfig
from tests.imports import used_modules
from tests.markdown import ROOT, Page, code, pages
from tests.openapi import ELSEWHERE, NOT_HTTP

README, API, GLOSSARY = Page("README.md"), Page("docs/api.md"), Page("docs/glossary.md")
USER, OPERATOR = Page("docs/user.md"), Page("docs/operator.md")
PAGES = {page.name: page for page in pages()}
MAKEFILE = (ROOT / "Makefile").read_text()
# Of chalicelib, what the service uses.
MODULES = {name: importlib.import_module(name) for name in sorted(used_modules() - {"app"})}
GROWTH, ROW_LIMITS = gunzip.GrowthLimit(), limits.LIMITS
FUNCTIONS = json.loads((ROOT / "infra" / "functions.json").read_text())["Resources"]
STAGE_LIMITS = FUNCTIONS["RestAPI"]["Properties"]["MethodSettings"][0]
KIB, MIB, GIB = 2**10, 2**20, 2**30
# By what is limited: what the table must say of it.
LIMITS: dict[str, list[str]] = {
    "a row": [f"{ROW_LIMITS.max_row_bytes // MIB} MiB ({ROW_LIMITS.max_row_bytes:,} bytes)"],
    "fields in a row": [f"{ROW_LIMITS.max_fields:,}"],
    "sums per job": [
        f"{ROW_LIMITS.max_sums:,};",
        f"{results.MAX_RESULT_CHARS // MIB} Mi characters",
    ],
    "a number": [f"{sums.MAX_NUMBER_CHARS:,} characters", f"exponent of {sums.MIN_EXPONENT} "],
    "a total": ["none"],
    "parts per job": [f"{parts.MAX_PARTS:,}"],
    "compressed files": [
        f"{GROWTH.max_bytes // GIB} GiB unpacked",
        f"from {GROWTH.free_bytes // MIB} MiB on, at most {GROWTH.max_ratio} times",
    ],
    "`step` and `first`": [f"{option_values.MAX_INDEX:,}"],
    "a file's name": [f"{file_names.MAX_NAME_BYTES:,} bytes"],
    "jobs of a client in progress": [f"{Settings().max_jobs_per_client:,}"],
    "the body of `POST /jobs`": [f"{requests.MAX_BODY_BYTES // KIB} KiB"],
    "an upload": [f"{Settings().max_upload_bytes:,} bytes", f"{uploads.MAX_NAME_BYTES} bytes"],
    "submissions in one `POST /jobs`": [f"{submissions.MAX_SUBMISSIONS}"],
    "jobs on a page": [f"{listing.MAX_LIMIT}"],
    "`wait`": [f"{waiting.MAX_SECONDS} seconds"],
    "`Idempotency-Key`": [f"{requests.MAX_KEY_CHARS} characters"],
    "a reply": [f"{responses.MAX_REPLY_BYTES:,} bytes", f"{results_bucket.LINK_SECONDS} seconds"],
    "bytes in progress": [f"{Settings().max_bytes_in_progress:,}"],
    "requests": [
        f"{STAGE_LIMITS['ThrottlingRateLimit']} a",
        f"{STAGE_LIMITS['ThrottlingBurstLimit']} at",
    ],
    "tries": [f"{recovery.MAX_ATTEMPTS} attempts of a job"],
    "retention": [f"{Settings().keep_days} days"],
}
# What is called with a code as its first argument, or its second.
CODE_AT = {"Fault": 0, "_fault_at": 0, "BadGzip": 0, "BadCell": 1, "Refused": 0, "problem": 1}


class Recorded(Mapping[str, str]):
    """Variables of the environment, and which of them were asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)


def defaults(table: list[dict[str, str]]) -> dict[str, str]:
    """Return the first default of each name; a second one is that of ``make run``."""
    return {row["name"].strip("`"): code(row["default"])[0] for row in table}


SETTINGS, LOCAL_SETTINGS = map(defaults, OPERATOR.tables("name", "default", "unit"))


def test_the_readme_has_the_settings_that_the_code_reads() -> None:
    environ = Recorded({})
    Settings.from_env(environ)
    # Chalice's commands and Lambda set two of those themselves, and all clients of AWS read one.
    others = {"AWS_CHALICE_CLI_MODE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_ENDPOINT_URL"}
    assert set(SETTINGS) == environ.asked - others


@pytest.mark.parametrize("name", SETTINGS)
def test_the_readme_has_the_default_of_a_setting(name: str) -> None:
    assert Settings.from_env({name: SETTINGS[name]}) == Settings()


def test_the_readme_has_the_settings_of_make_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    environ = Recorded({})
    config = LocalConfig.from_env(environ)
    assert set(LOCAL_SETTINGS) == environ.asked - {"AUTH", "CSV_SOURCE"} | {"PYTHON"}
    assert LocalConfig.from_env(LOCAL_SETTINGS) == config
    assert f"PYTHON ?= {LOCAL_SETTINGS['PYTHON']}\n" in MAKEFILE


def test_the_readme_has_the_options_and_their_defaults() -> None:
    (table,) = USER.tables("option", "default")
    documented = {row["option"].strip("`"): code(row["default"]) for row in table}
    assert list(documented) == list(NAMES)
    in_json = {name: default[0] for name, default in documented.items() if default}
    in_json |= {name: json.loads(in_json[name]) for name in LISTS}
    assert parse_options(in_json) == Options()


@pytest.mark.parametrize("name", ["step", "first", "skip_rows"])
def test_the_readme_has_the_range_of_an_option(name: str) -> None:
    (table,) = USER.tables("option", "default")
    (values,) = [row["values"] for row in table if row["option"] == f"`{name}`"]
    lowest, highest = (int(each.replace(",", "")) for each in values.split(" to "))
    for inside in (lowest, highest):
        parse_options({name: inside})
    for outside in (lowest - 1, highest + 1):
        with pytest.raises(BadRequest):
            parse_options({name: outside})


def test_the_readme_has_every_delimiter() -> None:
    (table,) = USER.tables("option", "default")
    (values,) = [row["values"] for row in table if row["option"] == "`delimiter`"]
    assert set(code(values)[-1]) | {"\t", " "} == DELIMITERS


def test_the_readme_has_every_limit() -> None:
    (table,) = USER.tables("what", "limit")
    documented = {row["what"]: row["limit"] + row["beyond it"] for row in table}
    assert set(documented) == set(LIMITS)
    for what, said in LIMITS.items():
        assert all(each in documented[what] for each in said), f"{what}: {said}"


def error_classes() -> dict[str, type[CsvsumError]]:
    """Return every error of chalicelib by its name."""
    members = [vars(module).values() for module in MODULES.values()]
    return {
        member.__name__: member
        for values in members
        for member in values
        if inspect.isclass(member) and issubclass(member, CsvsumError)
    }


def codes_in_calls() -> Iterator[str]:
    """Yield the codes that are written where an error is made."""
    for module in MODULES.values():
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and len(node.args) > CODE_AT.get(name, len(node.args)):
                argument = node.args[CODE_AT[name]]
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)


def test_the_api_page_has_every_error_code() -> None:
    documented = {name for row in API.rows("code") for name in code(row["code"])}
    of_classes = {error.code for error in error_classes().values()}
    of_service = of_classes | of_gateway() | {NOT_HTTP} | set(codes.JOB)
    assert documented == of_service | set(codes_in_calls())


def of_gateway() -> set[str]:
    """Return the codes of what Chalice and API Gateway reply by themselves."""
    of_chalice = {name for name, _ in surface.PROBLEMS.values()}
    return of_chalice | {response.code for response in GATEWAY_RESPONSES.values()}


def test_the_api_page_has_the_status_of_every_code_of_a_request() -> None:
    documented = {
        code(row["code"])[0]: int(row["status"])
        for row in API.rows("code", "status")
        if row["status"].isdigit()
    }
    real = {each.code: each.status.value for each in GATEWAY_RESPONSES.values()}
    real |= {name: status.value for status, (name, _) in surface.PROBLEMS.items()}
    real |= {name: status for status, name in ELSEWHERE.items()}
    for error in error_classes().values():
        for kind, status in responses.STATUS_OF:
            # Most errors of a file are found only once its job runs.
            if issubclass(error, kind) and (kind is not FileError or error.code in documented):
                real.setdefault(error.code, status.value)
    assert documented == real


def test_the_api_page_has_every_route() -> None:
    documented = {tuple(code(row["request"])[0].split(" ")) for row in API.rows("request")}
    real = {
        (method, path)
        for path, methods in app.routes.items()
        for method in methods
        if method not in ("HEAD", "OPTIONS")
    }
    assert {(method, shape(path)) for method, path in documented} == {
        (method, shape(path)) for method, path in real
    }


def shape(path: str) -> str:
    """Return a path with ``{}`` for each variable; ``/csv_name=<name>`` is one segment."""
    return re.sub(r"csv_name=<name>|<\w+>|{\w+}", "{}", path)


@pytest.mark.parametrize(
    "name", [name for row in GLOSSARY.rows("term") for name in code(row["in the code"])]
)
def test_a_name_in_the_glossary_is_in_the_code(name: str) -> None:
    if "/" in name or name.endswith(".py"):
        assert (ROOT / name).exists()
        return
    owner, *members = name.split(".")
    found = [vars(module)[owner] for module in MODULES.values() if owner in vars(module)]
    assert found
    for member in members:
        assert hasattr(found[0], member) or member in found[0].__annotations__


def test_the_terms_of_the_glossary_are_sorted() -> None:
    for table in GLOSSARY.tables("term"):
        terms = [row["term"].lower() for row in table]
        assert terms == sorted(terms)


@pytest.mark.parametrize("page", PAGES)
def test_the_links_of_a_page_lead_somewhere(page: str) -> None:
    for link in PAGES[page].links():
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        assert target.exists(), link
        if anchor:
            name = str(target.resolve().relative_to(ROOT))
            assert anchor in PAGES[name].anchors(), link


@pytest.mark.parametrize("page", sorted(set(PAGES) - {"CHANGELOG.md"}))
def test_the_commands_and_paths_of_a_page_exist(page: str) -> None:
    text = PAGES[page].text
    targets = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"[`\n] ?make ([a-z][a-z-]*)", text)) <= targets
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert find_spec(module), module
    for path in re.findall(r"`((?:[a-z.]+/)+[\w.-]+)`", text):
        top = ROOT / path.split("/")[0]
        assert (ROOT / path).exists() or not top.is_dir(), path


@pytest.mark.parametrize("page", PAGES)
def test_the_variables_of_a_make_command_exist(page: str) -> None:
    known = {*SETTINGS, *LOCAL_SETTINGS, *re.findall(r"\$\((?:or \$\()?([A-Z]+)\)", MAKEFILE)}
    for given in re.findall(r"\bmake\s[a-z-]+((?:\s[A-Z_]+=[^\s`]*)+)", PAGES[page].text):
        assert set(re.findall(r"\s([A-Z_]+)=", given)) <= known
