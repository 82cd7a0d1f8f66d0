"""A true deadline in words, on the wall of the reader: the only way for a mail to say when something ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cartback.domain.deadlines import Deadline

_DAYS = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "en": "January February March April May June July August September October November December".split(),
}
_FORMS = {
    "de": "{day}, {date}. {month}, {time} Uhr (Zeit in {place})",
    "en": "{day}, {date} {month}, {time} ({place} time)",
}


def spoken(deadline: Deadline, lang: str) -> str:
    """The deadline as a reader says it, in German or English, with the place whose clock is meant.

    The place stands there because a mail is read on journeys, and because an hour may come twice in autumn.
    """
    wall, place = deadline.wall, deadline.zone.rpartition("/")[2].replace("_", " ")
    day, month = _DAYS[lang][wall.weekday()], _MONTHS[lang][wall.month - 1]
    return _FORMS[lang].format(day=day, date=wall.day, month=month, time=f"{wall:%H:%M}", place=place)
