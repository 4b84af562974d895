import mailbox

import pytest
from django.conf import settings as django_settings

from vetting.mail.letters import Rendered, message

LINK = "https://touchstone.example/r/k3y/"


@pytest.fixture
def box(settings, tmp_path):
    settings.LETTER_BOX = tmp_path / "letters"
    return mailbox.Maildir(settings.LETTER_BOX)


def put(box, subject="Is this number right?", to="carla@paper-umbrella.example", **changed):
    letter = Rendered(
        subject=subject,
        text=changed.get("text", f"Dear <Carla>,\n\nlook: {LINK} and again {LINK}\n"),
        html=changed.get("html", f'<style>p {{ color: red }}</style><p>Dear <a href="{LINK}">Carla</a></p>'),
    )
    mail = message(letter, to=to, id_="<1@touchstone.example>")
    mail["Date"] = changed.get("date", "Mon, 04 May 2026 09:00:00 +0000")
    return box.add(mail.as_bytes())


def test_newest_first(client, box):
    for number in range(3):
        put(box, subject=f"Letter {number}")
    page = client.get("/dev/letters/").content.decode()
    assert [page.index(f"Letter {number}") for number in (2, 1, 0)] == sorted(
        page.index(f"Letter {number}") for number in range(3)
    )
    assert "3\u00a0letters" in page
    assert "carla@paper-umbrella.example" in page
    assert "4 May 2026, 09:00" in page


def test_only_so_many_are_listed(client, box, monkeypatch):
    monkeypatch.setattr("vetting.web.letterbox.MOST", 2)
    for number in range(3):
        put(box, subject=f"Letter {number}")
    page = client.get("/dev/letters/").content.decode()
    assert "3\u00a0letters, the newest 2 shown" in page
    assert "Letter 0" not in page


def test_an_empty_box(client, box):
    assert "No letters yet" in client.get("/dev/letters/").content.decode()


def test_a_box_that_was_never_made(client, settings, tmp_path):
    settings.LETTER_BOX = tmp_path / "nowhere"
    assert "No letters yet" in client.get("/dev/letters/").content.decode()


def test_a_letter_in_its_text_with_links_that_work(client, box):
    key = put(box)
    response = client.get(f"/dev/letters/{key}/")
    page = response.content.decode()
    assert "Dear &lt;Carla&gt;," in page
    assert page.count(f'<a href="{LINK}">{LINK}</a>') == 3  # twice in the text, once in the list of links
    assert f"/dev/letters/{key}/html/" in page
    assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_its_html_is_shut_into_a_sandbox(client, box):
    key = put(box)
    response = client.get(f"/dev/letters/{key}/html/")
    assert (
        response.content.decode().strip()
        == f'<style>p {{ color: red }}</style><p>Dear <a href="{LINK}">Carla</a></p>'
    )
    policy = dict(each.partition(" ")[::2] for each in response["Content-Security-Policy"].split("; "))
    assert policy.pop("sandbox") == ""
    assert policy.pop("style-src") == "'unsafe-inline'"
    assert set(policy.values()) == {"'none'"}
    assert {"default-src", "script-src", "img-src", "form-action", "frame-ancestors"} <= set(policy)


def test_a_letter_that_others_wrote(client, box):
    """No HTML, no date anybody could read, no subject."""
    key = box.add(b"From: a@b.example\r\nDate: yesterday\r\n\r\nHello, no link here\r\n")
    page = client.get(f"/dev/letters/{key}/").content.decode()
    assert "Hello, no link here" in page
    assert "not known" in page
    assert "Links in it" not in page
    assert client.get(f"/dev/letters/{key}/html/").status_code == 404
    assert client.get("/dev/letters/").status_code == 200


@pytest.mark.parametrize("key", ["nothing", "..", "%2e%2e", "../../settings", "a\x00b"])
def test_no_such_letter(client, box, key):
    for page in (f"/dev/letters/{key}/", f"/dev/letters/{key}/html/"):
        assert client.get(page).status_code == 404


def test_where_letters_really_go_out_there_is_no_box(client, settings):
    assert django_settings.LETTER_BOX is not None
    settings.LETTER_BOX = None
    for page in ("/dev/letters/", "/dev/letters/x/", "/dev/letters/x/html/"):
        assert client.get(page).status_code == 404
    assert client.post("/dev/letters/").status_code == 405
