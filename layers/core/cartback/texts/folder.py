"""What lies in this folder. The registry is the folder: a new language or touch is a new file."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent

LANGUAGES = tuple(sorted(path.name.split(".")[1] for path in ROOT.glob("layouts/email.??.j2")))
"""The languages that the layouts speak."""


def touches(flow: str) -> frozenset[str]:
    """The touches of a flow that have an e-mail in every language."""
    have = [
        {path.name.removesuffix(f".email.{lang}.j2") for path in ROOT.glob(f"{flow}/*.email.{lang}.j2")}
        for lang in LANGUAGES
    ]
    return frozenset(set.intersection(*have))
