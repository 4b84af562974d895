"""The traps catch what they are for."""

import socket

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client, override_settings
from django.urls import path

from tests import traps
from tests.conftest import PROJECT

CAUGHT = pytest.fail.Exception
BARE = '<form method="post"><button>Send</button></form>'
urlpatterns = [
    path("bare/", lambda _request: HttpResponse(BARE)),
    path("kept/", lambda _request: HttpResponse(BARE.replace("<b", '<input name="csrfmiddlewaretoken"><b'))),
    path("search/", lambda _request: HttpResponse(BARE.replace("post", "get"))),
]


def test_an_undefined_variable_fails_in_our_templates_only():
    ours = Template("{{ undefined }}")
    for node in ours.nodelist:
        node.origin.name = str(PROJECT / "templates" / "pages" / "x.html")
    with pytest.raises(CAUGHT, match=r"undefined variable undefined in pages/x\.html"):
        ours.render(Context())
    assert Template("{{ undefined }}").render(Context()) == ""


@override_settings(ROOT_URLCONF=__name__)
def test_a_form_without_a_token_fails():
    with pytest.raises(CAUGHT, match="a form without a csrf token"):
        Client().get("/bare/")
    assert Client().get("/kept/").status_code == 200
    assert Client().get("/search/").status_code == 200


@pytest.mark.parametrize("host", ["192.0.2.1", "touchstone.example", "2001:db8::1"])
def test_the_outside_is_out_of_reach(host):
    with pytest.raises(CAUGHT, match=f"a test tried to (reach|look up) {host}"):
        socket.create_connection((host, 80), timeout=1)


@pytest.mark.django_db
def test_an_unordered_query_comes_in_any_order():
    people = get_user_model().objects
    for number in range(12):
        people.create_user(f"person{number:02}@touchstone.example")
    orders = {tuple(person.email for person in people.all()) for _ in range(10)}
    assert len(orders) > 1
    ordered = {tuple(person.email for person in people.order_by("email")) for _ in range(10)}
    assert ordered == {tuple(f"person{number:02}@touchstone.example" for number in range(12))}


@pytest.mark.django_db(transaction=True)
def test_only_the_flush_may_truncate():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept_for_ever (x int)")
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;"
            "CREATE TRIGGER refuse BEFORE TRUNCATE ON kept_for_ever EXECUTE FUNCTION refuse()"
        )
        with pytest.raises(DatabaseError, match="no"):
            cursor.execute("TRUNCATE kept_for_ever")
        connection.ops.execute_sql_flush(["TRUNCATE kept_for_ever"])
        cursor.execute("DROP TABLE kept_for_ever; DROP FUNCTION refuse()")


def test_the_letter_box_takes_and_refuses(letterbox, settings):
    import smtplib

    letterbox.refuse["gone@client.example"] = "550 5.1.1 nobody here"
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=5) as smtp:
        body = "To: carla@client.example\r\nSubject: Ā question\r\n\r\nHello\r\n"
        smtp.sendmail("a@b.example", ["carla@client.example"], body.encode())
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            smtp.sendmail("a@b.example", ["gone@client.example"], body.encode())
    assert letterbox.wait("carla@client.example")["Subject"] == "Ā question"
    assert len(letterbox.letters) == 1
    with pytest.raises(AssertionError, match="1 of 2 letters"):
        letterbox.wait("carla@client.example", count=2, seconds=0.05)


def test_no_trap_is_left_outside():
    assert traps._is_inside("127.0.0.1")
    assert traps._is_inside("::1")
    assert not traps._is_inside("10.0.0.1")
    assert not traps._is_inside("169.254.169.254")
