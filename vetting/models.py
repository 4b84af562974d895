"""The register of tables, read by Django only; nobody imports it."""

from vetting.accounts.models import ApiKey, Tally, User
from vetting.audit.models import AuditEntry
from vetting.companies.models import Organization, OrganizationDomain
from vetting.engagements.models import Engagement, Goal
from vetting.followups.models import Ask, AskKey, AskStep, ConsultantStop, Referee
from vetting.forecasts.models import Forecast, Settlement
from vetting.indexes.models import ListingChange, Segment
from vetting.mail.models import Pace, Suppression, WarmUp
from vetting.outcomes.models import Attestation, FollowUp, Measurement, Outcome
from vetting.privacy.models import Visit
from vetting.profiles.models import Profile, SelfClaim
from vetting.referrals.models import Referral
from vetting.replies.models import Reply
from vetting.scorecards.models import CalibrationRecord, Scorecard
from vetting.search.models import Listing, ListingMetric, ListingNiche
from vetting.words.models import Word

__all__ = [
    "ApiKey",
    "Ask",
    "AskKey",
    "AskStep",
    "Attestation",
    "AuditEntry",
    "CalibrationRecord",
    "ConsultantStop",
    "Engagement",
    "FollowUp",
    "Forecast",
    "Goal",
    "Listing",
    "ListingChange",
    "ListingMetric",
    "ListingNiche",
    "Measurement",
    "Organization",
    "OrganizationDomain",
    "Outcome",
    "Pace",
    "Profile",
    "Referee",
    "Referral",
    "Reply",
    "Scorecard",
    "Segment",
    "SelfClaim",
    "Settlement",
    "Suppression",
    "Tally",
    "User",
    "Visit",
    "WarmUp",
    "Word",
]
