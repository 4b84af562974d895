"""What a browser or a program may keep, and that it is never stale."""

import gzip

import pytest
from django.test import Client

from tests import builders as b
from vetting.followups.models import Referee
from vetting.profiles import actions as profiles

pytestmark = pytest.mark.django_db


def again(client: Client, path: str, tag: str) -> int:
    return client.get(path, headers={"If-None-Match": tag}).status_code


def changed(client: Client, path: str, tag: str) -> str:
    """Its new tag; who only has the old one gets all of it."""
    answer = client.get(path, headers={"If-None-Match": tag})
    assert (answer.status_code, answer["ETag"] != tag, bool(answer.content)) == (200, True, True)
    return str(answer["ETag"])


@pytest.mark.parametrize(
    "path", ["/c/ana-kalnina/", "/api/v1/profiles/ana-kalnina", "/search/", "/api/v1/search"]
)
def test_what_is_known_is_not_sent_again_and_what_has_changed_always_is(client, path):
    ana = b.consultant()
    b.published(ana)
    first = client.get(path)
    assert (first.status_code, first["Cache-Control"]) == (200, "private, no-cache")
    tag = first["ETag"]
    assert (again(client, path, tag), again(client, path, '"another"')) == (304, 200)
    b.result(ana)
    b.published(ana)
    tag = changed(client, path, tag)
    profiles.change(ana, details={"place": "Liepaja"}, by=ana.owner.actor, at=b.AT)
    b.published(ana)
    tag = changed(client, path, tag)
    assert again(client, path, tag) == 304
    profiles.pause(ana, by=ana.owner.actor, at=b.AT)
    b.published(ana)
    assert again(client, path, tag) == (200 if "search" in path else 404)


@pytest.mark.parametrize("path", ["/c/ana-kalnina/", "/api/v1/profiles/ana-kalnina"])
def test_a_change_elsewhere_that_a_dossier_shows_is_a_change(client, path):
    ana = b.consultant()
    b.referral(ana)
    b.published(ana)
    tag = client.get(path)["ETag"]
    Referee.objects.update(name="Ben Renamed")
    changed(client, path, tag)


def test_it_is_sent_compressed_to_whom_can_read_that(client):
    b.published(b.consultant())
    for path in ("/c/ana-kalnina/", "/search/", "/api/v1/profiles/ana-kalnina"):
        plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed.content) == plain.content
        assert len(packed.content) < len(plain.content)
        assert "Accept-Encoding" in packed["Vary"]
        assert again(client, path, packed["ETag"]) == 304


def test_a_refusal_is_kept_by_nobody(client):
    for path in ("/api/v1/profiles/nobody", "/api/v1/search?level=9", "/api/v1/engagements"):
        answer = client.get(path)
        assert (answer.status_code >= 400, answer["Cache-Control"], "ETag" in answer) == (
            True,
            "no-store",
            False,
        )
