"""The words of the desk: kinds, states, decisions and steps, in English and German."""

from __future__ import annotations

DESK = {
    "approval": ("approval", "Freigabe"),
    "task": ("task", "Aufgabe"),
    "parked": ("parked run", "angehaltener Ablauf"),
    "unknown": ("unknown", "ungewiss"),
    "access": ("access", "Zugang"),
    "letter": ("dead letter", "unzustellbar"),
    "open": ("open", "offen"),
    "snoozed": ("snoozed", "zurückgestellt"),
    "done": ("done", "erledigt"),
    "dropped": ("dropped", "verworfen"),
    "approved": ("approved", "freigegeben"),
    "rejected": ("rejected", "abgelehnt"),
    "happened": ("happened", "geschehen"),
    "not_happened": ("did not happen", "nicht geschehen"),
    "opened": ("opened", "eröffnet"),
    "opened again": ("opened again", "wieder eröffnet"),
    "approved, one of two": ("approved, one of two", "freigegeben, eine von zwei Stimmen"),
    "is back": ("is back", "ist wieder da"),
    "the run was told": ("the run was told", "der Ablauf weiß es"),
    "the run waits no more": ("the run waits no more", "der Ablauf wartet nicht mehr"),
    "on": ("on", "an"),
    "off": ("off", "aus"),
    "lost": ("access lost", "Zugang verloren"),
    "broken": ("away", "nicht erreichbar"),
}
