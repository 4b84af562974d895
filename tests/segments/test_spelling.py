"""What a word may have been meant to be, against a table of steps filled in letter by letter."""

from random import Random

import pytest

from vetting.segments.spelling import lettered, near

ALPHABET = "abcdeöж😀"


def distance(one, other):
    """How many letters were added, left out, mistaken or swapped with their neighbour."""
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one):
        last, before, row = before, row, [i + 1]
        for j, meant in enumerate(other):
            steps = [before[j] + (letter != meant), before[j + 1] + 1, row[j] + 1]
            if i and j and letter == other[j - 1] and one[i - 1] == meant:
                steps.append(last[j - 1] + 1)
            row.append(min(steps))
    return row[-1]


@pytest.mark.parametrize(
    ("typed", "word", "steps"),
    [
        ("ticket", "ticket", 0),
        ("ticket", "tikcet", 1),
        ("ticke", "ticket", 1),
        ("ticket", "ticke", 1),
        ("tjcket", "ticket", 1),
        ("coast", "cost", 1),
        ("icktet", "ticket", 2),
        ("kitcet", "ticket", 3),
        ("größe", "grösse", 2),
        ("cafe", "caff", 1),
    ],
)
def test_a_step_is_a_letter_more_less_mistaken_or_swapped(typed, word, steps):
    assert distance(typed, word) == steps
    words = lettered(["another", word])
    assert near(words, typed, steps) == [(steps, word)]
    assert steps == 0 or near(words, typed, steps - 1) == []


@pytest.mark.parametrize("most", [1, 2, 3])
def test_as_a_loop_over_all_words_finds_it(most):
    draw = Random(most)
    words = ["".join(draw.choices(ALPHABET, k=draw.randint(1, 9))) for _ in range(3_000)]
    words += ["x" * 79, "x" * 80, "x" * 81]
    arrays = lettered(words)
    known = {word for word in words if 4 <= len(word) <= 80}
    for typed in ["".join(draw.choices(ALPHABET, k=draw.randint(1, 10))) for _ in range(60)] + ["x" * 80]:
        found = {(far, word) for word in known if (far := distance(typed, word)) <= most}
        assert set(near(arrays, typed, most)) == found
        assert len(near(arrays, typed, most)) == len(found)


def test_no_words_are_near_nothing():
    assert near(lettered([]), "ticket", 2) == []
    assert near(lettered(["abc", "x" * 81]), "abcd", 1) == []
