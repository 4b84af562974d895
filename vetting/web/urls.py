"""Every page and its address."""

from django.urls import URLPattern, path

from vetting.web import dossier, finding, gallery, machines, reading

app_name = "web"

_READING: list[URLPattern] = [  # home, search, dossier, method
    path("", reading.home, name="home"),
    path("search/", finding.search, name="search"),
    path("c/<slug:slug>/", dossier.dossier, name="dossier"),
    path("method/", reading.method, name="method"),
    path("for-consultants/", reading.for_consultants, name="for_consultants"),
    path("robots.txt", machines.robots, name="robots"),
    path("health/", machines.health, name="health"),
]
_DESK: list[URLPattern] = []  # the consultant's own pages, below desk/
_ANSWERS: list[URLPattern] = []  # the pages a letter's link opens, below r/
_DEVELOPMENT: list[URLPattern] = [path("dev/gallery/", gallery.gallery, name="gallery")]

urlpatterns = [*_READING, *_DESK, *_ANSWERS, *_DEVELOPMENT]
