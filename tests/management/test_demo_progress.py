"""What the pages may tell while the demo world is being made."""

import pytest

from vetting.management.commands.demo import Command
from vetting.web import making


def test_pages_hear_how_much_is_done_until_it_ends(settings, tmp_path):
    settings.DEMO_FILE = tmp_path / "var" / "demo.json"
    heard = [making.percent()]
    with pytest.raises(RuntimeError), Command()._progress_for_pages() as on_pages:  # noqa: PT012 - one story
        heard.append(making.percent())
        on_pages(0.419)
        heard.append(making.percent())
        raise RuntimeError
    assert [*heard, making.percent()] == [None, 0, 41, None]
