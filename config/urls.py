"""Which door stands where."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# Staff sign in as everybody does, by e-mail code and under the same rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth's documents have it

handler500 = "vetting.web.faults.fault"

urlpatterns = [
    path("", include("vetting.web.urls")),
    path("api/v1/", include("vetting.api.urls")),
    path("staff/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("_allauth/", include("allauth.headless.urls")),
]
