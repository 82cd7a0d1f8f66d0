"""Which spellings of an address reach one mailbox, by provider, as data: for counting, never for writing to.

Sources: the providers' own help pages. Gmail "Dots don't matter in Gmail addresses", Outlook.com and iCloud "plus
addressing", Proton "Aliases" (dots, hyphens and underscores; one name at each of its domains), Yahoo "disposable
addresses" (``base-keyword``), Fastmail "plus addressing and subdomain addressing", Yandex "dots and hyphens".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folding:
    """What a provider does not tell apart: characters of the name, what follows a mark, its domains, subdomains.

    ``like`` are domains with one set of names: the first stands for all.
    """

    like: tuple[str, ...]
    ignored: str = ""
    label_after: str = "+"
    subdomains: bool = False


_FASTMAIL = (
    "fastmail.com fastmail.fm fastmail.cn fastmail.co.uk fastmail.com.au fastmail.de fastmail.es fastmail.in"
    " fastmail.net fastmail.org fastmail.to"
)
_YAHOO = (
    "yahoo.com yahoo.de yahoo.at yahoo.ch yahoo.fr yahoo.it yahoo.es yahoo.nl yahoo.se yahoo.co.uk yahoo.ie yahoo.ca"
    " ymail.com rocketmail.com myyahoo.com"
)

FOLDINGS = (
    Folding(("gmail.com", "googlemail.com"), ignored="."),
    Folding(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), ignored="._-"),
    Folding(("icloud.com", "me.com", "mac.com")),
    Folding(("yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "ya.ru"), ignored=".-"),
    # Each domain of these has names of its own.
    *(Folding((domain,), label_after="+-") for domain in _YAHOO.split()),
    *(Folding((domain,), subdomains=True) for domain in _FASTMAIL.split()),
)

_OTHERS = """
    outlook.com outlook.de outlook.at outlook.fr hotmail.com hotmail.de hotmail.fr hotmail.co.uk live.com live.de
    live.fr live.co.uk msn.com gmx.de gmx.net gmx.at gmx.ch gmx.com web.de t-online.de freenet.de arcor.de mail.de
    posteo.de mailbox.org 1und1.de online.de vodafone.de kabelmail.de bluewin.ch hispeed.ch sunrise.ch aon.at chello.at
    orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it alice.it ziggo.nl kpnmail.nl
    btinternet.com sky.com virginmedia.com aol.com aol.de comcast.net verizon.net att.net sbcglobal.net cox.net mail.com
    zoho.com tutanota.com tuta.com hey.com wp.pl o2.pl onet.pl interia.pl seznam.cz mail.ru qq.com 163.com naver.com
"""
LARGE = frozenset(_OTHERS.split()) | {domain for folding in FOLDINGS for domain in folding.like}
"""Domains at which thousands of strangers have mailboxes. At any other, many addresses may well be one person's."""

_BY_DOMAIN = {domain: folding for folding in FOLDINGS for domain in folding.like}
_ANY = Folding(())


def mailbox(address: str) -> str:
    """The mailbox behind an address in normal form, as far as the spelling tells.

    What follows a plus sign is a label of the owner's (RFC 5233) anywhere. One person has thousands of addresses, and
    whoever floods a person has them as well.
    """
    local, _, domain = address.partition("@")
    above = domain.partition(".")[2]
    if above in _BY_DOMAIN and _BY_DOMAIN[above].subdomains:
        local, domain = domain.removesuffix(f".{above}").rpartition(".")[2], above
    folding = _BY_DOMAIN.get(domain, _ANY)
    for mark in folding.label_after:
        local = local.partition(mark)[0] or local
    kept = "".join(one for one in local if one not in folding.ignored)
    return f"{kept or local}@{folding.like[0] if folding.like else domain}"


def crowd_of(address: str) -> str | None:
    """The domain of an address where all of it may be one person's; None where thousands of strangers share it."""
    domain = mailbox(address).rpartition("@")[2]
    return None if domain in LARGE else domain
