"""Addresses: are two of them one mailbox, and whose domain is it."""

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

# Providers that give an address to anybody: such a mailbox says nothing about an employer.
FREE_PROVIDERS = frozenset(
    "aol.com att.net bk.ru bluewin.ch btinternet.com comcast.net duck.com fastmail.com free.fr freenet.de gmail.com "
    "gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hey.com hotmail.co.uk hotmail.com hotmail.de hotmail.fr "
    "icloud.com inbox.lv inbox.ru laposte.net libero.it list.ru live.com live.de mac.com mail.com mail.ru mailbox.org "
    "me.com msn.com orange.fr outlook.com outlook.de outlook.fr pm.me posteo.de proton.me protonmail.com qq.com "
    "rocketmail.com seznam.cz sfr.fr t-online.de tuta.com tutanota.com wanadoo.fr web.de wp.pl yahoo.co.uk yahoo.com "
    "yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com 163.com 126.com".split()
)
_LONGEST = 254  # RFC 5321, 4.5.3.1.3; beyond it the parser works for minutes on a text of a megabyte
_DOTS_IGNORED = frozenset({"gmail.com", "googlemail.com"})


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def clean_address(text: str) -> str | None:
    """The address with its domain in lower case, or None where it is not one a letter could reach.

    A local part beyond ASCII needs SMTPUTF8, which few servers speak; a domain beyond it is written as xn--.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return f"{found.local_part}@{found.ascii_domain or found.domain}"


def mailbox_of(address: str) -> str:
    """One spelling for one mailbox: lower case, no +tag, and no dots where the provider ignores them."""
    local, _, domain = address.lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in _DOTS_IGNORED:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def loose_mailbox_of(address: str) -> str:
    """As `mailbox_of`, with dots ignored everywhere: only for suspecting that two addresses are one person."""
    local, _, domain = mailbox_of(address).rpartition("@")
    return f"{local.replace('.', '')}@{domain}"


def registered_domain(address_or_domain: str) -> str:
    """example.co.uk for anna@mail.example.co.uk; the host itself where no public suffix is known."""
    host = address_or_domain.lower().rpartition("@")[2].strip(".")
    return _suffixes().privatesuffix(host) or host


def is_free_provider(address_or_domain: str) -> bool:
    return registered_domain(address_or_domain) in FREE_PROVIDERS


def at_domain(address: str, domain: str) -> bool:
    """The mailbox lies at that domain or below it, and the domain is not one that gives addresses to anybody."""
    host = address.lower().rpartition("@")[2]
    return not is_free_provider(host) and (host == domain or host.endswith(f".{domain}"))
