"""What a journey needs: the site, and a worker that has nothing in common with it but the database and Valkey."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.programs import Program
from tests.journeys.workers import working
from tests.letterbox import Letterbox


@pytest.fixture
def anybody(live_server: Any) -> Program:
    return Program(live_server.url)


@pytest.fixture
def worker(
    live_server: Any, letterbox: Letterbox, tmp_path: Path, transactional_db: Callable[..., None]
) -> Iterator[None]:
    """Sends the letters, computes the cards and refreshes search; it writes to readers in Latvia."""
    # Where the client is; and nowhere, as the peer is, of whom no country is known.
    with working(live_server.url, letterbox, countries=("LV", ""), log=tmp_path / "worker.log"):
        yield
