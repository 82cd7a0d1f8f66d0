"""The pages behind the links of mails, and the form in the shop, as a browser uses them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from functions import confirm, leave, open_link, preferences, subscribe

if TYPE_CHECKING:
    from tests.simulation.season import Season

type Form = Mapping[str, Sequence[str]]

_DOORS = {"r": open_link, "u": leave, "p": preferences, "c": confirm}
_HEADERS = {"content-type": "application/x-www-form-urlencoded"}
MOST_TRIES = 6
"""How often somebody presses a button whose page does not come."""


class Pages:
    """Ask the doors that people open. Gives the status and the page."""

    def __init__(self, season: Season) -> None:
        self._season = season

    def open(self, path: str, token: str) -> tuple[int, str]:
        """Look at a page: back to the cart (``r``), leave (``u``), preferences (``p``), say yes (``c``)."""
        return self._link(path, token, "GET", {}, 0)

    def follow(self, token: str) -> str | None:
        """Follow the link back to the cart: gives where it leads, None if it leads nowhere."""
        event = _event({"token": token}, "GET", {})
        shop = token.partition(".")[0]
        answer = self._season.answer("page r", open_link.handler, event, shop, (token, "follow"))
        return (answer.get("headers") or {}).get("location") if answer["statusCode"] == 302 else None

    def look(self, path: str, token: str) -> tuple[int, str]:
        """Look at a page, again and again if it does not come."""
        return self._until_it_comes(lambda attempt: self._link(path, token, "GET", {}, attempt))

    def press(self, path: str, token: str, form: Form | None = None) -> tuple[int, str]:
        """Press the button of a page, again and again if nothing comes."""
        return self._until_it_comes(lambda attempt: self._link(path, token, "POST", form or {}, attempt))

    def subscribe(self, shop: str, form: Form) -> tuple[int, str]:
        """Send the form of a shop, again and again if nothing comes."""

        def send(attempt: int) -> tuple[int, str]:
            event = _event({"shop": shop}, "POST", form)
            who = (*form["email"], attempt)
            return self._season.ask("subscribe", subscribe.handler, event, shop, who)

        return self._until_it_comes(send)

    def _link(self, path: str, token: str, method: str, form: Form, attempt: int) -> tuple[int, str]:
        event = _event({"token": token}, method, form)
        shop = token.partition(".")[0]
        return self._season.ask(f"page {path}", _DOORS[path].handler, event, shop, (token, method, attempt))

    @staticmethod
    def _until_it_comes(ask) -> tuple[int, str]:
        for attempt in range(MOST_TRIES):
            status, page = ask(attempt)
            if status < 500:
                break
        return status, page


def _event(path: Mapping[str, str], method: str, form: Form) -> dict[str, Any]:
    return {
        "pathParameters": path,
        "headers": _HEADERS,
        "body": urlencode(form, doseq=True),
        "requestContext": {"http": {"method": method}},
    }
