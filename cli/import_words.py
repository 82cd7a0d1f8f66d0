"""What an import of consents found, in plain words: English and German."""

from __future__ import annotations

_IMPORTED = {
    "taken": ("consents taken", "Einwilligungen übernommen"),
    "refusal": ("refusals taken", "Abmeldungen übernommen"),
    "block": (
        "addresses blocked: bounced, complained or left",
        "Adressen gesperrt: unzustellbar, Beschwerde, abgemeldet",
    ),
    "repeated": ("known already, nothing changes", "schon bekannt, nichts ändert sich"),
    "newer_word_here": ("left: a newer word is known here", "ausgelassen: Hier ist ein neueres Wort bekannt"),
    "said_no": (
        "left: the person said no, here or in these files",
        "ausgelassen: Die Person sagte Nein, hier oder in den Dateien",
    ),
    "blocked": ("left: the address is blocked", "ausgelassen: Die Adresse ist gesperrt"),
    "forgotten": (
        "left: the person asked to be forgotten",
        "ausgelassen: Die Person wollte vergessen werden",
    ),
    "number_alone": (
        "left: a number without an address is nobody",
        "ausgelassen: Eine Nummer ohne Adresse ist niemand",
    ),
    "enough": ("suffices", "genügt"),
    "not_enough": ("does not suffice", "genügt nicht"),
    "count": ("count", "Anzahl"),
    "what": ("what", "was"),
    "channel": ("channel", "Kanal"),
    "purpose": ("purpose", "Zweck"),
    "basis": ("basis", "Grundlage"),
    "lines": ("{count} lines read.", "{count} Zeilen gelesen."),
    "nothing": (
        "They tell of no consent and of no refusal.",
        "Sie enthalten weder Einwilligungen noch Abmeldungen.",
    ),
    "roles": (
        "{count} of them are mailboxes of a desk (info@, sales@): whoever reads them is one person to us.",
        "{count} davon sind Sammelpostfächer (info@, kontakt@): Wer sie liest, ist für uns eine Person.",
    ),
    "applied": (
        "Done. No message goes out because of it.",
        "Erledigt. Deswegen geht keine Nachricht hinaus.",
    ),
    "dry": (
        "Nothing was written. Say --apply to do it.",
        "Nichts wurde geschrieben. Mit --apply geschieht es.",
    ),
}


def imported(word: str, lang: str) -> str:
    """A word of what an import of consents found."""
    english, german = _IMPORTED[word]
    return german if lang == "de" else english


def known_ends() -> frozenset[str]:
    """What there are words for."""
    return frozenset(_IMPORTED)
