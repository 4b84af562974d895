from django.db import models

from vetting.companies.states import KINDS, PROOFS
from vetting.kernel.rows import Row


def _words(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word.replace("_", " ")) for word in words]


class Organization(Row):
    """`industry` is an ISIC Rev. 4 section or division; `size_band` one of catalogue.SIZE_BANDS or empty."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=160)
    kind = models.CharField(max_length=12, choices=_words(KINDS), default="company")
    country = models.CharField(max_length=2, blank=True)
    industry = models.CharField(max_length=2, blank=True)
    size_band = models.CharField(max_length=12, blank=True)
    created_by = models.ForeignKey("vetting.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)
    source_key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="organization_kind_known"),
            models.UniqueConstraint(
                fields=["source_key"], condition=~models.Q(source_key=""), name="organization_imported_once"
            ),
        )

    def __str__(self) -> str:
        return self.name


class OrganizationDomain(Row):
    """A registered domain belongs to one organization only, so that two consultants name the same client."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    domain = models.CharField(max_length=253, unique=True)
    proof = models.CharField(max_length=12, choices=_words(PROOFS), default="declared")
    proved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(proof__in=PROOFS), name="organization_domain_proof_known"
            ),
        )

    def __str__(self) -> str:
        return self.domain
