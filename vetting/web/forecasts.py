"""How the platform's own forecasts came out, for everybody to see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from vetting.forecasts.queries import record_of_all
from vetting.forecasts.states import PATIENCE, WINDOW
from vetting.web.drawings.reliability import reliability


@require_safe
def forecasts(request: HttpRequest) -> HttpResponse:
    record = record_of_all(at=now())
    context = {
        "record": record,
        "found": record.reliability,
        "drawing": reliability(record.reliability, key="reliability"),
        "tenths": [
            {
                "from": 100 * tenth.low,
                "to": 100 * tenth.high,
                "n": tenth.n,
                "met": tenth.met,
                "said": None if tenth.mean is None else 100 * tenth.mean,
                "true": 100 * tenth.met / tenth.n if tenth.n else None,
            }
            for tenth in record.reliability.tenths
        ],
        "window_days": WINDOW.days,
        "patience_days": PATIENCE.days,
    }
    return render(request, "pages/reading/forecasts.html", context)
