"""Accounts and their keys."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError

from tests import builders as b
from vetting.accounts.actions import create_key, enrol, note_use, revoke_key
from vetting.accounts.models import ApiKey, User
from vetting.accounts.queries import keys_of, users_with_mailbox
from vetting.audit.queries import trail
from vetting.kernel.mailboxes import mailbox_of
from vetting.kernel.verdict import InvalidError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["A.na+x@GoogleMail.com", "a.na@gmail.com", "A.na+tag@Firm.example", "ana@firm.co.uk"]
)
def test_the_database_spells_a_mailbox_as_the_code_does(address):
    user = User.objects.create_user(address)
    user.refresh_from_db()
    assert user.mailbox == mailbox_of(address)
    assert list(users_with_mailbox(address)) == [user]


def test_one_address_is_one_account_in_any_case():
    User.objects.create_user("ana@firm.example")
    with pytest.raises(IntegrityError):
        User.objects.create(email="ANA@firm.example")


def test_an_account_made_for_somebody_needs_no_proof_of_its_address():
    dana = enrol(email="Dana@Harbour.example", is_demo=True, by=b.staff(), at=b.AT)
    assert (dana.email, dana.is_demo, dana.is_staff, dana.has_usable_password()) == (
        "dana@harbour.example",
        True,
        False,
        False,
    )
    addresses = EmailAddress.objects.order_by("email").values_list("user", "email", "primary", "verified")
    assert list(addresses) == [(dana.pk, "dana@harbour.example", True, True)]
    assert [entry.verb for entry in trail(dana.pk)] == ["enrol"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("dana", "invalid_email"),
        ("dana\x00@harbour.example", "invalid_email"),
        ("DANA+two@harbour.example", "account_exists"),
    ],
)
def test_an_account_is_made_once_for_a_mailbox_that_letters_reach(address, code):
    enrol(email="dana@harbour.example", by=b.staff(), at=b.AT)
    with pytest.raises(InvalidError) as wrong:
        enrol(email=address, by=b.staff(), at=b.AT)
    assert wrong.value.problems["email"][0] == code
    assert User.objects.filter(email__contains="harbour").count() == 1


def test_a_superuser_is_staff():
    sam = User.objects.create_superuser("sam@touchstone.example", "a long password")
    assert (sam.is_staff, sam.is_superuser, sam.actor.kind, str(sam)) == (
        True,
        True,
        "staff",
        "sam@touchstone.example",
    )


def test_a_key_is_shown_once_and_kept_as_a_digest():
    ana = b.user("ana@firm.example")
    key, secret = create_key(user=ana, name=" laptop ", scopes=["work", "read", "read"], at=b.AT)
    assert (key.name, key.scopes) == ("laptop", ["read", "work"])
    assert secret.startswith("touch_")
    assert not ApiKey.objects.filter(digest=secret).exists()
    assert list(keys_of(ana.pk)) == [key]
    assert secret not in str([entry.facts for entry in trail(ana.pk)])
    revoke_key(key=key, by=ana, at=b.AT)
    assert list(keys_of(ana.pk)) == []
    assert [entry.verb for entry in trail(ana.pk)] == ["create_key", "revoke_key"]


@pytest.mark.parametrize(
    ("name", "scopes", "field", "code"),
    [
        ("", ["read"], "name", "required"),
        ("x" * 81, ["read"], "name", "too_long"),
        ("laptop", [], "scopes", "required"),
        ("laptop", ["read", "everything"], "scopes", "unknown_scope"),
    ],
)
def test_a_key_needs_a_name_and_known_permissions(name, scopes, field, code):
    ana = b.user("ana@firm.example")
    with pytest.raises(InvalidError) as invalid:
        create_key(user=ana, name=name, scopes=scopes, at=b.AT)
    assert [(f, c) for f, (c, _) in invalid.value.problems.items()] == [(field, code)]
    assert ApiKey.objects.count() == 0


def test_the_last_use_is_written_once_a_day():
    ana = b.user("ana@firm.example")
    key, _ = create_key(user=ana, name="laptop", scopes=["read"], at=b.AT)
    note_use(key=key, at=b.AT)
    key.refresh_from_db()
    note_use(key=key, at=b.AT + timedelta(hours=23))
    key.refresh_from_db()
    assert key.last_used_at == b.AT
    note_use(key=key, at=b.AT + timedelta(hours=25))
    key.refresh_from_db()
    assert key.last_used_at == b.AT + timedelta(hours=25)
    assert str(key).startswith("laptop (touch_")
