"""What is wrong with a document of settings, in one line per field that says what would be right."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_LONGEST = 60


def fields(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str]]:
    """Every field by its dotted path, with what is allowed there; elements of a list are written ``touches[].``."""
    for name, field in model.model_fields.items():
        path = f"{before}{field.alias or name}"
        yield path, field.description or ""
        inner, many = _inner(field.annotation)
        if inner is not None:
            yield from fields(inner, f"{path}{'[]' if many else ''}.")


def explain(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One line per wrong field: its path, what is wrong, what is allowed (the field's description)."""
    allowed = dict(fields(model))
    details = error.errors()
    # A list with a wrong element is also too short once that is left out: one wrong field, one line.
    inner = [detail for detail in details if not any(_holds(detail, other) for other in details)]
    return list(dict.fromkeys(_line(detail, allowed) for detail in inner))


def _holds(detail: ErrorDetails, other: ErrorDetails) -> bool:
    depth = len(detail["loc"])
    return depth < len(other["loc"]) and other["loc"][:depth] == detail["loc"]


def _line(detail: ErrorDetails, allowed: Mapping[str, str]) -> str:
    path = _path(detail["loc"])
    if not path:
        return "settings: must be an object of fields"
    general = re.sub(r"\[[0-9]+\]", "[]", path)
    if detail["type"] == "extra_forbidden":
        before = general.rpartition(".")[0]
        return f"{path}: no such setting; here are {', '.join(_beside(before, allowed))}"
    hint = f"allowed: {allowed[_nearest(general, allowed)]}"
    if detail["type"] == "missing":
        return f"{path}: is missing; {hint}"
    why = str(detail.get("ctx", {}).get("error") or "")
    if why:  # the rule itself says what would do
        return f"{path}: {shown(detail['input'])} is not allowed: {why}"
    return f"{path}: {shown(detail['input'])} is not allowed; {hint}"


def _beside(before: str, allowed: Mapping[str, str]) -> list[str]:
    start = f"{before}." if before else ""
    names = [path.removeprefix(start) for path in allowed if path.startswith(start)]
    return [name for name in names if not re.search(r"[.\[]", name)]


def _nearest(path: str, allowed: Mapping[str, str]) -> str:
    """The field that a path belongs to: an element belongs to its list, a key to its table."""
    while path not in allowed:
        path = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
    return path


def _path(steps: tuple[int | str, ...]) -> str:
    path = ""
    for step in steps:
        if step == "[key]":
            continue
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def shown(value: object) -> str:
    """A value as a refusal quotes it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _inner(annotation: object) -> tuple[type[BaseModel] | None, bool]:
    """The model that a field holds, and whether it holds a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    for part in get_args(annotation):
        model, many = _inner(part)
        if model is not None:
            return model, many or get_origin(annotation) is tuple
    return None, False
