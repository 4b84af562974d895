from django.db import models

from vetting.followups.models import Ask, Referee
from vetting.kernel.rows import MovedRow, status_in
from vetting.profiles.models import Profile
from vetting.referrals.states import REFERRAL, RELATIONS


class Referral(MovedRow):
    """A peer's word for a consultant. `referrer` is the peer's own profile, where her mailbox has one.

    A correction is a new row: it supersedes the one before, which keeps its words.
    """

    MOVES = REFERRAL

    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    referee = models.ForeignKey(Referee, null=True, on_delete=models.PROTECT, related_name="+")
    referrer = models.ForeignKey(Profile, null=True, on_delete=models.PROTECT, related_name="+")
    ask = models.ForeignKey(Ask, null=True, on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(
        max_length=12, choices=[(word, word.replace("_", " ")) for word in RELATIONS], blank=True
    )
    skill = models.CharField(max_length=80, blank=True)
    seen_from = models.PositiveSmallIntegerField(null=True)
    seen_to = models.PositiveSmallIntegerField(null=True)
    saw = models.TextField(blank=True)
    gets_fee = models.BooleanField(null=True)
    created_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)
    supersedes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            status_in(REFERRAL),
            models.CheckConstraint(
                condition=models.Q(relation="") | models.Q(relation__in=RELATIONS),
                name="referral_relation_known",
            ),
            models.UniqueConstraint(
                fields=["profile", "referee"],
                condition=models.Q(status__in=["requested", "answered", "accepted", "set_aside"]),
                name="one_referral_of_a_peer",
            ),
            models.CheckConstraint(
                condition=~models.Q(profile=models.F("referrer")), name="nobody_refers_himself"
            ),
        )
        indexes = (models.Index(fields=["referrer"], name="referral_referrer"),)

    def __str__(self) -> str:
        return f"{self.relation} {self.skill}"
