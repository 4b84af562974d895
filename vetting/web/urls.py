"""Every page and its address."""

from django.urls import URLPattern, path

from vetting.web import gallery

app_name = "web"

_READING: list[URLPattern] = []  # home, search, dossier, method
_DESK: list[URLPattern] = []  # the consultant's own pages, below desk/
_ANSWERS: list[URLPattern] = []  # the pages a letter's link opens, below r/
_DEVELOPMENT: list[URLPattern] = [path("dev/gallery/", gallery.gallery, name="gallery")]

urlpatterns = [*_READING, *_DESK, *_ANSWERS, *_DEVELOPMENT]
