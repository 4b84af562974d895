"""The staff's door: reads everything, changes only through the rooms' actions."""

from django.contrib import admin
from django.db import models

from vetting.accounts.models import User
from vetting.admin.letters import LetterDesk
from vetting.admin.profiles import ProfileDesk
from vetting.admin.reading import ReadingDesk
from vetting.admin.replies import ReplyDesk
from vetting.admin.scorecards import ScorecardDesk
from vetting.audit.models import AuditEntry
from vetting.companies.models import Organization, OrganizationDomain
from vetting.engagements.models import Engagement, Goal
from vetting.followups.models import Ask, AskStep, ConsultantStop, Outbox, Referee
from vetting.forecasts.models import Forecast, Settlement
from vetting.mail.models import Suppression
from vetting.outcomes.models import Attestation, FollowUp, Measurement, Outcome
from vetting.privacy.models import Visit
from vetting.profiles.models import Profile, SelfClaim
from vetting.referrals.models import Referral
from vetting.replies.models import Reply
from vetting.scorecards.models import CalibrationRecord, Scorecard
from vetting.search.models import Listing

admin.site.site_header = admin.site.site_title = "Touchstone, staff"

# What each list shows: columns, then what it can be narrowed by, then what it can be searched by.
_LISTS: tuple[tuple[type[models.Model], tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (User, ("email", "is_staff", "is_demo", "date_joined"), ("is_staff", "is_demo"), ("email",)),
    (Organization, ("name", "kind", "country", "industry", "is_demo"), ("kind", "is_demo"), ("name", "slug")),
    (OrganizationDomain, ("domain", "organization", "proof", "proved_at"), ("proof",), ("domain",)),
    (SelfClaim, ("profile", "kind", "text", "count"), ("kind",), ("text",)),
    (Engagement, ("work", "profile", "organization", "status", "starts_on"), ("status", "mode"), ("work",)),
    (
        Goal,
        ("metric", "engagement", "status", "preregistered", "due_on"),
        ("status", "preregistered"),
        ("metric",),
    ),
    (Outcome, ("goal", "status", "level", "achieved", "verified_at"), ("status", "level"), ("id",)),
    (
        Attestation,
        ("outcome", "witness", "result_verdict", "level", "given_at"),
        ("witness", "level"),
        ("id",),
    ),
    (FollowUp, ("outcome", "wave", "still", "value", "given_at"), ("still", "wave"), ("id",)),
    (Measurement, ("goal", "kind", "value", "stated_by", "measured_on"), ("kind", "stated_by"), ("id",)),
    (Referee, ("name", "mailbox", "country", "created_at"), ("country",), ("name", "mailbox")),
    (
        Ask,
        ("kind", "consultant", "referee", "status", "created_at"),
        ("kind", "status"),
        ("id", "subject_id"),
    ),
    (Outbox, ("status", "status_at"), (), ()),
    (Suppression, ("reason", "at"), ("reason",), ()),
    (ConsultantStop, ("consultant", "at"), (), ()),
    (Visit, ("referee", "asked_at", "sent_at", "tries", "opened_at", "ends_at"), (), ()),
    (Referral, ("profile", "referrer", "status", "relation", "gets_fee"), ("status", "gets_fee"), ("skill",)),
    (Forecast, ("goal", "probability", "counted", "made_at"), ("model_version",), ("id",)),
    (Settlement, ("forecast", "end", "reason", "settled_at"), ("end",), ("id",)),
    (Listing, ("profile", "theta_low", "level", "card_computed_at"), ("level",), ("profile__name",)),
    (CalibrationRecord, ("version", "made_at", "checked_at", "claims", "consultants"), (), ("version",)),
    (AuditEntry, ("at", "kind", "verb", "before", "after", "actor_kind"), ("kind", "verb"), ("row_id",)),
)

for table, columns, filters, searched in _LISTS:
    desk = type(
        f"{table.__name__}Desk",
        (ReadingDesk,),
        {"list_display": columns, "list_filter": filters, "search_fields": searched},
    )
    admin.site.register(table, desk)
admin.site.register(Profile, ProfileDesk)
admin.site.register(Scorecard, ScorecardDesk)
admin.site.register(AskStep, LetterDesk)
admin.site.register(Reply, ReplyDesk)
