"""What lies in this folder. The registry is the folder: a new language or touch is a new file."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent

LANGUAGES = tuple(sorted(path.name.split(".")[1] for path in ROOT.glob("layouts/email.??.j2")))
"""The languages that the layouts speak."""


def written(flow: str) -> dict[str, frozenset[str]]:
    """The touches of a flow and the languages in which each has an e-mail."""
    languages: dict[str, set[str]] = {}
    for path in ROOT.glob(f"{flow}/*.email.??.j2"):
        touch, _, lang, _ = path.name.split(".")
        languages.setdefault(touch, set()).add(lang)
    return {touch: frozenset(found) for touch, found in languages.items()}
