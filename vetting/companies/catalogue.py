"""What kind of company: industries by ISIC Rev. 4 (industries.toml), sizes by people employed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from vetting.kernel.lookup import matching


class UnknownIndustry(KeyError):  # noqa: N818 - says what happened, as its message does
    """The code is neither a section (A to U) nor a division (01 to 99) of ISIC Rev. 4."""

    def __str__(self) -> str:
        return f"{self.args[0]}: not an ISIC section or division such as G or 47."


@dataclass(frozen=True, slots=True, kw_only=True)
class Industry:
    """`name` is the official title, `place_word` what to call one company of it, with its article.

    `section` is the letter of its section, its own code where it is one.
    """

    code: str
    name: str
    section: str
    place_word: str
    synonyms: tuple[str, ...]

    @property
    def is_section(self) -> bool:
        return self.code == self.section


@dataclass(frozen=True, slots=True)
class SizeBand:
    """People employed, from `least` to `most`; `most` is None where the band is open."""

    key: str
    least: int
    most: int | None

    @property
    def label(self) -> str:
        return f"{self.key} people" if self.most else f"{self.least} or more people"


def _read() -> dict[str, Industry]:
    with Path(__file__).with_name("industries.toml").open("rb") as file:
        rows = tomllib.load(file)["industry"]
    return {
        code: Industry(
            code=code,
            name=row["name"],
            section=row["section"],
            place_word=row["place_word"],
            synonyms=tuple(row["synonyms"]),
        )
        for code, row in rows.items()
    }


# In the order of the classification: a section, then its divisions.
INDUSTRIES: Final[Mapping[str, Industry]] = MappingProxyType(_read())

# 10, 50 and 250 are the lines of the EU's definition of small and medium enterprises (2003/361/EC). No
# standard goes on above; 1,000 and 5,000 are judged.
SIZE_BANDS: Final[Mapping[str, SizeBand]] = MappingProxyType(
    {
        band.key: band
        for band in (
            SizeBand("1-9", 1, 9),
            SizeBand("10-49", 10, 49),
            SizeBand("50-249", 50, 249),
            SizeBand("250-999", 250, 999),
            SizeBand("1000-4999", 1000, 4999),
            SizeBand("5000+", 5000, None),
        )
    }
)


def industry(code: str) -> Industry:
    """Raises UnknownIndustry."""
    try:
        return INDUSTRIES[code]
    except KeyError:
        raise UnknownIndustry(code) from None


def section_of(code: str) -> Industry:
    """The section a code lies in, itself where it is one. Raises UnknownIndustry."""
    return INDUSTRIES[industry(code).section]


def find(text: str) -> list[Industry]:
    """Industries whose code, title or synonyms hold every word typed, best first; none for no words."""
    return matching(text, INDUSTRIES.values(), _phrases)


def unnamed(code: str, size_band: str) -> str:
    """A client that is not named, for the middle of a sentence: "a retailer of 50-249 people".

    Either may be empty, as in an organization's row; then it is left out. Raises KeyError on what is unknown.
    """
    who = industry(code).place_word if code else "a company"
    return f"{who} of {SIZE_BANDS[size_band].label}" if size_band else who


def _phrases(entry: Industry) -> tuple[str, ...]:
    return (entry.code, entry.name, entry.place_word, *entry.synonyms)
