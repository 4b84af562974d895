"""Profiles: what anybody reads of a consultant, and what she changes herself."""

from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from vetting.api.doors import PUBLIC, Door, operation, page_of
from vetting.api.evidence import (
    CoverageSerializer,
    EvidenceSerializer,
    ReferralShownSerializer,
    ReferredSerializer,
    ResultSerializer,
    ScaleSerializer,
)
from vetting.api.fields import Figure, Input, Text, Texts, Whole
from vetting.api.pages import PageInput
from vetting.forecasts.queries import record_of_referrer
from vetting.jobs.bell import ring
from vetting.kernel.text import LINE, PARAGRAPH
from vetting.profiles import actions, queries
from vetting.profiles.models import Profile
from vetting.profiles.states import AVAILABILITY, CLAIM_KINDS
from vetting.scorecards.gather import evidence_of, next_steps
from vetting.scorecards.queries import of_profile
from vetting.search.dossier import referrals_of, results_of


class ProfileInput(Input):
    name = Text(most=LINE)
    biography = Text(
        most=PARAGRAPH, default="", help_text="Shown as self-described; never scored, never searched."
    )
    country = Text(
        default="", help_text="ISO 3166-1 alpha-2, such as LV. Needed before the profile is listed."
    )
    place = Text(most=80, default="")
    languages = Texts(
        default=list, help_text="ISO 639-1, such as lv. At least one before the profile is listed."
    )
    rate = Figure(allow_null=True, default=None, help_text="A day's fee before tax.")
    rate_currency = Text(default="", help_text="ISO 4217, such as EUR.")
    availability = Text(words=AVAILABILITY, default="")


class ProfileSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    status = serializers.CharField()
    origin = serializers.CharField(help_text="self, or public_record for one compiled from public sources.")
    demo = serializers.BooleanField(source="is_demo")
    country = serializers.CharField()
    place = serializers.CharField()
    languages = serializers.ListField(child=serializers.CharField())
    rate = Figure(allow_null=True)
    rate_currency = serializers.CharField()
    availability = serializers.CharField()


class OwnProfileSerializer(ProfileSerializer):
    biography = serializers.CharField()
    status_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class ClaimInput(Input):
    kind = Text(words=CLAIM_KINDS)
    text = Text(most=LINE)
    count = Whole(allow_null=True, default=None, help_text="Such as the number of followers.")


class ClaimSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    text = serializers.CharField()
    count = serializers.IntegerField(allow_null=True)


class ClaimsSerializer(serializers.Serializer[Any]):
    results = ClaimSerializer(many=True)


class SelfDescribedSerializer(serializers.Serializer[Any]):
    """What the consultant says of herself. No score and no search reads it."""

    biography = serializers.CharField()
    claims = ClaimSerializer(many=True)


class StandingSerializer(ScaleSerializer):
    counted = serializers.IntegerField(help_text="How many results count.")


class DossierSerializer(ProfileSerializer):
    self_described = SelfDescribedSerializer()
    standing = StandingSerializer(allow_null=True)
    coverage = CoverageSerializer(allow_null=True)
    results = ResultSerializer(many=True)
    referrals = ReferralShownSerializer(many=True)
    referred = ReferredSerializer()


class StepSerializer(serializers.Serializer[Any]):
    """One more piece of evidence of a kind. `narrower` is the part of today's interval it takes away on average."""

    words = serializers.CharField()
    same_client = serializers.BooleanField()
    level = serializers.IntegerField()
    preregistered = serializers.BooleanField()
    answered = serializers.BooleanField(help_text="With the questions about money and transfer answered.")
    follow_up = serializers.BooleanField(help_text="About a confirmed result, after six months.")
    width = serializers.FloatField(help_text="The interval's expected width, in standard deviations.")
    narrower = serializers.FloatField()


class StepsSerializer(serializers.Serializer[Any]):
    results = StepSerializer(many=True)


class Profiles(Door):
    kept = True

    @operation("profiles_list", scope=PUBLIC, query=PageInput, gives=page_of(ProfileSerializer))
    def get(self, _request: Request) -> Response:
        """Listed profiles, newest first."""
        return self.page(queries.visible_to(self.actor), ProfileSerializer)


class Dossier(Door):
    kept = True

    @operation("profiles_retrieve", scope=PUBLIC, gives=DossierSerializer)
    def get(self, _request: Request, slug: str) -> Response:
        """One consultant with every piece of evidence: met, missed, refused and unanswered."""
        profile = visible_profile(self, slug)
        card = of_profile(profile.pk)
        own_words = {"biography": profile.biography, "claims": queries.claims_of(profile)}
        return Response(
            {
                **ProfileSerializer(profile).data,
                "self_described": SelfDescribedSerializer(own_words).data,
                "standing": StandingSerializer(card).data if card else None,
                "coverage": CoverageSerializer(card.coverage).data if card else None,
                "results": ResultSerializer(results_of(profile, card), many=True).data,
                "referrals": ReferralShownSerializer(referrals_of(profile, card), many=True).data,
                "referred": ReferredSerializer(record_of_referrer(profile.pk)).data,
            }
        )


class OwnProfile(Door):
    @operation("profiles_me_retrieve", scope="read", gives=OwnProfileSerializer)
    def get(self, _request: Request) -> Response:
        """Your own profile."""
        return self._answer(own_profile(self))

    @operation(
        "profiles_me_create", scope="profile", takes=ProfileInput, gives=OwnProfileSerializer, status=201
    )
    def post(self, _request: Request) -> Response:
        """Make your profile, as a draft."""
        details = self.given(ProfileInput)
        profile = actions.create(owner=self.user, details=details, by=self.actor, at=self.at)
        return self._answer(profile, status=201)

    @operation("profiles_me_replace", scope="profile", takes=ProfileInput, gives=OwnProfileSerializer)
    def put(self, _request: Request) -> Response:
        """Replace all of your profile's details; what is left out is emptied."""
        return self._change(self.given(ProfileInput))

    @operation("profiles_me_change", scope="profile", takes=ProfileInput, gives=OwnProfileSerializer)
    def patch(self, _request: Request) -> Response:
        """Change some of your profile's details."""
        return self._change(self.given(ProfileInput, partial=True))

    def _change(self, details: dict[str, Any]) -> Response:
        profile = actions.change(own_profile(self), details=details, by=self.actor, at=self.at)
        ring("scorecards", "search")
        return self._answer(profile)

    def _answer(self, profile: Profile, *, status: int = 200) -> Response:
        return Response(OwnProfileSerializer(profile).data, status=status)


class Submit(Door):
    @operation("profiles_me_submit", scope="profile", gives=OwnProfileSerializer)
    def post(self, _request: Request) -> Response:
        """List your profile; after a pause, list it again."""
        profile = actions.submit(own_profile(self), by=self.actor, at=self.at)
        ring("scorecards", "search")
        return Response(OwnProfileSerializer(profile).data)


class Pause(Door):
    @operation("profiles_me_pause", scope="profile", gives=OwnProfileSerializer)
    def post(self, _request: Request) -> Response:
        """Take your profile out of sight until you list it again."""
        profile = actions.pause(own_profile(self), by=self.actor, at=self.at)
        ring("scorecards", "search")
        return Response(OwnProfileSerializer(profile).data)


class OwnEvidence(Door):
    @operation("profiles_me_evidence", scope="read", gives=EvidenceSerializer)
    def get(self, _request: Request) -> Response:
        """All that your score was computed from: docs/recompute.py computes it again."""
        card = of_profile(own_profile(self).pk)
        if card is None:
            raise Http404
        return Response(evidence_of(card, is_owner=True))


class Narrowing(Door):
    @operation("profiles_me_narrowing", scope="read", gives=StepsSerializer)
    def get(self, _request: Request) -> Response:
        """What would narrow your interval, best first, on average over what a client may answer."""
        steps = next_steps(own_profile(self).pk, at=self.at)
        return Response({"results": StepSerializer(steps, many=True).data})


class Claims(Door):
    @operation("profiles_me_claims_list", scope="read", gives=ClaimsSerializer)
    def get(self, _request: Request) -> Response:
        """What you say of yourself: titles, followers, awards, credentials. At most twenty."""
        claims = queries.claims_of(own_profile(self))
        return Response({"results": ClaimSerializer(claims, many=True).data})

    @operation("profiles_me_claims_add", scope="profile", takes=ClaimInput, gives=ClaimSerializer, status=201)
    def post(self, _request: Request) -> Response:
        """Say something of yourself. It is shown as such, and moves no score."""
        given, profile = self.given(ClaimInput), own_profile(self)
        claim = actions.add_claim(profile, by=self.actor, at=self.at, **given)
        return Response(ClaimSerializer(claim).data, status=201)


class Claim(Door):
    @operation("profiles_me_claims_remove", scope="profile", status=204)
    def delete(self, _request: Request, claim_id: UUID) -> Response:
        """Take one of them back."""
        claim = queries.claims_of(own_profile(self)).filter(pk=claim_id).first()
        if claim is None:
            raise Http404
        actions.remove_claim(claim, by=self.actor, at=self.at)
        return Response(status=204)


def visible_profile(door: Door, slug: str) -> Profile:
    """Http404 for one that is hidden from this reader, as for one that does not exist."""
    profile = queries.visible_to(door.actor).filter(slug=slug).first()
    if profile is None:
        raise Http404
    return profile


def own_profile(door: Door) -> Profile:
    """Http404 where this account has made none yet."""
    profile = queries.owned_by(door.user.pk)
    if profile is None:
        raise Http404
    return profile
