"""Read the cells of an export: they come from files that anybody may have edited, with a spreadsheet perhaps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cartback.domain.consent.sparing import place_of, without_addresses
from cartback.domain.errors import Refused
from cartback.domain.people import address

if TYPE_CHECKING:
    from cartback.domain.consent.export_table import Export

LONGEST_TEXT = 500
"""How much of a form's name or a wording is kept, in characters."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


def moment(
    export: Export, cells: Mapping[str, str], columns: tuple[str | None, ...], now: datetime
) -> datetime | None:
    """The first date of these columns, in UTC where it names no zone."""
    column = next((name for name in columns if name and cells.get(name, "").strip()), None)
    if column is None:
        return None
    found = _parsed(cells[column].strip(), export.dates)
    if found is None:
        raise Refused(f"{column}: no date such as 2024-05-31 or 2024-05-31T10:30:00Z")
    if not _EARLIEST <= found <= now + _AHEAD:
        raise Refused(f"{column}: a date in the future, or before {_EARLIEST.year}")
    return min(found, now)


def _parsed(text: str, spellings: tuple[str, ...]) -> datetime | None:
    if len(text) > len("2024-05-31T10:30:00.000000+00:00") + 4:
        return None
    at: datetime | None
    try:
        at = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        found = (_spelt(text, spelling) for spelling in spellings)
        at = next((each for each in found if each is not None), None)
    if at is None:
        return None
    try:
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None


def _spelt(text: str, spelling: str) -> datetime | None:
    try:
        return datetime.strptime(text, spelling)  # noqa: DTZ007 - the zone is given where it is used
    except ValueError:
        return None


def mailbox(text: str) -> str:
    found = address.email(text) if not text.startswith(_FORMULA) else None
    if found is None:
        raise Refused("an address that we would not write to")
    return found


def first(cells: Mapping[str, str], columns: tuple[str, ...]) -> str:
    """The first cell that holds something, without the apostrophe that keeps spreadsheets from calculating it."""
    for name in columns:
        cell = cells.get(name, "").strip()
        if cell.startswith("'") and cell[1:2] in _FORMULA:
            cell = cell[1:].strip()
        if cell:
            return cell
    return ""


def text(cells: Mapping[str, str], column: str | None) -> str | None:
    """A cell that is shown to people and to spreadsheets one day: short, without addresses, no formula."""
    said = cells.get(column or "", "").strip().lstrip("".join(_FORMULA) + "'")
    return without_addresses(said[:LONGEST_TEXT]) or None


def place(cells: Mapping[str, str], column: str | None) -> str | None:
    said = text(cells, column)
    return place_of(said) if said is not None else None


def ip(cells: Mapping[str, str], column: str | None) -> str | None:
    try:
        return str(ip_address(cells.get(column or "", "").strip()))
    except ValueError:
        return None
