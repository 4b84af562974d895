"""The staff's door reads everything and changes only through the actions."""

import pytest
from django.contrib import admin

from tests import builders as b
from tests.drawer import sweep
from tests.replies.messages import REPLIES, person
from vetting.audit.queries import trail
from vetting.followups.models import AskStep
from vetting.followups.outbox import chase_due
from vetting.mail.sending import Delivery, Fate
from vetting.profiles.models import Profile
from vetting.replies.actions import take
from vetting.scorecards.models import Scorecard

pytestmark = pytest.mark.django_db
TABLES = sorted(
    table._meta.model_name for table in admin.site._registry if table._meta.app_label == "vetting"
)


@pytest.fixture
def sam(client):
    client.force_login(b.User.objects.create_superuser("sam@touchstone.example"))
    return client


def test_every_table_is_there():
    assert TABLES == [
        "ask", "askstep", "attestation", "auditentry", "calibrationrecord", "consultantstop", "engagement", "followup", "forecast", "goal", "listing", "measurement", "organization",
        "organizationdomain", "outbox", "outcome", "profile", "referee", "referral", "reply", "scorecard", "selfclaim", "settlement",
        "suppression",
        "user", "visit",
    ]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_each_list_and_row_is_read_and_none_is_written(sam, table, django_assert_max_num_queries):
    ana = b.consultant()
    for number in range(3):
        b.result(ana, organization=b.client(f"Place {number}"))
    b.referral(ana)
    b.published(ana)
    with django_assert_max_num_queries(12):
        assert sam.get(f"/staff/vetting/{table}/").status_code == 200
    assert sam.get(f"/staff/vetting/{table}/?q=a").status_code == 200
    assert sam.get(f"/staff/vetting/{table}/add/").status_code == 403
    model = next(each for each in admin.site._registry if each._meta.model_name == table)
    row = model.objects.order_by("pk").first()
    if row is not None:
        page = f"/staff/vetting/{table}/{row.pk}/"
        assert sam.get(f"{page}change/").status_code == 200
        assert sam.post(f"{page}change/", {"status": "x"}).status_code == 403
        assert sam.post(f"{page}delete/", {"post": "yes"}).status_code == 403


def test_staff_suspend_and_restore_through_the_actions(sam):
    ana = b.consultant()
    for verb, status in (("suspend", "suspended"), ("restore", "listed")):
        sam.post("/staff/vetting/profile/", {"action": verb, "_selected_action": [str(ana.pk)]})
        ana.refresh_from_db()
        assert ana.status == status
    assert [(entry.after, entry.actor_kind) for entry in trail(ana.pk)][-2:] == [
        ("suspended", "staff"),
        ("listed", "staff"),
    ]


@pytest.mark.parametrize("verb", ["suspend", "restore"])
def test_what_cannot_be_done_is_said(sam, verb):
    ana = b.consultant(listed=False)
    page = sam.post(
        "/staff/vetting/profile/", {"action": verb, "_selected_action": [str(ana.pk)]}, follow=True
    )
    assert "Ana Kalnina: This profile is draft by now." in page.content.decode()
    assert Profile.objects.get().status == "draft"


class _Breaking:
    def send(self, mail, *, before_data):
        return Delivery(Fate.AMBIGUOUS if before_data() else Fate.STOPPED)


def _settle(sam, verb, *steps):
    data = {"action": verb, "_selected_action": [str(step.pk) for step in steps]}
    return sam.post("/staff/vetting/askstep/", data, follow=True)


@pytest.mark.parametrize(("verb", "state"), [("count_as_sent", "sent"), ("resend", "planned")])
def test_staff_settle_a_letter_in_doubt(sam, verb, state):
    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    while chase_due(posts=[_Breaking()], at=b.AT):
        pass
    step = AskStep.objects.get()
    assert step.state == "uncertain"
    _settle(sam, verb, step)
    step.refresh_from_db()
    assert step.state == state
    page = _settle(sam, verb, step)
    assert "This letter is not in doubt any more." in page.content.decode()


def test_staff_read_what_came_back_and_say_that_they_have(sam, settings):
    settings.REPLY_ADDRESS = REPLIES
    b.asked(b.outcome(b.goal(b.engagement(b.consultant()))))
    [letter] = sweep(b.AT)
    reply = take(person(letter, "I left the <b>company</b>; ask Dora."), at=b.AT).reply
    page = sam.get(f"/staff/vetting/reply/{reply.pk}/change/").content.decode()
    assert "I left the &lt;b&gt;company&lt;/b&gt;; ask Dora." in page
    data = {"action": "settle", "_selected_action": [str(reply.pk)]}
    for said in (False, True):
        page = sam.post("/staff/vetting/reply/", data, follow=True).content.decode()
        assert ("This reply waits for nobody any more." in page) is said
    assert [entry.verb for entry in trail(reply.pk)] == ["take", "settle"]


def test_the_first_page_leads_to_the_outbox(sam):
    assert '<a href="/staff/outbox/">' in sam.get("/staff/").content.decode()


def test_others_stay_outside(client):
    client.force_login(b.user("ana@advice.example"))
    assert client.get("/staff/vetting/profile/").status_code == 302


def test_staff_find_the_rows_that_could_not_be_scored(sam):
    ana, ben = b.consultant("Ana One"), b.consultant("Ben Two")
    b.result(ana)
    b.published(ana, ben)
    key = "0192"
    Scorecard.objects.filter(profile=ana).update(
        faults=[{"key": key, "field": "target", "reason": "must be better than the baseline"}]
    )
    found = {
        answer: sam.get(f"/staff/vetting/scorecard/?left_out={answer}").content.decode()
        for answer in ("yes", "no")
    }
    assert f"{key}: target must be better than the baseline" in found["yes"]
    assert ("Ana One" in found["yes"], "Ben Two" in found["yes"]) == (True, False)
    assert ("Ana One" in found["no"], "Ben Two" in found["no"]) == (False, True)
