"""What an erasure sweeps, in memory."""

from __future__ import annotations

from cartback.domain.deliverability import Tally
from cartback.domain.intake.sieve import may_hold
from cartback.domain.trade.cart import Cart
from tests.fakes.memory import MemoryTables

_KEPT = ("blocks", "evidence")


class MemoryTableSweep:
    """The port ``TableSweep``: everything is one page."""

    def __init__(self, tables: MemoryTables) -> None:
        self.tables = tables
        self.faded: dict[tuple[str, str], object] = {}

    def carts(self, shop: str, cursor: str) -> tuple[list[Cart], str]:
        return [row for (of, _), (row, _) in self.tables.rows["carts"].items() if of == shop], ""

    def carts_of(self, shop: str, names) -> list[Cart]:
        return [cart for cart in self.carts(shop, "")[0] if {cart.person_id, cart.account} & set(names)]

    def index(self, cursor: str, now) -> str:
        return ""

    def purge(self, shop: str, cursor: str, until) -> str:
        for proof in [row for (of, _), (row, _) in self.tables.rows["evidence"].items() if of == shop]:
            self.fade(shop, proof.person_id, until)
        for part, rows in self.tables.rows.items():
            for key in [key for key in rows if key[0] == shop and part not in _KEPT]:
                del rows[key]
        return ""

    def fade(self, shop: str, person_id: str, until) -> None:
        self.faded.setdefault((shop, person_id), until)

    def lasting(self, part: int, parts: int):
        proofs = [row for row, _ in self.tables.rows["evidence"].values()]
        mine = [row for row in proofs if sum(map(ord, row.person_id)) % parts == part]
        return iter([row for row in mine if (row.shop, row.person_id) not in self.faded])


class MemoryRawSweep:
    """The port ``RawSweep``, on what ``ListRaw`` remembers: one batch a page."""

    def __init__(self, raw) -> None:
        self.raw = raw
        self.exports: dict[str, str] = {}

    def _page(self, shop: str, cursor: str, names) -> tuple[list[str], str]:
        ahead = sorted(batch for of, batch in self.raw.batches if of == shop and batch > cursor)
        mark = self.raw.sieves.get((shop, ahead[0]), "") if ahead else ""
        wanted = names is None or not mark or may_hold(mark, names)
        return (ahead[:1] if wanted else []), (ahead[0] if len(ahead) > 1 else "")

    def find(self, shop: str, cursor: str, names):
        found, following = self._page(shop, cursor, names)
        return [each for batch in found for each in self.raw.batches[(shop, batch)]], following

    def empty(self, shop: str) -> bool:
        for key in [key for key in self.raw.batches if key[0] == shop][:1]:
            del self.raw.batches[key]
        return any(of == shop for of, _ in self.raw.batches)

    def sweep(self, shop: str, cursor: str, unwanted, names=None) -> str:
        found, following = self._page(shop, cursor, names)
        if not found:
            return following
        key = (shop, found[0])
        self.raw.batches[key] = [each for each in self.raw.batches[key] if not unwanted(each)]
        if not self.raw.batches[key]:
            del self.raw.batches[key]
        return following

    def keep_part(self, shop: str, person_id: str, run: str, number: int, part: str) -> None:
        self.exports[f"{shop}/{person_id}/{run}/{number:06d}"] = part

    def parts(self, shop: str, person_id: str, run: str) -> list[str]:
        return [
            self.exports[key] for key in sorted(self.exports) if key.startswith(f"{shop}/{person_id}/{run}/")
        ]

    def drop_parts(self, shop: str, person_id: str, run: str) -> None:
        for key in [key for key in self.exports if key.startswith(f"{shop}/{person_id}/{run}/")]:
            del self.exports[key]

    def keep_export(self, shop: str, person_id: str, document: str) -> str:
        self.exports[f"{shop}/{person_id}"] = document
        return f"{shop}/{person_id}"

    def drop_exports(self, shop: str, person_id: str = "") -> None:
        for key in [key for key in self.exports if key.startswith(f"{shop}/{person_id}")]:
            del self.exports[key]


class MemoryLetterSweep:
    """The port ``DeadLetterSweep``: ``letters`` are pairs of a delivery (or None) and a text."""

    def __init__(self) -> None:
        self.letters: list[tuple[object, str]] = []
        self.per_round, self.looked_at = 500, 0

    def sweep(self, unwanted) -> bool:
        self.looked_at += self.per_round
        begin = self.looked_at - self.per_round
        page = self.letters[begin : self.looked_at]
        kept = [each for each in page if not unwanted(*each)]
        more = self.looked_at < len(self.letters)
        self.letters[begin : self.looked_at] = kept
        self.looked_at = begin + len(kept) if more else 0
        return more


class MemoryProofs:
    """The port ``ConsentChains``, on the rows of evidence."""

    def __init__(self, tables: MemoryTables) -> None:
        self.tables = tables

    def of(self, shop: str, person_id: str) -> list:
        rows = self.tables.rows["evidence"].items()
        return [row for (of, _), (row, _) in rows if of == shop and row.person_id == person_id]


class MemoryStanding:
    """The port ``Standing``: one sum per shop, which no window ends."""

    def __init__(self) -> None:
        self.tallies: dict[str, Tally] = {}

    def add(self, shop: str, at, tally: Tally) -> None:
        self.tallies[shop] = self.lately(shop, at) + tally

    def lately(self, shop: str, now) -> Tally:
        return self.tallies.get(shop, Tally())

    def reset(self, shop: str, now) -> None:
        self.tallies.pop(shop, None)
