"""The OpenAPI document, and the page that reads it."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from tests.api.callers import drawn
from vetting.accounts.states import SCOPES
from vetting.api.document import document, written
from vetting.api.doors import PERSON, PUBLIC, Door
from vetting.api.pages import MOST, USUAL
from vetting.api.problems import TITLES
from vetting.api.throttles import ANONYMOUS, SIGNED_IN
from vetting.api.urls import urlpatterns

PROJECT = Path(__file__).resolve().parent.parent.parent


def test_the_committed_document_is_the_one_that_is_served(client):
    """`manage.py spectacular --format openapi-json --file docs/reference/openapi.json` writes it."""
    committed = (PROJECT / "docs" / "reference" / "openapi.json").read_bytes()
    assert committed == written()
    served = client.get("/api/v1/openapi.json")
    assert (served.status_code, served["Content-Type"]) == (
        200,
        "application/vnd.oai.openapi+json;version=3.1",
    )
    assert served.content == committed


def test_it_is_openapi_3_1_without_a_warning():
    GENERATOR_STATS.reset()
    found = document()
    assert (GENERATOR_STATS._warn_cache, GENERATOR_STATS._error_cache) == ({}, {})
    validate_schema(found)
    assert found["openapi"] == "3.1.1"


def test_every_operation_is_described():
    for methods in drawn()["paths"].values():
        for operation in methods.values():
            assert re.fullmatch(r"[A-Z].*\.", operation["summary"]), operation["operationId"]
            assert operation["responses"]["default"]["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }


def test_every_handler_names_a_scope_that_there_is():
    """A handler that forgot would be none: Door finds it by its scope."""
    doors = {
        pattern.callback.view_class for pattern in urlpatterns if hasattr(pattern.callback, "view_class")
    }
    handlers = [
        getattr(door, method) for door in doors for method in Door.http_method_names if hasattr(door, method)
    ]
    assert {handler.scope for handler in handlers} == {PUBLIC, PERSON, *SCOPES}


def test_nothing_beside_what_is_named_is_taken():
    inputs = {
        name: shape for name, shape in drawn()["components"]["schemas"].items() if name.endswith("Input")
    }
    assert len(inputs) == 15
    assert {shape["additionalProperties"] for shape in inputs.values()} == {False}


def test_the_reader_loads_nothing_from_elsewhere(client):
    page = client.get("/api/v1/docs/")
    html = page.content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert [source for source in sources if not source.startswith(("/", "#"))] == []
    scripts = [source for source in sources if source.endswith((".js", ".css"))]
    assert [source for source in scripts if finders.find(source.removeprefix("/static/")) is None] == []
    assert "<script>" not in html
    assert "unsafe" not in page["Content-Security-Policy"]


def test_the_reader_reads_in_a_browser(live_server, page):
    """`page` fails the test where the policy blocks something or a script throws."""
    page.goto(f"{live_server.url}/api/v1/docs/")
    page.wait_for_selector(".opblock")
    assert page.locator(".opblock").count() == sum(len(methods) for methods in drawn()["paths"].values())
    page.locator("#operations-metrics-metrics_list .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    answer = page.locator("#operations-metrics-metrics_list .live-responses-table")
    answer.get_by_text('"conversion_rate"').first.wait_for()
    assert answer.locator(".response-col_status").nth(1).inner_text().split()[0] == "200"


def test_the_reader_follows_the_colours_of_the_system(live_server, new_page):
    dark = new_page(color_scheme="dark", width=390)
    dark.goto(f"{live_server.url}/api/v1/docs/")
    dark.wait_for_selector(".opblock")
    assert dark.evaluate("document.documentElement.className") == "dark-mode"
    assert dark.evaluate("document.documentElement.scrollWidth") == 390
    dark.emulate_media(color_scheme="light")
    dark.wait_for_selector("html:not(.dark-mode)")


def test_the_reference_names_every_scope_and_every_status():
    page = (PROJECT / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| `([a-z]+)` \| (.+) \|$", page, re.MULTILINE)) == SCOPES
    rows = re.findall(r"^\| ([0-9, ]+) \|", page, re.MULTILINE)
    assert {int(number) for row in rows for number in row.split(",")} == set(TITLES)
    assert f"more than {ANONYMOUS} requests a minute from one address, or {SIGNED_IN} of one account" in page
    assert f"`limit` is 1 to {MOST} ({USUAL} where it is left out)" in page
