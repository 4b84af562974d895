"""manage.py read_replies: each message of a mailbox once, whatever dies in between, and none lost."""

import re

import pytest
from django.core.management import CommandError, call_command

from tests import builders as b
from tests.drawer import sweep
from tests.imap import ImapBox
from tests.replies.messages import REPLIES, person, raw, report
from vetting.followups.models import Ask
from vetting.management.commands import read_replies
from vetting.replies.models import Reply
from vetting.replies.reading import MOST_BYTES

pytestmark = pytest.mark.django_db

STRANGER = raw("From: c@x.example\nTo: letters@touchstone.example", "I have a question.")


@pytest.fixture
def letter(settings):
    settings.REPLY_ADDRESS = REPLIES
    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    [sent] = sweep(b.AT)
    return sent


@pytest.fixture
def maildir(tmp_path):
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    return tmp_path


def run(capsys, *words):
    call_command("read_replies", *map(str, words))
    return capsys.readouterr().out.splitlines()


def fails(*words):
    with pytest.raises(CommandError) as failed:
        call_command("read_replies", *map(str, words))
    return str(failed.value)


def lying(maildir):
    return {folder: sorted(path.name for path in (maildir / folder).iterdir()) for folder in ("new", "cur")}


def put(maildir, **messages):
    for name, message in messages.items():
        (maildir / "new" / name).write_bytes(message)


def test_each_message_is_taken_once_and_filed(letter, maildir, capsys):
    put(maildir, a=person(letter, "Yes."), b=STRANGER, c=report(letter, status="4.4.7"))
    put(maildir, d=person(letter, "Yes."), e=b"", f=b"x" * (MOST_BYTES + 1))
    (maildir / "new" / ".hidden").write_bytes(STRANGER)
    (maildir / "new" / "folder").mkdir()
    assert run(capsys, maildir) == [
        "a: person",
        "b: left, unknown: This leads to no letter of ours.",
        "c: given_up",
        "d: person, known already",
        "e: left, unknown: This leads to no letter of ours.",
        "f: left, too_large: This message is larger than what is read here.",
        "6 messages: 1 given_up, 1 known already, 1 left: too_large, 2 left: unknown, 1 person.",
    ]
    assert lying(maildir) == {
        "new": [".hidden", "folder"],
        "cur": ["a:2,S", "b:2,F", "c:2,S", "d:2,S", "e:2,F", "f:2,F"],
    }
    assert (Reply.objects.count(), Ask.objects.get().status) == (2, "bounced")
    assert run(capsys, maildir) == ["0 messages."]


class Killed(BaseException):
    """As `kill -9`: nothing of the command's own gets to run after it."""


def test_a_run_that_dies_between_taking_and_filing_is_made_good_by_the_next(
    letter, maildir, capsys, monkeypatch
):
    put(maildir, a=person(letter, "Yes."), b=person(letter, "stop", number=2))

    def die(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(read_replies.Path, "rename", die)
        with pytest.raises(Killed):
            call_command("read_replies", str(maildir))
    assert (lying(maildir), Reply.objects.count()) == ({"new": ["a", "b"], "cur": []}, 1)
    capsys.readouterr()
    assert run(capsys, maildir)[:2] == ["a: person, known already", "b: stop"]
    assert (lying(maildir)["new"], Reply.objects.count()) == ([], 2)


def test_two_runs_at_once_do_not_stumble_over_each_other(letter, maildir, capsys, monkeypatch):
    put(maildir, a=person(letter, "Yes."), b=STRANGER)
    take = read_replies.take

    def other_was_quicker(message, *, at):
        (maildir / "new" / "a").unlink(missing_ok=True)
        (maildir / "new" / "b").unlink(missing_ok=True)
        return take(message, at=at)

    monkeypatch.setattr(read_replies, "take", other_was_quicker)
    assert run(capsys, maildir) == ["a: person", "1 messages: 1 person."]


def test_a_folder_that_is_none_is_named(tmp_path, letter):
    assert "The mailbox cannot be read: [Errno 2]" in fails(tmp_path / "nowhere")
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a").write_bytes(STRANGER)
    assert fails(tmp_path).endswith("1 messages: 1 left: unknown.")
    assert (tmp_path / "new" / "a").exists()


@pytest.mark.parametrize("words", [(), ("x", "--imap")])
def test_one_mailbox_is_named(words):
    assert fails(*words) == "Name a Maildir, or --imap: one of the two."


# --- IMAP -----------------------------------------------------------------------------------------------


def test_an_imap_mailbox_is_read_once(letter, settings, capsys):
    with ImapBox(person(letter, "Yes."), STRANGER, b"") as box:
        settings.REPLY_IMAP_URL = box.url
        assert run(capsys, "--imap") == [
            "message 1: person",
            "message 2: left, unknown: This leads to no letter of ours.",
            "2 messages: 1 left: unknown, 1 person.",
        ]
        assert box.flags == {1: {"\\Seen"}, 2: {"\\Flagged"}, 3: set()}
        box.flags[1].clear()  # as after a run that died before it could say so
        assert run(capsys, "--imap")[0] == "message 1: person, known already"
        assert box.heard[1:3] == ['LOGIN carla@box "p w"', 'SELECT "Replies"']
    assert Reply.objects.count() == 1


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"])
def test_a_server_that_says_no_is_named_and_its_words_are_not_repeated(letter, settings, command):
    with ImapBox(person(letter, "Yes.")) as box:
        settings.REPLY_IMAP_URL, box.refuses = box.url, command
        counted = "1 messages: 1 person." if command == "UID STORE" else "0 messages."
        assert fails("--imap") == f"The mailbox cannot be read: error. {counted}"
        box.refuses = ""
        call_command("read_replies", "--imap")
        assert box.flags == {1: {"\\Seen"}}
    assert Reply.objects.count() == 1


def test_a_server_that_is_away_is_named(settings):
    settings.REPLY_IMAP_URL = "imaps://u:p@127.0.0.1:1/INBOX"
    assert re.fullmatch(r"The mailbox cannot be read: \[Errno 111\].*\. 0 messages\.", fails("--imap"))


@pytest.mark.parametrize("url", ["", "imap.example", "pop3://u:p@h", "imaps:///INBOX"])
def test_an_address_that_is_none(settings, url):
    settings.REPLY_IMAP_URL = url
    assert fails("--imap") == "Set REPLY_IMAP_URL to imaps://user:password@host:993/INBOX."
