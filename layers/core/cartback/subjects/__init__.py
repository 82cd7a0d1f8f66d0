"""The kinds of subjects, one pure file each. A new file here makes a new kind: flows may be about it, and audit,
export, erasure and ``why`` find it.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from cartback.domain.subject import Kind, PersonalKind


@cache
def kind(name: str) -> Kind:
    """One kind; only its file is loaded. Raises KeyError for one that there is not."""
    if name not in _files():
        raise KeyError(name)
    found: Kind = import_module(f"{__name__}.{name}").KIND
    return found


def all_kinds() -> tuple[Kind, ...]:
    """Every kind of this folder, by name."""
    return tuple(kind(name) for name in _files())


def names() -> tuple[str, ...]:
    """What the kinds of this folder are called."""
    return _files()


@cache
def with_people() -> tuple[PersonalKind, ...]:
    """The kinds whose rows hold people: what an erasure has to find, for each of these kinds."""
    return tuple(
        PersonalKind(one.part, one.view, one.of_person, one.erased)
        for one in all_kinds()
        if one.of_person is not None and one.erased is not None
    )


@cache
def _files() -> tuple[str, ...]:
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))
