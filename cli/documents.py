"""Documents and single values as an operator writes them: YAML or JSON files, ``path=value`` on the line."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from cartback.domain.errors import Refused

_WORD_LISTS = ("domains", "languages", "policy.accepted_bases")


class _Plain(yaml.SafeLoader):
    """YAML whose plain words mean what they say.

    YAML 1.1, which PyYAML speaks, reads ``21:00`` as the number 1260, ``no`` as false and a date as a date; YAML 1.2
    and JSON do not, and neither would a merchant.
    """


_Plain.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
# SAM's parser teaches SafeLoader itself what `!Ref` is; in a merchant's file a tag means nothing.
_Plain.yaml_multi_constructors = {}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Plain.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789")
)
_Plain.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789")
)


def text_of(name: str, option: str = "--file") -> str:
    """The content of a file, or of standard input for ``-``. Raises Refused, with the option, if there is none."""
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise Refused(f"{option}: {name} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{option}: {name} cannot be read: it is no text in UTF-8") from error


def document(name: str, option: str = "--file") -> dict[str, Any]:
    """A document of settings, JSON or YAML. Raises Refused, naming the option, for what is neither."""
    text = text_of(name, option)
    try:
        read = yaml.load(text, Loader=_Plain)  # noqa: S506 - a subclass of SafeLoader that resolves less
    except yaml.YAMLError as error:
        raise Refused(f"{option}: {name} is neither JSON nor YAML: {_where(error)}") from None
    if not isinstance(read, dict) or not all(isinstance(key, str) for key in read):
        raise Refused(f"{option}: {name} must hold one object of settings")
    return read


def _where(error: yaml.YAMLError) -> str:
    """What is wrong and where, without the line itself: the document may hold a shop's credentials."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or problem is None:
        return "it holds characters that no document may hold"
    return f"{re.sub(r"'.*'", 'something', problem)}, line {mark.line + 1}, column {mark.column + 1}"


def assignment(text: str) -> tuple[str, object]:
    """A path and a value from ``policy.preset=gentle``. Raises Refused without path or ``=``.

    The value is JSON where it can be read as JSON (``true``, ``45``, ``null``, a list), else text; a list or an object
    may be YAML: ``policy.touches=[{name: reminder, after: 45m}]``. Lists of words may be written with commas:
    ``languages=de,en``. Elements are counted from 0, as errors name them or with a dot: ``imprint[1]``, ``imprint.1``.
    """
    path, sign, value = text.partition("=")
    path = re.sub(r"\[(\d+)\]", r".\1", path.strip())
    if not sign or not path:
        raise Refused(f"{text}: write path=value, such as policy.preset=gentle")
    try:
        return path, json.loads(value)
    except ValueError:
        if value.lstrip()[:1] in ("[", "{"):
            return path, _flow(path, value)
        if path in _WORD_LISTS:
            return path, [word.strip() for word in value.split(",")]
        return path, value


def _flow(path: str, value: str) -> object:
    """A list or an object as YAML writes it on one line. Raises Refused, naming the path, for what is none."""
    try:
        return yaml.load(value, Loader=_Plain)  # noqa: S506 - a subclass of SafeLoader that resolves less
    except yaml.YAMLError as error:
        raise Refused(f"{path}: is neither JSON nor YAML: {_where(error)}") from None


def as_yaml(read: dict[str, Any]) -> str:
    """A document as YAML that ``document`` reads back."""
    text: str = yaml.safe_dump(read, allow_unicode=True, sort_keys=False, width=110)
    return text
