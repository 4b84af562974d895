"""Register a client, and believe its domain."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from vetting.accounts.models import User
from vetting.audit.actions import record
from vetting.companies.models import Organization, OrganizationDomain
from vetting.companies.queries import by_domain, same_without_domain
from vetting.companies.rules import may_be_country, may_be_domain, may_be_industry, may_be_kind, may_be_size
from vetting.kernel.actors import Actor
from vetting.kernel.keys import slugify, uuid7
from vetting.kernel.text import check_text
from vetting.kernel.verdict import require_all
from vetting.kernel.whole import whole


@whole
def register(
    *,
    name: str,
    by: Actor,
    at: datetime,
    domain: str = "",
    kind: str = "company",
    country: str = "",
    industry: str = "",
    size_band: str = "",
    is_demo: bool = False,
    source_key: str = "",
) -> Organization:
    """The organization of that domain, made where it is new; what is already known of it is not overwritten.

    Without a domain it is new, unless the same person has registered the same before, word for word.
    """
    domain = domain.strip().lower()
    require_all(
        check_text(name, field="name"),
        may_be_domain(domain),
        may_be_kind(kind),
        may_be_country(country),
        may_be_industry(industry),
        may_be_size(size_band),
    )
    if domain and (known := by_domain(domain)):
        return known
    account = _account(by)
    organization = Organization(
        name=name.strip(),
        kind=kind,
        country=country,
        industry=industry,
        size_band=size_band,
        created_by_id=account,
        created_at=at,
        is_demo=is_demo,
        source_key=source_key,
    )
    if account is not None and not domain and not source_key:
        User.objects.select_for_update(no_key=True).get(pk=account)
        if twin := same_without_domain(organization):
            return twin
    organization.slug = f"{slugify(name, fallback='organization')}-{organization.pk.hex[-8:]}"
    try:
        with transaction.atomic():
            organization.save(force_insert=True)
            if domain:
                OrganizationDomain.objects.create(id=uuid7(), organization=organization, domain=domain)
    except IntegrityError:  # somebody registered the same domain in the same moment
        if domain and (known := by_domain(domain)):
            return known
        raise
    record(organization, "register", by=by, at=at, facts={"domain": domain} if domain else None)
    return organization


@whole
def prove_domain(domain: OrganizationDomain, *, proof: str, by: Actor, at: datetime) -> None:
    """Remember that the domain has shown itself to be in use by people there; the first proof stays."""
    if OrganizationDomain.objects.filter(pk=domain.pk, proof="declared").update(proof=proof, proved_at=at):
        record(domain, "prove_domain", by=by, at=at, facts={"domain": domain.domain, "proof": proof})


def _account(by: Actor) -> UUID | None:
    return by.id if by.kind in {"person", "staff"} else None
