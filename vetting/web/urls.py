"""Every page and its address."""

from django.urls import URLPattern, path

from vetting.web import answers, dossier, finding, gallery, letterbox, machines, reading

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
_ANSWERS: list[
    URLPattern
] = [  # the pages a letter's link opens, below r/; a key never stays in the address bar
    path("r/a/<uuid:ask_id>/", answers.answer, name="answer"),
    path("r/a/<uuid:ask_id>/decline/", answers.decline, name="decline"),
    path("r/a/<uuid:ask_id>/stop/", answers.stop, name="stop"),
    path("r/a/<uuid:ask_id>/<slug:screen>/", answers.answer, name="answer_screen"),
    path("r/<str:key>/", answers.open_letter, name="open_letter"),
    path("r/<str:key>/decline/", answers.open_letter, {"page": "web:decline"}, name="open_decline"),
    path("r/<str:key>/stop/", answers.stop_letters, name="stop_letters"),
]
_DEVELOPMENT: list[URLPattern] = [
    path("dev/gallery/", gallery.gallery, name="gallery"),
    path("dev/letters/", letterbox.letters, name="letters"),
    path("dev/letters/<str:key>/", letterbox.letter, name="letter"),
    path("dev/letters/<str:key>/html/", letterbox.letter_html, name="letter_html"),
]

urlpatterns = [*_READING, *_DESK, *_ANSWERS, *_DEVELOPMENT]
