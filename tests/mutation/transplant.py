"""Put a changed statement into a module that is loaded already, so that everybody who imported from it gets it.

Functions keep their identity and get new code and defaults; classes keep theirs, and get new methods and the new
defaults of their fields; a changed value takes the place of the old one under its name in every module that holds
it, and what the same module computed of it is computed again. What another module computed of it while it was
imported stays as it was: such a mutant would be reported as survived.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import gc
import sys
from types import FunctionType, ModuleType
from typing import Any

_HOLDERS = ("cartback", "tests", "cli", "functions")


def transplant(module: ModuleType, statement: ast.stmt, tree: ast.Module) -> None:
    """Make a loaded module behave as if it had been written with this statement; for a process that ends soon."""
    made = _run(module, statement)
    _put(module, made, _names(statement))
    if not isinstance(statement, ast.FunctionDef | ast.ClassDef):
        _recompute(module, tree, _names(statement))
    forget()


def forget() -> None:
    """Empty what the house has cached, for it was computed by the code as it was."""
    for each in _caches():
        each.cache_clear()


@functools.cache
def _caches() -> list[Any]:
    kind = type(functools.lru_cache(lambda: None))
    return [each for each in gc.get_objects() if isinstance(each, kind) and _is_ours(each.__module__)]


def _is_ours(name: str | None) -> bool:
    return (name or "").partition(".")[0] == "cartback"


def _run(module: ModuleType, statement: ast.stmt) -> dict[str, Any]:
    scope = dict(vars(module))
    future = ast.parse("from __future__ import annotations").body
    code = compile(ast.Module([*future, statement], []), module.__file__, "exec", dont_inherit=True)
    exec(code, scope)
    return scope


def _names(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    return {
        each.id
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _recompute(module: ModuleType, tree: ast.Module, changed: set[str]) -> None:
    """Compute again, in order, the values of this module that the changed ones go into."""
    plain = [each for each in tree.body if isinstance(each, ast.Assign | ast.AnnAssign | ast.AugAssign)]
    for each in plain:
        reads = {name.id for name in ast.walk(each) if isinstance(name, ast.Name)} - _names(each)
        if reads & changed:
            _put(module, _run(module, each), _names(each))
            changed = changed | _names(each)


def _put(module: ModuleType, made: dict[str, Any], names: set[str]) -> None:
    for name in names:
        old, new = getattr(module, name, None), made[name]
        if isinstance(old, type):
            _reclass(old, new)
        elif (function := _bare(old)) is not None:
            _recode(function, _bare(new))
        else:
            _replace_everywhere(name, old, new)


def _replace_everywhere(name: str, old: object, new: object) -> None:
    for holder in [each for key, each in sys.modules.items() if key.partition(".")[0] in _HOLDERS]:
        held = vars(holder)
        for alias in [key for key, value in held.items() if value is old and (key == name or _is_big(old))]:
            held[alias] = new


def _is_big(value: object) -> bool:
    """Whether being the same object means to be meant: Python shares small values among all who have equal ones."""
    return not isinstance(value, int | str | bool | tuple | frozenset | type(None))


def _bare(value: Any) -> FunctionType | None:
    """The function inside a property, a class method, a cache or any number of wrappers."""
    for inner in ("fget", "__func__", "func"):
        value = getattr(value, inner, None) or value
    while hasattr(value, "__wrapped__"):
        value = value.__wrapped__
    return value if isinstance(value, FunctionType) else None


def _recode(old: FunctionType, new: FunctionType) -> None:
    old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


def _reclass(old: type, new: type) -> None:
    for name, value in vars(new).items():
        was = vars(old).get(name)
        function = _bare(was)
        if function is not None and function.__code__.co_freevars == _bare(value).__code__.co_freevars:
            _recode(function, _bare(value))
        elif (
            not name.startswith("__") and not hasattr(value, "__set_name__") and not hasattr(value, "__get__")
        ):
            setattr(old, name, value)
    if dataclasses.is_dataclass(old):
        for name, field in new.__dataclass_fields__.items():
            old.__dataclass_fields__[name].default = field.default
