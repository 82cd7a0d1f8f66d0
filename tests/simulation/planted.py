"""Test the tester: bugs that others had or that lie near, each planted by a patch, each to be found by the seasons.

A bug is a function that patches the house (never the simulation's own questions) through ``Patches``; its docstring
says what is wrong and, where somebody had it, who (issue numbers as in reliability.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.simulation.play import play


class Patches:
    """Attributes replaced for a while."""

    def __init__(self) -> None:
        self._before: list[tuple[Any, str, Any]] = []

    def put(self, where: Any, name: str, new: Any) -> Any:
        """Replace an attribute; gives what it was."""
        before = vars(where)[name]
        self._before.append((where, name, before))
        setattr(where, name, new)
        return before

    def around(self, where: Any, name: str, wrapper: Callable[..., Any]) -> None:
        """Replace a function by ``wrapper(before, *its arguments)``."""
        before = vars(where)[name]

        def instead(*given: Any, **named: Any) -> Any:
            return wrapper(before, *given, **named)

        self.put(where, name, instead)

    def undo(self) -> None:
        """Put everything back, last first."""
        while self._before:
            setattr(*self._before.pop())


@dataclass(frozen=True, slots=True)
class Bug:
    """One planted bug."""

    name: str
    says: str
    plant: Callable[[Patches], None]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """Let the house have this bug for a while."""
        patches = Patches()
        try:
            self.plant(patches)
            yield
        finally:
            patches.undo()

    def found_by(self, seed: int) -> str | None:
        """The first broken promise that this seed finds, or None."""
        with self.planted():
            violations = play(seed, to_the_first=True).violations
        return str(violations[0]) if violations else None


BUGS: dict[str, Bug] = {}


def bug(plant: Callable[[Patches], None]) -> Callable[[Patches], None]:
    """Enter a bug under its function's name."""
    BUGS[plant.__name__] = Bug(plant.__name__, " ".join((plant.__doc__ or "").split()), plant)
    return plant
