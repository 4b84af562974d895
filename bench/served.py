"""The site as gunicorn serves it, but for the limit of one caller: a bench asks more than that in a minute."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from vetting.api import throttles  # noqa: E402 - which reads settings

throttles.ANONYMOUS = 1_000_000_000
