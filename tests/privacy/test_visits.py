"""The code in the mailbox, and the visit it opens."""

import re
from datetime import timedelta

import pytest

from tests import builders as b
from tests.drawer import Drawer, text_of
from vetting.audit.queries import trail
from vetting.followups.models import Ask, Referee
from vetting.jobs import privacy as job
from vetting.kernel.keys import digest
from vetting.kernel.verdict import InvalidError, RefusedError
from vetting.mail.sending import Delivery, Fate
from vetting.privacy import actions
from vetting.privacy.codes import send_code
from vetting.privacy.models import Visit
from vetting.privacy.queries import visit_of

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def carla() -> Referee:
    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    return Referee.objects.get()


def sent(at=b.AT, drawer=None):
    """The code in the letter that leaves then."""
    drawer = drawer or Drawer()
    assert send_code(post=drawer, at=at)
    [code] = re.findall(r"^(\d{6})\s*$", text_of(drawer.letters[-1]), re.MULTILINE)
    return code


def asked(carla, at=b.AT):
    return actions.ask_for_code(carla.pk, at=at)


def test_the_code_opens_what_its_browser_asked_for(carla):
    secret, drawer = asked(carla), Drawer()
    code = sent(drawer=drawer)
    assert (str(drawer.letters[0]["To"]), drawer.letters[0]["List-Unsubscribe"]) == (b.CARLA[1], None)
    visit = visit_of(secret, at=b.AT)
    opened = actions.enter(visit.pk, code=f" {code[:3]} {code[3:]} ", at=b.AT + MINUTE)
    assert visit_of(secret, at=b.AT + MINUTE) is None  # the browser holds another secret from now on
    found = visit_of(opened, at=b.AT + 60 * MINUTE)
    assert (found.referee, found.opened_at, found.browser) == (carla, b.AT + MINUTE, digest(opened))
    assert visit_of(opened, at=b.AT + 61 * MINUTE) is None
    assert [each.verb for each in trail(carla.pk)] == ["ask_for_code"]
    assert [each.verb for each in trail(visit.pk)] == ["open"]


def test_only_digests_are_at_rest(carla):
    secret = asked(carla)
    code = sent()
    assert str(Visit.objects.get()) == f"visit of {carla.pk}"
    row = repr(Visit.objects.values().get())
    assert secret not in row
    assert code not in row


def test_a_code_opens_once(carla):
    secret = asked(carla)
    code, visit = sent(), visit_of(secret, at=b.AT)
    actions.enter(visit.pk, code=code, at=b.AT)
    with pytest.raises(InvalidError) as refused:
        actions.enter(visit.pk, code=code, at=b.AT)
    assert refused.value.problems["code"][0] == "code_over"


def test_a_code_of_another_browser_opens_nothing(carla):
    mine, other = asked(carla), asked(carla)
    first, second = sent(), sent()
    for secret, code in ((mine, second), (other, first)):
        if first != second:
            with pytest.raises(InvalidError):
                actions.enter(visit_of(secret, at=b.AT).pk, code=code, at=b.AT)
    assert actions.enter(visit_of(mine, at=b.AT).pk, code=first, at=b.AT)


def test_five_tries_and_it_is_over(carla):
    secret = asked(carla)
    code, visit = sent(), visit_of(secret, at=b.AT)
    wrong = "000000" if code != "000000" else "000001"
    said = []
    for attempt in (wrong, "", "x\x00y", "9" * 1_000_000, "٠٤٢٩١٧", code):
        with pytest.raises(InvalidError) as refused:
            actions.enter(visit.pk, code=attempt, at=b.AT)
        said.append(refused.value.problems["code"])
    assert [code for code, _ in said] == ["wrong_code"] * 5 + ["code_over"]
    assert said[3][1].endswith("You have 1 more try.")
    assert said[4][1].endswith("Have another one sent.")
    assert Visit.objects.get().tries == 5


@pytest.mark.parametrize("attempt", ["", "000000"])
def test_before_its_letter_has_left_no_code_is_right(carla, attempt):
    visit = visit_of(asked(carla), at=b.AT)
    with pytest.raises(InvalidError):
        actions.enter(visit.pk, code=attempt, at=b.AT)


def test_a_code_runs_out(carla):
    secret = asked(carla)
    code, visit = sent(), visit_of(secret, at=b.AT)
    assert visit_of(secret, at=b.AT + 15 * MINUTE) is None
    with pytest.raises(InvalidError) as refused:
        actions.enter(visit.pk, code=code, at=b.AT + 15 * MINUTE)
    assert refused.value.problems["code"][0] == "code_over"


def test_four_codes_an_hour_and_ten_a_day(carla):
    at = b.AT
    for hour in range(3):
        at = b.AT + timedelta(hours=hour)
        for _ in range(4 if hour < 2 else 2):
            asked(carla, at)
        with pytest.raises(RefusedError) as refused:
            asked(carla, at)
        assert refused.value.verdict.code == "too_many_codes"
    assert Visit.objects.count() == 10
    assert asked(carla, b.AT + timedelta(days=1, seconds=1))


def test_one_who_stopped_our_letters_gets_the_code_she_asks_for(carla):
    from vetting.followups import actions as followups

    followups.stop(Ask.objects.get().pk, at=b.AT)
    asked(carla)
    assert sent()


class Away:
    def __init__(self, fate):
        self.fate, self.seen = fate, 0

    def send(self, mail, *, before_data):
        self.seen += 1
        if self.fate is Fate.AMBIGUOUS:
            assert before_data()
        return Delivery(self.fate)


@pytest.mark.parametrize(("fate", "letters"), [("temporary", 3), ("permanent", 1), ("ambiguous", 1)])
def test_a_post_that_fails_is_tried_thrice_and_never_for_ever(carla, fate, letters):
    asked(carla)
    away = Away(Fate(fate))
    for second in range(0, 890, 10):
        send_code(post=away, at=b.AT + timedelta(seconds=second))
    assert away.seen == letters


def test_nobody_who_has_gone_is_written_to(carla):
    asked(carla)

    class Late(Drawer):
        def send(self, mail, *, before_data):
            actions.erase(carla.pk, at=b.AT, stop_too=False)
            return super().send(mail, before_data=before_data)

    late = Late()
    assert send_code(post=late, at=b.AT)
    assert (late.letters, Visit.objects.count()) == ([], 0)
    with pytest.raises(RefusedError) as refused:
        asked(carla)
    assert refused.value.verdict.code == "erased"


def test_leaving_ends_it_and_still_counts(carla):
    secret = asked(carla)
    visit = visit_of(secret, at=b.AT)
    opened = actions.enter(visit.pk, code=sent(), at=b.AT)
    actions.leave(visit.pk)
    assert visit_of(opened, at=b.AT) is None
    actions.forget_visits(at=b.AT + timedelta(hours=23))
    assert Visit.objects.count() == 1
    actions.forget_visits(at=b.AT + timedelta(hours=25))
    assert Visit.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_job_sends_what_is_waited_for(letterbox):
    from vetting.jobs.clock import now

    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    secret = asked(Referee.objects.get(), now())
    job.wake()
    job.wake()
    [letter] = letterbox.letters
    code = re.findall(r"^(\d{6})\s*$", text_of(letter), re.MULTILINE)[0]
    assert actions.enter(visit_of(secret, at=now()).pk, code=code, at=now())
