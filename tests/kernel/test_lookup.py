import pytest

from vetting.kernel.lookup import matching, words_of

SHELF = {
    "tickets": ("Cost per ticket", "support cost"),
    "orders": ("Cost per order", "shipping"),
    "tickets per order": ("Tickets per order", "contact rate"),
}


def found(text: str) -> list[str]:
    return matching(text, SHELF, lambda entry: SHELF[entry])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Cost per ticket", ("cost", "ticket")),
        ("CÔTE d'Azur, café", ("cote", "d", "azur", "cafe")),
        ("churns days losses", ("churn", "day", "losse")),
        ("gas loss bus", ("gas", "loss", "bus")),
        ("cross-training_plan 24/7", ("cross", "training", "plan", "24", "7")),
        ("the of per", ()),
        ("\x00 \t", ()),
    ],
)
def test_words_are_folded_and_stripped_of_what_carries_nothing(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_every_word_typed_must_begin_some_word() -> None:
    assert found("ticket") == ["tickets", "tickets per order"]
    assert found("ship") == ["orders"]
    assert found("ticket shipping") == []


def test_a_whole_phrase_comes_before_one_phrase_before_several() -> None:
    assert found("cost of an order") == ["orders"]
    assert matching("order", ["b", "a"], {"b": ("my order",), "a": ("order",)}.__getitem__) == ["a", "b"]
    assert matching("x y", ["b", "a"], {"b": ("x", "y"), "a": ("x or z, y",)}.__getitem__) == ["a", "b"]


def test_equal_rank_keeps_the_order_of_the_catalogue() -> None:
    assert found("cost") == ["tickets", "orders"]


@pytest.mark.parametrize("text", ["", "   ", "per", "%", "\x00"])
def test_nothing_typed_finds_nothing(text: str) -> None:
    assert found(text) == []


def test_a_book_in_the_search_box_is_read_as_its_first_line() -> None:
    assert found("ticket " * 200_000) == ["tickets", "tickets per order"]
