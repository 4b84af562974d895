"""What every test stands on."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from pytest_django import Settings

from tests import cases, traps  # noqa: F401 - registers the profiles
from tests.letterbox import Letterbox

PROJECT = Path(__file__).resolve().parent.parent
CI = os.environ.get("CI", "").lower() in {"1", "true"}
PATIENCE = 30_000  # ms that a page may take on a crowded machine; a quick one waits for nothing
expect.set_options(timeout=PATIENCE)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session", autouse=True)
def _traps() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        traps.forbid_outside(patch)
        traps.refuse_undefined(patch, PROJECT / "templates")
        traps.shuffle_unordered(patch)
        traps.demand_csrf_tokens(patch)
        traps.let_tests_truncate(patch)
        yield


@pytest.fixture(autouse=True)
def _own_cache() -> None:
    """Each test has a cache of its own; clearing the shared one would take the neighbours' away."""
    prefix = f"test:{uuid.uuid4()}"
    settings.CACHES["default"]["KEY_PREFIX"] = prefix
    caches["default"].key_prefix = prefix
    caches["near"].clear()


@pytest.fixture
def letterbox(settings: Settings) -> Iterator[Letterbox]:
    """A real SMTP server, and all letters go there."""
    with Letterbox() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        yield box


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Where there is none the test is skipped, but never in CI."""
    if CHROMIUM is None:
        message = "no Chromium here; install the package 'chromium' to run the browser tests"
        pytest.fail(message) if CI else pytest.skip(message)
    # Playwright keeps an event loop in this thread, and Django would take every query for an async one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    flags = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")  # Chromium's sandbox refuses root
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=flags)
        yield opened
        opened.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each like a visitor of its own: `new_page(width=390, java_script_enabled=False)`.

    A page fails its test where its scripts throw or its policy blocks something.
    """
    contexts = []
    faults: list[str] = []

    def open_page(*, width: int = 1280, height: int = 900, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)  # type: ignore[arg-type]  # Playwright's own
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if _is_fault(said, page) else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def _is_fault(said: ConsoleMessage, page: Page) -> bool:
    """An error in the console, except that the page itself was answered as a refusal."""
    refused = "the server responded with a status of 4" in said.text and said.location["url"] == page.url
    return said.type == "error" and not refused


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """One page at 1280 px."""
    return new_page()
