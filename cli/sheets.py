"""A file of columns as tools and spreadsheets write it: bounded, in any of the usual encodings, read line by line."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cartback.domain.errors import Refused

LARGEST = 256 * 1024 * 1024
"""How many bytes a file may have; Brevo's own limit for a file is 250 MB."""
_WIDEST, _LONGEST_CELL = 500, 20_000
_PIECE = 1 << 20
_BETWEEN = (",", ";", "\t", "|")
_ENCODINGS = ("utf-8-sig", "cp1252")
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", codecs.BOM_UTF8: "utf-8-sig"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that can be read again and again. ``headers`` are in lower case; ``digest`` begins its SHA-256."""

    path: Path
    digest: str
    encoding: str
    between: str
    headers: tuple[str, ...]

    def lines(self) -> Iterator[tuple[int, dict[str, str] | str]]:
        """Each line by its number in the file, with its cells by header, or with what is wrong with it."""
        csv.field_size_limit(_LONGEST_CELL)
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.between)
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:
                    yield line, f"a cell of more than {_LONGEST_CELL} characters, or a quote that never ends"
                    return
                if line > 1 and any(cells):
                    yield line, self._named(cells)

    def _named(self, cells: list[str]) -> dict[str, str] | str:
        if len(cells) != len(self.headers):
            return f"{len(cells)} cells, where the first line has {len(self.headers)}"
        if any("\0" in cell for cell in cells):
            return "a character that no text has (NUL)"
        return dict(zip(self.headers, cells, strict=True))


def sheet(name: str) -> Sheet:
    """Open a file. Raises Refused for one that is not there, is too large, no text, or has no first line of headers."""
    path = Path(name)
    try:
        if not path.is_file():
            raise Refused(f"{name} is no file")
        if path.stat().st_size > LARGEST:
            raise Refused(
                f"{name} is larger than {LARGEST >> 20} MiB; part it into several, each with the first line"
            )
        digest, encoding = _looked_through(path)
        with path.open(encoding=encoding, newline="") as file:
            first = file.readline(_WIDEST * 100)
    except OSError as error:
        raise Refused(f"{name} cannot be read: {error.strerror}") from error
    between = max(_BETWEEN, key=first.count)
    headers = _headers(first, between)
    if not headers or len(set(headers)) < len(headers) or len(headers) > _WIDEST or not all(headers):
        raise Refused(f"{name}: the first line must name each column, no two alike, {_WIDEST} at most")
    return Sheet(path, digest, encoding, between, headers)


def _headers(first: str, between: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([first], delimiter=between), [])
    except csv.Error:
        cells = []
    return tuple(" ".join(cell.split()).lower() for cell in cells)


def _looked_through(path: Path) -> tuple[str, str]:
    """The file's digest, and the encoding that all of it can be read in."""
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        mark = file.read(4)
        file.seek(0)
        marked = next((name for begin, name in _MARKS.items() if mark.startswith(begin)), None)
        names = (marked,) if marked else _ENCODINGS
        decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
        while piece := file.read(_PIECE):
            hashed.update(piece)
            _drop_those_that_fail(decoders, piece, final=False)
        _drop_those_that_fail(decoders, b"", final=True)
    if not decoders:
        raise Refused(f"{path} is no text in UTF-8, UTF-16 or Windows-1252")
    return hashed.hexdigest()[:16], next(iter(decoders))


def _drop_those_that_fail(
    decoders: dict[str, codecs.IncrementalDecoder], piece: bytes, *, final: bool
) -> None:
    for name in list(decoders):
        try:
            decoders[name].decode(piece, final)
        except UnicodeDecodeError:
            del decoders[name]
