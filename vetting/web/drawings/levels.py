"""How well a fact is evidenced: five small squares filled from the left, with the word beside them."""

from django.utils.safestring import SafeString

from vetting.web.drawings.ink import element

WORDS: tuple[str, ...] = (
    "said by the consultant",
    "outside source checked",
    "from a mailbox at the client's own domain",
    "client confirmed or corrected the numbers",
    "plus a document or a second person",
    "held after 180 days or more",
)


def levels(level: int) -> SafeString:
    """The squares. The word stands beside them (`level_words`), so the drawing is hidden from screen readers.

    Raises ValueError for a level outside 0 to 5.
    """
    level_words(level)
    squares = [
        element(
            "rect",
            x=index * 10 + 0.75,
            y=0.75,
            width=6.5,
            height=6.5,
            class_="start" if index < level else "unknown",
            stroke_width=1.5,
        )
        for index in range(5)
    ]
    return element(
        "svg", *squares, class_="drawing", width=48, height=8, aria_hidden="true", focusable="false"
    )


def level_words(level: int) -> str:
    """E3 client confirmed or corrected the numbers"""
    if not 0 <= level < len(WORDS):
        msg = f"no such evidence level: {level}"
        raise ValueError(msg)
    return f"E{level} {WORDS[level]}"
