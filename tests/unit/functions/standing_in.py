"""Use cases that only remember what they were asked, behind the real doors; and calls of the API."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from cartback import wiring
from cartback.ports import Link
from tests.fakes.outside import CONTEXT, CountingMetrics
from tests.fakes.world import START, a_face


@dataclass
class Mind:
    """A use case that remembers what it was asked, and answers or fails as it is told."""

    answer: Any = None
    error: Exception | None = None
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    looked: list[tuple[Any, ...]] = field(default_factory=list)
    planned_for: list[tuple[Any, ...]] = field(default_factory=list)
    steps: list[tuple[Any, ...]] = field(default_factory=list)

    def __call__(self, *given: Any, **named: Any) -> Any:
        self.asked.append((*given, named) if named else given)
        if self.error is not None:
            raise self.error
        return self.answer

    def look(self, *given: Any) -> Any:
        self.looked.append(given)
        if self.error is not None:
            raise self.error
        return self.answer

    def planned(self, *given: Any) -> Any:
        self.planned_for.append(given)
        return self.answer

    def step(self, *given: Any) -> Any:
        self.steps.append(given)
        return self.answer

    def whose(self, *given: Any) -> Any:
        self.looked.append(given)
        return a_face("the-shop"), "https://pages.example/form"

    def origin(self, *given: Any) -> str:
        self.looked.append(given)
        if self.error is not None and getattr(self.error, "status", 0) == 403:
            raise self.error
        return "https://pages.example"


class Doors:
    """The doors with stand-ins behind them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._patch = monkeypatch
        self.metrics = CountingMetrics()
        self.shops = SimpleNamespace(shop=lambda shop: a_face(shop, name=f"Haus {shop}"))
        monkeypatch.setattr(wiring, "metrics", lambda: self.metrics)
        monkeypatch.setattr(wiring, "settings", lambda: self.shops)
        self.lapsed = Mind()
        monkeypatch.setattr(wiring, "lapsed", lambda: self.lapsed)

    def stand_in(self, name: str, answer: Any = None, error: Exception | None = None) -> Mind:
        mind = Mind(answer, error)
        self._patch.setattr(wiring, name, lambda: mind)
        return mind

    @staticmethod
    def call(door: str, event: Any) -> Any:
        return importlib.import_module(f"functions.{door}").handler(event, CONTEXT)


def http(method: str = "GET", *, body: str = "", query: dict | None = None, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {
        "headers": {"accept-language": "en", **named},
        "pathParameters": {
            "shop": "the-shop",
            "token": "the-token",
            "channel": "the-channel",
            "word": "the-word",
        },
        "queryStringParameters": query,
        "rawPath": "/the/path",
        "rawQueryString": "&".join(f"{name}={value}" for name, value in (query or {}).items()),
        "requestContext": {
            "domainName": "api.example",
            "http": {"method": method, "sourceIp": "192.0.2.7", "userAgent": "the agent"},
        },
        "body": body,
    }


FORM = {"content_type": "application/x-www-form-urlencoded"}
LINK = Link("the-shop", "hash", "leave", "c1", 1, "p1", "claim", "https://a.example", START, START, "de")
