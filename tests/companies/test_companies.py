"""Clients and their domains."""

import pytest

from tests import builders as b
from vetting.companies.actions import prove_domain, register
from vetting.companies.models import Organization, OrganizationDomain
from vetting.companies.queries import (
    by_domain,
    domain_of_mailbox,
    domains_of,
    imported,
    nameable_by,
    visible_to,
)
from vetting.kernel.actors import ANONYMOUS
from vetting.kernel.verdict import InvalidError

pytestmark = pytest.mark.django_db


def test_two_consultants_who_name_one_domain_name_one_client():
    ana, ben = b.user("ana@advice.example"), b.user("ben@advice.example")
    first = register(name="Paper Umbrella", domain="Umbrella.example", country="LV", by=ana.actor, at=b.AT)
    second = register(name="Other name", domain="umbrella.example", country="DE", by=ben.actor, at=b.AT)
    assert second == first
    assert (second.name, second.country) == ("Paper Umbrella", "LV")
    assert by_domain("umbrella.example") == first
    assert domains_of(first.pk) == ["umbrella.example"]
    assert first.slug == f"paper-umbrella-{first.pk.hex[-8:]}"


def test_without_a_domain_only_the_same_person_names_the_same_client():
    ana, ben = b.user("ana@advice.example"), b.user("ben@advice.example")

    def named(by, **details):
        return register(**{"name": "Corner Shop", "country": "LV", **details}, by=by.actor, at=b.AT)

    first = named(ana)
    assert named(ana, name=" Corner Shop ") == first
    with_domain = named(ana, domain="corner-shop.example")
    others = [named(ben), named(ana, country="DE"), named(ana, size_band="1-9"), with_domain]
    assert named(ana) == first
    assert len({first, *others}) == 5


def test_a_client_is_named_by_whoever_registered_it_or_knows_its_domain():
    ana, ben = b.user("ana@advice.example"), b.user("ben@advice.example")
    own = register(name="Corner Shop", by=ana.actor, at=b.AT)
    known = register(name="Paper Umbrella", domain="umbrella.example", by=ana.actor, at=b.AT)
    assert list(nameable_by(ana.actor)) == [known, own]
    assert list(nameable_by(ben.actor)) == [known]
    assert list(nameable_by(b.staff())) == [known, own]


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"name": " "}, "name", "required"),
        ({"domain": "not a domain"}, "domain", "invalid_domain"),
        ({"domain": "gmail.com"}, "domain", "free_provider"),
        ({"domain": "shop.umbrella.example"}, "domain", "not_registered"),
        ({"kind": "guild"}, "kind", "unknown_kind"),
        ({"country": "XX"}, "country", "unknown_country"),
        ({"industry": "99X"}, "industry", "unknown_industry"),
        ({"size_band": "many"}, "size_band", "unknown_size"),
    ],
)
def test_a_wrong_field_is_named(wrong, field, code):
    with pytest.raises(InvalidError) as invalid:
        register(**{"name": "Paper Umbrella", **wrong}, by=b.staff(), at=b.AT)
    assert [(f, c) for f, (c, _) in invalid.value.problems.items()] == [(field, code)]
    assert Organization.objects.count() == 0


def test_a_mailbox_lies_at_the_clients_domain_or_proves_nothing():
    place = b.client()
    found = domain_of_mailbox(place.pk, "carla@mail.paper-umbrella.example")
    assert str(found) == "paper-umbrella.example"
    assert domain_of_mailbox(place.pk, "carla@elsewhere.example") is None


def test_the_first_proof_of_a_domain_stays():
    place = b.client()
    domain = OrganizationDomain.objects.get(organization=place)
    prove_domain(domain, proof="mailbox", by=b.staff(), at=b.AT)
    prove_domain(domain, proof="dns", by=b.staff(), at=b.AT)
    domain.refresh_from_db()
    assert (domain.proof, domain.proved_at) == ("mailbox", b.AT)


def test_who_sees_which_organizations():
    ana = b.user("ana@advice.example")
    own = register(name="Own Client", by=ana.actor, at=b.AT, source_key="k")
    other = b.client()
    assert list(visible_to(ana.actor)) == [own]
    assert set(visible_to(b.staff())) == {own, other}
    assert list(visible_to(ANONYMOUS)) == []
    assert (imported("k"), imported("l")) == (own, None)
    assert str(own) == "Own Client"
