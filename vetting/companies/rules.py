"""What may be registered as an organization."""

import re

from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.companies.states import KINDS
from vetting.kernel.mailboxes import is_free_provider, registered_domain
from vetting.kernel.places import COUNTRIES
from vetting.kernel.verdict import ALLOWED, Verdict, refuse

_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def may_be_domain(domain: str) -> Verdict:
    """A registered domain that is not one giving addresses to anybody; empty is allowed."""
    if not domain:
        return ALLOWED
    if not _HOST.fullmatch(domain):
        return refuse("invalid_domain", "Write the domain as in an address: example.com.", field="domain")
    if is_free_provider(domain):
        return refuse(
            "free_provider", f"{domain} gives addresses to anybody; it cannot prove a client.", field="domain"
        )
    if registered_domain(domain) != domain:
        return refuse(
            "not_registered", f"Write the registered domain, {registered_domain(domain)}.", field="domain"
        )
    return ALLOWED


def may_be_kind(kind: str) -> Verdict:
    if kind not in KINDS:
        return refuse("unknown_kind", f"{kind}: not one of {', '.join(KINDS)}.", field="kind")
    return ALLOWED


def may_be_country(country: str) -> Verdict:
    if country and country not in COUNTRIES:
        return refuse(
            "unknown_country", f"{country}: not an ISO 3166 country code such as DE or LV.", field="country"
        )
    return ALLOWED


def may_be_industry(industry: str) -> Verdict:
    if industry and industry not in INDUSTRIES:
        return refuse(
            "unknown_industry",
            f"{industry}: not an ISIC section or division such as G or 47.",
            field="industry",
        )
    return ALLOWED


def may_be_size(size_band: str) -> Verdict:
    if size_band and size_band not in SIZE_BANDS:
        return refuse("unknown_size", f"{size_band}: not one of {', '.join(SIZE_BANDS)}.", field="size_band")
    return ALLOWED
