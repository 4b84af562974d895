"""Organizations found by name, by domain, by a mailbox."""

from uuid import UUID

from django.db.models import Q, QuerySet

from vetting.companies.models import Organization, OrganizationDomain
from vetting.kernel.actors import Actor
from vetting.kernel.mailboxes import at_domain


def by_domain(domain: str) -> Organization | None:
    found = OrganizationDomain.objects.select_related("organization").filter(domain=domain).first()
    return found.organization if found else None


def same_without_domain(organization: Organization) -> Organization | None:
    """One of no domain that the same person registered before, word for word: the same form sent twice."""
    words = ("created_by_id", "name", "kind", "country", "industry", "size_band")
    same = Organization.objects.filter(**{word: getattr(organization, word) for word in words}, source_key="")
    with_domain = OrganizationDomain.objects.values("organization_id")
    return same.exclude(pk__in=with_domain).order_by("id").first()


def imported(source_key: str) -> Organization | None:
    return Organization.objects.filter(source_key=source_key).first()


def domain_of_mailbox(organization_id: UUID, address: str) -> OrganizationDomain | None:
    """The organization's domain at which this mailbox lies, or None: then it proves no tie to the client."""
    for domain in OrganizationDomain.objects.filter(organization_id=organization_id).order_by("domain"):
        if at_domain(address, domain.domain):
            return domain
    return None


def domains_of(organization_id: UUID) -> list[str]:
    rows = OrganizationDomain.objects.filter(organization_id=organization_id).order_by("domain")
    return [row.domain for row in rows]


def visible_to(actor: Actor) -> QuerySet[Organization]:
    """Staff see every organization; a person sees those she registered. A client may wish not to be named."""
    everything = Organization.objects.order_by("-id")
    if actor.is_staff:
        return everything
    return everything.filter(created_by_id=actor.id) if actor.id else everything.none()


def nameable_by(actor: Actor) -> QuerySet[Organization]:
    """The clients this person may declare work for: her own, and any known by its domain, which is no secret."""
    own = visible_to(actor).order_by().values("pk")
    with_domain = OrganizationDomain.objects.values("organization_id")
    return Organization.objects.filter(Q(pk__in=own) | Q(pk__in=with_domain)).order_by("-id")
