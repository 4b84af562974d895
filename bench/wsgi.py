"""The site for a benchmark: one caller may ask as often as it likes."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from vetting.api import throttles  # noqa: E402 - only now is Django ready

throttles.ANONYMOUS = 10**9
