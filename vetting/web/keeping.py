"""Public pages a browser may keep: it asks each time, and gets them again only where they have changed.

The tag is of what is sent. A dossier also shows names of peers and what became of those she referred, so the version of
her own evidence would call a page unchanged that is not.
"""

from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page

View = Callable[..., HttpResponse]


def kept(view: View) -> View:
    """Compressed, since neither holds a secret beside what a stranger typed into its address."""
    found: View = gzip_page(cache_control(private=True, no_cache=True)(conditional_page(view)))
    return found
