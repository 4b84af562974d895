"""Countries, languages and currencies by their standards: code to name, in the order a person reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pycountry

# ISO 639-1 withdrew Serbo-Croatian in 2000; the package still lists it.
_WITHDRAWN: Final = frozenset({"sh"})
# ISO 4217 codes nobody is paid in: metals, drawing rights, bonds, tests, units of account such as the WIR.
_NO_MONEY: Final = frozenset(
    "BOV CHE CHW CLF COU MXV USN UYI UYW XAD XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX".split()
)
# The package leaves out the minor unit: ISO 4217 gives two digits to every currency but these.
_DECIMALS: Final = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}


@dataclass(frozen=True, slots=True)
class Currency:
    """`decimals` is the minor unit of ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD."""

    code: str
    name: str
    decimals: int


def _by_name(names: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType(dict(sorted(names.items(), key=lambda entry: entry[1])))


# ISO 3166-1 alpha-2, by the name in common use where it differs from the official one.
COUNTRIES: Final = _by_name(
    {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}
)
# ISO 639-1: the languages that have a two-letter code, without the remarks their names carry in brackets.
LANGUAGES: Final = _by_name(
    {
        language.alpha_2: language.name.partition(" (")[0]
        for language in pycountry.languages
        if hasattr(language, "alpha_2") and language.alpha_2 not in _WITHDRAWN
    }
)
# ISO 4217, what is legal tender somewhere, by code.
CURRENCIES: Final[Mapping[str, Currency]] = MappingProxyType(
    {
        found.alpha_3: Currency(found.alpha_3, found.name, _DECIMALS.get(found.alpha_3, 2))
        for found in sorted(pycountry.currencies, key=lambda entry: entry.alpha_3)
        if found.alpha_3 not in _NO_MONEY
    }
)
