"""What it takes to call a shop's API, as an operator writes it down: named fields, each of a known shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cartback.domain.errors import Refused

SECRET = (re.compile(r"[!-~]{8,500}"), "8 to 500 printable characters without spaces")
NAME = (re.compile(r"[!-~]{1,250}"), "up to 250 printable characters without spaces")
GUID = (
    re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "a GUID such as 5f1c0a52-0000-4000-8000-000000000000",
)
# Where an API is. Loopback only counts on the local cloud: the one place for outgoing HTTP judges that.
PLACE = (
    re.compile(r"(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?|http://127\.0\.0\.1:[0-9]{1,5})(/[A-Za-z0-9._~/-]*)?"),
    "an https address without query",
)

Shape = tuple[re.Pattern[str], str]


@dataclass(frozen=True, slots=True)
class Needs:
    """The fields of a platform's API access: all of ``ways[n]`` for one n, and any of ``optional``."""

    ways: tuple[Mapping[str, Shape], ...]
    optional: Mapping[str, Shape]

    def check(self, given: Mapping[str, str]) -> None:
        """Raise Refused, one line per field, for what is missing, unknown or of another shape."""
        known = {name: shape for way in (*self.ways, self.optional) for name, shape in way.items()}
        lines = [
            f"access.{name}: no such field; there are {', '.join(sorted(known))}"
            for name in given
            if name not in known
        ]
        lines += [
            f"access.{name}: must be {known[name][1]}"
            for name, value in given.items()
            if name in known and not (isinstance(value, str) and known[name][0].fullmatch(value))
        ]
        if not any(set(way) <= set(given) for way in self.ways):
            wanted = " or ".join(", ".join(way) for way in self.ways)
            lines.append(f"access: needs {wanted}")
        if lines:
            raise Refused("\n".join(lines))

    def fit(self, given: Mapping[str, str]) -> bool:
        """Whether there is enough to call."""
        return any(set(way) <= set(given) for way in self.ways)
