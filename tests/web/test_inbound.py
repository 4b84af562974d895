"""The door for raw messages: only with a signature of this moment, each message once, every refusal by name."""

import hashlib
import hmac
import os
import subprocess
import time
from datetime import timedelta

import pytest
import time_machine

from tests import builders as b
from tests.drawer import sweep
from tests.house.files import PROJECT
from tests.replies.messages import REPLIES, person, raw, report
from vetting.followups.models import Ask
from vetting.privacy import actions as privacy
from vetting.replies.models import Reply
from vetting.replies.reading import MOST_BYTES
from vetting.replies.rules import MOST_A_DAY

pytestmark = pytest.mark.django_db

KEY = "k" * 40


@pytest.fixture(autouse=True)
def _house(settings):
    settings.REPLY_ADDRESS, settings.REPLY_KEY = REPLIES, KEY


@pytest.fixture
def letter():
    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    [sent] = sweep(b.AT)
    return sent


def signature(body, *, at=None, key=KEY):
    seconds = str(int(time.time() if at is None else at))
    return (
        f"t={seconds},v1={hmac.new(key.encode(), f'{seconds}.'.encode() + body, hashlib.sha256).hexdigest()}"
    )


def bring(client, body, signed=None):
    header = signature(body) if signed is None else signed
    return client.post(
        "/inbound/", body, content_type="message/rfc822", headers={"Touchstone-Signature": header}
    )


def refused(answer):
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    return answer.status_code, said["type"].rpartition(":")[2]


def test_a_signed_message_is_taken_once(client, letter):
    for is_new in (True, False, False):
        answer = bring(client, person(letter, "Yes."))
        assert (answer.status_code, answer.json()) == (200, {"kind": "person", "is_new": is_new})
    assert Reply.objects.get().text == "Yes."


def test_it_does_what_the_message_means(client, letter):
    assert bring(client, report(letter)).json() == {"kind": "failed", "is_new": True}
    assert Ask.objects.get().status == "bounced"


def test_without_a_key_there_is_no_door(client, letter, settings):
    settings.REPLY_KEY = ""
    message = person(letter, "Yes.")
    assert bring(client, message, signature(message, key="")).status_code == 404
    assert Reply.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_it_is_for_posts(client, method):
    assert getattr(client, method)("/inbound/").status_code == 405


def test_only_the_signature_of_this_body_and_this_time_opens(client, letter):
    message = person(letter, "Yes.")
    signed = signature(message)
    seconds, _, digest = signed.partition(",")
    wrong = {
        "none": "",
        "another key": signature(message, key="x" * 40),
        "another body": signature(message + b" "),
        "another time": f"t={int(seconds[2:]) + 1},{digest}",
        "the time alone": seconds,
        "the digest alone": digest,
        "upper case": signed.upper(),
        "two": f"{signed},{digest}",
        "no digest": f"{seconds},v1=",
        "another alphabet": f"t=\u0661,{digest}",
        "a long time": f"t={'9' * 5_000},{digest}",
    }
    found = {what: refused(bring(client, message, header)) for what, header in wrong.items()}
    assert found == dict.fromkeys(wrong, (401, "unsigned"))
    assert Reply.objects.count() == 0


@pytest.mark.parametrize(
    ("seconds", "status"), [(-301, 401), (-299, 200), (299, 200), (302, 401), (-(10**9), 401)]
)
def test_an_old_signature_is_over(client, letter, seconds, status):
    message = person(letter, "Yes.")
    with time_machine.travel(b.AT + timedelta(days=1), tick=False):
        answer = bring(client, message, signature(message, at=time.time() + seconds))
    assert answer.status_code == status
    if status == 401:
        assert refused(answer) == (401, "too_old")


def test_each_refusal_has_its_name(client, letter):
    ask = Ask.objects.get()
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 5_000
    many = b"".join(b"X-%d: y\r\n" % number for number in range(10_000))
    messages = {
        "too large": (b"x" * (MOST_BYTES + 1), (413, "too_large")),
        "10,000 headers": (many, (413, "too_large")),
        "malformed": (nested, (422, "unreadable")),
        "empty": (b"", (404, "unknown")),
        "garbage": (os.urandom(5_000), (404, "unknown")),
        "not ours": (raw("To: replies+" + "0" * 32 + "@touchstone.example", "stop"), (404, "unknown")),
    }
    found = {what: refused(bring(client, message)) for what, (message, _) in messages.items()}
    assert found == {what: answer for what, (_, answer) in messages.items()}
    for number in range(MOST_A_DAY):
        bring(client, person(letter, "Yes.", number=number))
    assert refused(bring(client, person(letter, "Yes.", number=99))) == (429, "too_many")
    privacy.erase(ask.referee_id, at=b.AT, stop_too=False)
    assert refused(bring(client, person(letter, "Yes.", number=99))) == (410, "erased")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("key", "code"), [(KEY, 0), ("x" * 40, 69), (KEY, 75)])
def test_the_mail_server_s_script_brings_a_message(live_server, letter, tmp_path, key, code):
    """docs/examples/bring-reply.sh as Postfix runs it; a site that is away makes it try again later."""
    (tmp_path / "key").write_text(key + "\n")
    site = "http://127.0.0.1:1" if code == 75 else live_server.url
    script = PROJECT / "docs" / "examples" / "bring-reply.sh"
    run = subprocess.run(
        ["sh", script, f"{site}/inbound/", tmp_path / "key"],
        input=person(letter, "Yes."),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (run.returncode, Reply.objects.count()) == (code, 1 if code == 0 else 0)
