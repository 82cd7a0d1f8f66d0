"""What the DNS must say so that mailbox providers believe a sender: judged from records, said in plain words.

Gmail, Yahoo and Microsoft ask bulk senders for SPF, DKIM and DMARC with alignment (reliability.md). Aligned means
that the domain which SPF or DKIM proves is the one in the From line, or below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

GOOD, ADVICE, MUST = "good", "advice", "must"


class Resolver(Protocol):
    """Asks the DNS. Gives the records of a type, empty for none; raises TryLater where nobody answers."""

    def ask(self, name: str, kind: str) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing; ``record`` is what to set, if anything: (name, type, value)."""

    about: str
    state: str
    says: str
    record: tuple[str, str, str] | None = None


def diagnose(domain: str, region: str, identity: dict[str, Any] | None, dns: Resolver) -> list[Finding]:
    """Everything that must be right for ``domain`` to send; ``identity`` is SES's own account of it, None for none."""
    if identity is None:
        says = f"SES does not know it: aws sesv2 create-email-identity --email-identity {domain}"
        return [Finding("identity", MUST, says), _dmarc(domain, dns)]
    return [
        _identity(domain, identity),
        *_dkim(domain, identity, dns),
        *_mail_from(domain, region, identity, dns),
        _dmarc(domain, dns),
        _bimi(domain, dns),
    ]


def _identity(domain: str, identity: dict[str, Any]) -> Finding:
    if identity.get("VerifiedForSendingStatus"):
        return Finding("identity", GOOD, f"SES may send from {domain}")
    return Finding(
        "identity", MUST, f"SES has not verified {domain} yet: it does so by the DKIM records below"
    )


def _dkim(domain: str, identity: dict[str, Any], dns: Resolver) -> list[Finding]:
    given = identity.get("DkimAttributes") or {}
    if not given.get("SigningEnabled"):
        return [Finding("DKIM", MUST, "SES does not sign: switch Easy DKIM on for this identity")]
    if given.get("SigningAttributesOrigin") == "EXTERNAL":
        good = given.get("Status") == "SUCCESS"
        return [Finding("DKIM", GOOD if good else MUST, f"your own key; SES says {given.get('Status')}")]
    missing = []
    for token in given.get("Tokens") or ():
        name, value = f"{token}._domainkey.{domain}", f"{token}.dkim.amazonses.com"
        if not any(_host(said) == value for said in dns.ask(name, "CNAME")):
            says = "mail is not signed in your name without this"
            missing.append(Finding("DKIM", MUST, says, (name, "CNAME", value)))
    return missing or [Finding("DKIM", GOOD, f"signed as {domain}, aligned with the From line")]


def _mail_from(domain: str, region: str, identity: dict[str, Any], dns: Resolver) -> list[Finding]:
    host = (identity.get("MailFromAttributes") or {}).get("MailFromDomain")
    if not host:
        says = f"bounces go to amazonses.com, so SPF proves Amazon, not you: set a MAIL FROM such as bounce.{domain}"
        return [
            Finding("MAIL FROM", MUST, says),
            Finding("SPF", MUST, "is not aligned without a MAIL FROM of your own"),
        ]
    if not host.endswith(f".{domain}"):
        return [Finding("MAIL FROM", MUST, f"{host} is not below {domain}, so SPF is not aligned")]
    found = []
    exchanger = f"feedback-smtp.{region}.amazonses.com"
    if not any(_host(said.split()[-1]) == exchanger for said in dns.ask(host, "MX") if said.split()):
        record = (host, "MX", f"10 {exchanger}")
        found.append(Finding("MAIL FROM", MUST, "SES cannot take bounces back without this", record))
    else:
        found.append(Finding("MAIL FROM", GOOD, host))
    return [*found, _spf(host, dns)]


def _spf(host: str, dns: Resolver) -> Finding:
    said = [text for text in _texts(host, dns) if text.lower().startswith("v=spf1")]
    wanted = (host, "TXT", "v=spf1 include:amazonses.com ~all")
    if not said:
        return Finding("SPF", MUST, "nobody knows that SES may send for you", wanted)
    if len(said) > 1:
        return Finding(
            "SPF", MUST, f"{len(said)} records: receivers then ignore them all (RFC 7208 § 4.5)", wanted
        )
    words = said[0].lower().split()
    if "include:amazonses.com" not in words:
        return Finding("SPF", MUST, "does not name amazonses.com", wanted)
    if any(word in ("+all", "all") for word in words):
        return Finding("SPF", MUST, "ends with +all: everybody may send as you", wanted)
    return Finding("SPF", GOOD, said[0])


def _dmarc(domain: str, dns: Resolver) -> Finding:
    at = domain
    said: list[str] = []
    while not said and at.count(".") >= 1:  # a subdomain takes its parent's policy
        said = [text for text in _texts(f"_dmarc.{at}", dns) if re.match(r"v\s*=\s*DMARC1\b", text)]
        at = at.partition(".")[2]
    wanted = (f"_dmarc.{domain}", "TXT", f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}")
    if len(said) != 1:
        says = (
            f"{len(said)} records, there must be one"
            if said
            else "Gmail and Yahoo refuse bulk mail without it"
        )
        return Finding("DMARC", MUST, says, wanted)
    tags = dict(re.findall(r"(\w+)\s*=\s*([^;\s]+)", said[0]))
    if tags.get("p") not in ("none", "quarantine", "reject"):
        return Finding("DMARC", MUST, "has no policy (p=)", wanted)
    if tags["p"] == "none":
        says = "p=none only watches. Read its reports for some weeks, then ask for quarantine"
        return Finding(
            "DMARC", ADVICE, says, (f"_dmarc.{domain}", "TXT", said[0].replace("p=none", "p=quarantine"))
        )
    return Finding("DMARC", GOOD, said[0])


def _bimi(domain: str, dns: Resolver) -> Finding:
    if any(text.startswith("v=BIMI1") for text in _texts(f"default._bimi.{domain}", dns)):
        return Finding("BIMI", GOOD, "your logo is announced; DMARC must ask for quarantine or reject")
    says = "optional: your logo in the inbox, once DMARC is at quarantine or reject and the logo certified (VMC, CMC)"
    record = (
        f"default._bimi.{domain}",
        "TXT",
        f"v=BIMI1; l=https://{domain}/logo.svg; a=https://{domain}/logo.pem",
    )
    return Finding("BIMI", ADVICE, says, record)


def _texts(name: str, dns: Resolver) -> list[str]:
    return [re.sub(r'"\s+"', "", said).strip('"') for said in dns.ask(name, "TXT")]


def _host(said: str) -> str:
    return said.rstrip(".").lower()
