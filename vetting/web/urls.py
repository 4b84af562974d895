"""Every page and its address."""

from django.urls import URLPattern, path

from vetting.web import (
    answer_languages,
    answer_said,
    answer_ways,
    answers,
    asking,
    desk,
    dossier,
    finding,
    forecasts,
    gallery,
    inbound,
    keys,
    letterbox,
    machines,
    mine,
    outbox,
    profile,
    reading,
    work,
)

app_name = "web"

_READING: list[URLPattern] = [  # home, search, dossier, method
    path("", reading.home, name="home"),
    path("search/", finding.search, name="search"),
    path("c/<slug:slug>/", dossier.dossier, name="dossier"),
    path("method/", reading.method, name="method"),
    path("forecasts/", forecasts.forecasts, name="forecasts"),
    path("for-consultants/", reading.for_consultants, name="for_consultants"),
    path("robots.txt", machines.robots, name="robots"),
    path("health/", machines.health, name="health"),
    path("inbound/", inbound.inbound, name="inbound"),
]
_DESK: list[URLPattern] = [  # the consultant's own pages
    path("desk/", desk.desk, name="desk"),
    path("desk/profile/", profile.profile, name="profile"),
    path("desk/profile/list/", profile.list_profile, name="list_profile"),
    path("desk/profile/pause/", profile.pause_profile, name="pause_profile"),
    path("desk/profile/claims/", profile.add_claim, name="add_claim"),
    path("desk/profile/claims/<uuid:claim_id>/remove/", profile.remove_claim, name="remove_claim"),
    path("desk/work/", work.work, name="work"),
    path("desk/work/new/", work.declare, name="declare"),
    path("desk/work/<uuid:engagement_id>/", work.engagement, name="engagement"),
    path("desk/work/<uuid:engagement_id>/close/", work.close, name="close_work"),
    path("desk/work/<uuid:engagement_id>/withdraw/", work.withdraw, name="withdraw_work"),
    path("desk/work/<uuid:engagement_id>/goal/", work.choose_metric, name="choose_metric"),
    path("desk/work/<uuid:engagement_id>/goal/<slug:key>/", work.draft_goal, name="draft_goal"),
    path("desk/goals/<uuid:goal_id>/ask/", asking.ask_goal, name="ask_goal"),
    path("desk/goals/<uuid:goal_id>/report/", work.report, name="report"),
    path("desk/goals/<uuid:goal_id>/withdraw/", work.withdraw_goal, name="withdraw_goal"),
    path("desk/results/<uuid:outcome_id>/ask/", asking.ask_result, name="ask_result"),
    path("desk/results/<uuid:outcome_id>/withdraw/", work.withdraw_result, name="withdraw_result"),
    path("desk/asks/", asking.asks, name="asks"),
    path("desk/peers/", asking.peers, name="peers"),
    path("desk/peers/ask/", asking.ask_peer, name="ask_peer"),
    path("desk/peers/<uuid:referral_id>/withdraw/", asking.withdraw_referral, name="withdraw_referral"),
    path("desk/keys/", keys.keys, name="keys"),
    path("desk/keys/<str:prefix>/revoke/", keys.revoke, name="revoke_key"),
]
_ANSWERS: list[
    URLPattern
] = [  # the pages a letter's link opens, below r/; a key never stays in the address bar
    path("r/mine/", mine.mine, name="mine"),
    path("r/mine/code/", mine.send_code, name="send_code"),
    path("r/mine/download/", mine.download, name="download"),
    path("r/mine/stop/", mine.stop, name="stop_mine"),
    path("r/mine/erase/", mine.erase, name="erase"),
    path("r/mine/erased/", mine.erased, name="erased"),
    path("r/mine/language/", answer_languages.speak_mine, name="speak_mine"),
    path("r/mine/leave/", mine.leave, name="leave"),
    path("r/a/<uuid:ask_id>/", answers.answer, name="answer"),
    path("r/a/<uuid:ask_id>/decline/", answers.decline, name="decline"),
    path("r/a/<uuid:ask_id>/stop/", answers.stop, name="stop"),
    path("r/a/<uuid:ask_id>/saved/", answers.saved, name="saved"),
    path("r/a/<uuid:ask_id>/not-me/", answer_ways.hand_on, name="hand_on"),
    path("r/a/<uuid:ask_id>/stop-consultant/", answer_ways.stop_consultant, name="stop_consultant"),
    path("r/a/<uuid:ask_id>/mine/", answer_ways.mine, name="ask_mine"),
    path("r/a/<uuid:ask_id>/language/", answer_languages.speak, name="speak"),
    path("r/a/<uuid:ask_id>/correct/", answer_said.correct, name="correct"),
    path("r/a/<uuid:ask_id>/publish/", answer_said.publish, name="publish"),
    path("r/a/<uuid:ask_id>/take-back/", answer_said.take_back, name="take_back"),
    path("r/a/<uuid:ask_id>/<slug:screen>/", answers.answer, name="answer_screen"),
    path("r/<str:key>/", answers.open_letter, name="open_letter"),
    path("r/<str:key>/decline/", answers.open_letter, {"page": "web:decline"}, name="open_decline"),
    path("r/<str:key>/stop/", answers.stop_letters, name="stop_letters"),
    path("r/<str:key>/mine/", mine.open_mine, name="open_mine"),
]
_STAFF: list[URLPattern] = [  # before the staff's lists of rows, which are the admin's
    path("staff/outbox/", outbox.outbox, name="outbox"),
    path("staff/outbox/resume/", outbox.resume, name="outbox_resume"),
]
_DEVELOPMENT: list[URLPattern] = [
    path("dev/gallery/", gallery.gallery, name="gallery"),
    path("dev/letters/", letterbox.letters, name="letters"),
    path("dev/letters/<str:key>/", letterbox.letter, name="letter"),
    path("dev/letters/<str:key>/html/", letterbox.letter_html, name="letter_html"),
]

urlpatterns = [*_READING, *_DESK, *_ANSWERS, *_STAFF, *_DEVELOPMENT]
