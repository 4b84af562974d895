"""Every address of the API. None ends with a slash but the page for people."""

from django.urls import URLPattern, path, re_path

from vetting.api import (
    answers,
    asks,
    document,
    engagements,
    goals,
    keys,
    organizations,
    outcomes,
    profiles,
    reading,
    said,
)

app_name = "api"

_READING = [
    path("search", reading.Search.as_view()),
    path("profiles", profiles.Profiles.as_view()),
    path("profiles/<slug:slug>", profiles.Dossier.as_view()),
    path("scorecards/<slug:slug>", reading.Card.as_view()),
    path("scorecards/<slug:slug>/evidence", reading.Evidence.as_view()),
    path("forecasts", reading.Forecasts.as_view()),
    path("metrics", reading.Metrics.as_view()),
    path("industries", reading.Industries.as_view()),
]
_OWN = [
    path("profiles/me", profiles.OwnProfile.as_view()),
    path("profiles/me/submit", profiles.Submit.as_view()),
    path("profiles/me/pause", profiles.Pause.as_view()),
    path("profiles/me/evidence", profiles.OwnEvidence.as_view()),
    path("profiles/me/narrowing", profiles.Narrowing.as_view()),
    path("profiles/me/claims", profiles.Claims.as_view()),
    path("profiles/me/claims/<uuid:claim_id>", profiles.Claim.as_view()),
    path("keys", keys.Keys.as_view()),
    path("keys/<slug:prefix>", keys.Key.as_view()),
]
_WORK = [
    path("organizations", organizations.Organizations.as_view()),
    path("engagements", engagements.Engagements.as_view()),
    path("engagements/<uuid:engagement_id>", engagements.Engagement.as_view()),
    path("engagements/<uuid:engagement_id>/close", engagements.Close.as_view()),
    path("engagements/<uuid:engagement_id>/withdraw", engagements.Withdraw.as_view()),
    path("goals", goals.Goals.as_view()),
    path("goals/<uuid:goal_id>", goals.Goal.as_view()),
    path("goals/<uuid:goal_id>/propose", goals.Propose.as_view()),
    path("goals/<uuid:goal_id>/withdraw", goals.Withdraw.as_view()),
    path("outcomes", outcomes.Outcomes.as_view()),
    path("outcomes/<uuid:outcome_id>", outcomes.Outcome.as_view()),
    path("outcomes/<uuid:outcome_id>/ask", outcomes.AskClient.as_view()),
    path("outcomes/<uuid:outcome_id>/withdraw", outcomes.Withdraw.as_view()),
    path("asks", asks.Asks.as_view()),
    path("asks/<uuid:ask_id>", asks.Ask.as_view()),
    path("referrals", asks.Referrals.as_view()),
]
_ANSWERS = [
    path("answers/<str:key>", answers.Answer.as_view()),
    path("answers/<str:key>/decline", answers.Decline.as_view()),
    path("answers/<str:key>/stop", answers.Stop.as_view()),
    path("answers/<str:key>/said", said.Said.as_view()),
]
_DOCUMENT = [
    path("openapi.json", document.openapi, name="openapi"),
    path("docs/", document.reader, name="docs"),
    re_path(r"", document.Nothing.as_view()),
]

# "me" stands before any slug.
urlpatterns: list[URLPattern] = [*_OWN, *_READING, *_WORK, *_ANSWERS, *_DOCUMENT]
