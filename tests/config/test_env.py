"""Addresses of servers are taken apart the same way everywhere."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


@pytest.mark.parametrize(
    ("given", "broker"),
    [
        ("redis://h:6379/0", "redis://h:6379/0"),
        ("redis://:p%40w@h", "redis://:p%40w@h"),
        ("rediss://u:p@h:1/5", "rediss://u:p@h:1/5"),
        ("unix://:p%40w@/tmp/x.sock", "redis+socket://:p%2540w@/tmp/x.sock?virtual_host=0"),
    ],
)
def test_a_redis_address_as_the_broker_s(given, broker):
    assert env.broker_url(given) == broker


@pytest.mark.parametrize("given", ["", "localhost:6379", "memory://", "http://h"])
def test_another_kind_of_address_is_refused(given):
    with pytest.raises(ImproperlyConfigured):
        env.broker_url(given)


@pytest.mark.parametrize(("given", "meant"), [("1", True), ("Yes", True), ("off", False), ("FALSE", False)])
def test_a_flag_is_read_in_common_spellings(monkeypatch, given, meant):
    monkeypatch.setenv("DEBUG", given)
    assert env.flag("DEBUG") is meant


def test_an_empty_variable_is_an_unset_one(monkeypatch):
    monkeypatch.setenv("MAIL_FROM", "  ")
    assert env.text("MAIL_FROM") == "Touchstone <letters@touchstone.example>"


def test_words_are_split_and_empty_ones_dropped(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", " a.example , ,b.example,")
    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_an_undeclared_variable_cannot_be_read():
    with pytest.raises(KeyError):
        env.text("SOMETHING_ELSE")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, ""),
        ("Replies@Touchstone.Example", "replies@touchstone.example"),
        (f"{'a' * 31}@x.example", f"{'a' * 31}@x.example"),
    ],
)
def test_an_address_for_replies(monkeypatch, given, kept):
    if given is not None:
        monkeypatch.setenv("REPLY_ADDRESS", given)
    assert env.reply_address() == kept


@pytest.mark.parametrize(
    "given", ["replies", "Touchstone <replies@x.example>", "a+b@x.example", "a@localhost", "a@x.example\nb"]
)
def test_what_is_no_address_for_replies_is_refused(monkeypatch, given):
    monkeypatch.setenv("REPLY_ADDRESS", given)
    with pytest.raises(ImproperlyConfigured, match="REPLY_ADDRESS is"):
        env.reply_address()


def test_a_number_is_whole_and_from_nought_on(monkeypatch):
    assert env.number("MAIL_WARM_UP") == 200
    monkeypatch.setenv("MAIL_WARM_UP", " 0 ")
    assert env.number("MAIL_WARM_UP") == 0
    for wrong in ("-1", "1.5", "many", "1_000", "9999999999", "\u0661"):
        monkeypatch.setenv("MAIL_WARM_UP", wrong)
        with pytest.raises(ImproperlyConfigured, match="MAIL_WARM_UP"):
            env.number("MAIL_WARM_UP")
