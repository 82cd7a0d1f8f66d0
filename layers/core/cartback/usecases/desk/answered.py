"""Somebody wrote back to the shop: a task at the desk, with the story of the cart that it may be about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartback.domain.desk.entries import TASK, opened
from cartback.domain.subject import CART, PERSON, Subject
from cartback.usecases.desk.opening import put_on_desk

if TYPE_CHECKING:
    from datetime import datetime

    from cartback.ports import DeskBook
    from cartback.usecases.intake.draft import Answered

TITLE = "Somebody answered by WhatsApp: read it there and write back within 24 hours"


def put_answer(desk: DeskBook, shop: str, answer: Answered, now: datetime) -> None:
    """Open the task; the same answer told twice is one. Raises TryLater if the desk cannot be written."""
    about = Subject(CART, answer.cart_id) if answer.cart_id else Subject(PERSON, answer.person_id)
    data = {"ticket": answer.ref, "person_id": answer.person_id, "cart_id": answer.cart_id or ""}
    put_on_desk(desk, opened(shop, TASK, TITLE, now, answer.ref, about=about.timeline, **data), now)
