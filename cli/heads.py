"""The heads of tables in German. A head that has no word here is a name, and stays."""

from __future__ import annotations

_GERMAN = {
    "after": "danach",
    "basis": "Grundlage",
    "by": "von",
    "cart": "Warenkorb",
    "changed (UTC)": "geändert (UTC)",
    "channel": "Kanal",
    "claimed (UTC)": "vergeben (UTC)",
    "consent": "Einwilligung",
    "connection": "Verbindung",
    "count": "Anzahl",
    "decisions": "Entscheidungen",
    "events": "Ereignisse",
    "failures": "Fehler",
    "field": "Feld",
    "flows": "Abläufe",
    "generation": "Generation",
    "id": "Kennung",
    "is": "jetzt",
    "item": "Eintrag",
    "kind": "Art",
    "known since (UTC)": "bekannt seit (UTC)",
    "lacks": "es fehlt",
    "last activity (UTC)": "zuletzt bewegt (UTC)",
    "lines": "Zeilen",
    "messages": "Nachrichten",
    "name": "Name",
    "no.": "Nr.",
    "own parts": "eigene Teile",
    "parts": "Teile",
    "platform": "Plattform",
    "preset": "Vorlage",
    "purpose": "Zweck",
    "queue": "Schlange",
    "reason": "Grund",
    "remark": "Anmerkung",
    "said (UTC)": "gesagt (UTC)",
    "shop": "Shop",
    "since (UTC)": "seit (UTC)",
    "source": "Quelle",
    "state": "Stand",
    "status": "Stand",
    "takes back": "nimmt zurück",
    "text": "Text",
    "topic": "Thema",
    "total": "Summe",
    "touch": "Schritt",
    "version": "Fassung",
    "was": "bisher",
    "what": "was",
    "when (UTC)": "wann (UTC)",
    "word": "Wort",
}


def head(word: str, lang: str) -> str:
    """The head of a column in the chosen language."""
    return _GERMAN.get(word, word) if lang == "de" else word


def known_heads() -> frozenset[str]:
    """The heads that have a German word."""
    return frozenset(_GERMAN)
