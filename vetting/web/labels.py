"""What a person reads where a row holds a word or a code."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from vetting.companies.catalogue import INDUSTRIES, SIZE_BANDS
from vetting.engagements.metrics import METRICS, Category
from vetting.kernel.places import COUNTRIES, LANGUAGES
from vetting.outcomes.states import LEVELS
from vetting.scoring.weights import MONEY, PERSISTENCE, RESULTS
from vetting.scoring.weights import TRANSFER as SKILL
from vetting.web.templatetags.wording import measure, number


@dataclass(frozen=True, slots=True)
class Dimension:
    name: str
    about: str


DIMENSIONS: Mapping[str, Dimension] = {
    RESULTS: Dimension("Goals reached", "How much of the agreed goals was reached, and how bold they were."),
    MONEY: Dimension("Gain for the fee", "The consultant's share of the gain in money, in fees."),
    SKILL: Dimension("Skill left behind", "What the client's own people can now do without the consultant."),
    PERSISTENCE: Dimension("What held", "What was left of the change after 6 and 12 months."),
}
CIRCUMSTANCES: Mapping[str, str] = {
    "referee": "Who judges: some people confirm more readily than others",
    "client": "For whom: at some clients goals are reached more easily",
    "client_size": "How large the client is",
    "country": "In which country",
    "industry": "In which industry",
    "metric": "Which metric was to be moved",
    "year": "In which year",
}
MODES: Mapping[str, str] = {
    "advise": "Advises",
    "deliver": "Delivers",
    "build_capability": "Builds the client's own capability",
}
AVAILABILITY: Mapping[str, str] = {
    "now": "Free now",
    "month": "Free within a month",
    "quarter": "Free within three months",
    "none": "Not free at present",
}
# What a client's answer about its own people says, from 0 to 4.
TRANSFER = (
    "The client's own people cannot do it without the consultant",
    "The client's own people can now do a small part of it",
    "The client's own people can now do about half of it",
    "The client's own people can now do most of it",
    "The client's own people can now do all of it",
)
RELATIONS: Mapping[str, str] = {
    "worked_with": "Worked with the consultant on it",
    "hired": "Hired the consultant for it",
    "managed": "Was responsible for the work",
    "observed": "Saw the work from nearby",
}
SELF_CLAIMS: Mapping[str, str] = {
    "title": "Title",
    "followers": "Followers",
    "award": "Award",
    "credential": "Credential",
}


_LABELS: Mapping[str, Callable[[str], str]] = {
    "metric": lambda key: METRICS[key].name,
    "category": lambda key: Category(key).label.capitalize(),
    "industry": lambda code: INDUSTRIES[code].name,
    "size": lambda key: SIZE_BANDS[key].label,
    "skill": str.capitalize,
    "mode": MODES.__getitem__,
    "availability": AVAILABILITY.__getitem__,
    "language": LANGUAGES.__getitem__,
    "country": COUNTRIES.__getitem__,
    "level": lambda level: LEVELS[int(level)].capitalize(),
}


def label(field: str, value: str) -> str:
    """The words for one value of a search's field. Only for what search knows: anything else raises."""
    return _LABELS[field](value)


def whereabouts(place: str, country: str) -> str:
    """As in: Riga, Latvia. Either may be empty."""
    return ", ".join(part for part in (place, COUNTRIES.get(country, "")) if part)


def spoken(languages: Iterable[str]) -> str:
    return ", ".join(LANGUAGES[code] for code in languages)


def day_rate(rate: Decimal | None, currency: str) -> str:
    if rate is None:
        return ""
    amount = measure(rate, currency) if rate % 1 else f"{number(rate)}\u00a0{currency}"
    return f"{amount} a day"
