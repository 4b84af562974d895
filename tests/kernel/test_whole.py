"""An action is whole or not at all, however many other actions it is made of."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from vetting.accounts.models import User
from vetting.kernel.whole import whole

pytestmark = pytest.mark.django_db


@whole
def sign_up(email: str, *, fails: bool = False) -> str:
    User.objects.create_user(email)
    if fails:
        message = f"{email} is refused"
        raise ValueError(message)
    return email


@whole
def sign_up_both(first: str, second: str, **options: bool) -> list[str]:
    return [sign_up(first), sign_up(second, **options)]


def emails() -> list[str]:
    return list(User.objects.order_by("email").values_list("email", flat=True))


def savepoints(action, *args: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        action(*args)
    return sum(query["sql"].startswith("SAVEPOINT") for query in queries)


def test_what_an_action_gives_back_and_writes_stays():
    assert sign_up_both("a@paper.example", "b@paper.example") == ["a@paper.example", "b@paper.example"]
    assert emails() == ["a@paper.example", "b@paper.example"]
    assert sign_up.__name__ == "sign_up"


def test_where_the_inner_one_fails_nothing_of_the_outer_one_stays():
    with pytest.raises(ValueError, match=r"b@paper\.example is refused"):
        sign_up_both("a@paper.example", "b@paper.example", fails=True)
    assert emails() == []


def test_an_action_that_fails_leaves_what_was_there_before_it():
    sign_up("a@paper.example")
    with pytest.raises(ValueError, match="refused"):
        sign_up("b@paper.example", fails=True)
    with pytest.raises(IntegrityError):
        sign_up("a@paper.example")
    assert emails() == ["a@paper.example"]


def test_inner_actions_cost_no_savepoint():
    """The outermost has one here, since a test is itself in a transaction."""
    assert savepoints(sign_up, "a@paper.example") == 1
    assert savepoints(sign_up_both, "b@paper.example", "c@paper.example") == 1


@whole
def sign_up_either(first: str, second: str) -> str:
    try:
        return sign_up(first, fails=True)
    except ValueError:
        return sign_up(second)


@whole
def sign_up_either_apart(first: str, second: str) -> str:
    try:
        with transaction.atomic():
            return sign_up(first, fails=True)
    except ValueError:
        return sign_up(second)


def test_nobody_goes_on_from_half_a_failed_action():
    with pytest.raises(TransactionManagementError):
        sign_up_either("a@paper.example", "b@paper.example")
    assert emails() == []


def test_who_means_to_go_on_sets_a_savepoint_first():
    assert sign_up_either_apart("a@paper.example", "b@paper.example") == "b@paper.example"
    assert emails() == ["b@paper.example"]


def test_a_failed_action_does_not_make_the_next_one_an_inner_one():
    with pytest.raises(ValueError, match="refused"):
        sign_up("a@paper.example", fails=True)
    assert savepoints(sign_up, "b@paper.example") == 1


@pytest.mark.django_db(transaction=True)
def test_another_thread_is_not_inside():
    """It has a connection, and so a transaction, of its own."""
    found = []

    @whole
    def outer() -> None:
        def elsewhere() -> None:
            found.append(connection.in_atomic_block)
            sign_up("a@paper.example")
            found.append(connection.in_atomic_block)
            connection.close()

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()

    outer()
    assert found == [False, False]
    assert emails() == ["a@paper.example"]
