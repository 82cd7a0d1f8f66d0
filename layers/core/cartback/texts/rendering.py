"""From text files to strings: the only module that knows Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound, UndefinedError

from cartback.domain.errors import Refused
from cartback.domain.language import SIE, tongue
from cartback.texts.folder import ROOT


def words(text: str, facts: Mapping[str, object], form: str = SIE) -> dict[str, str]:
    """Render every block of ``<text>.j2`` to plain words, as a form of address says them.

    ``<text>-<form>.j2`` holds the blocks that it says in another way. Raises ``Refused`` naming the text and what it
    lacks.
    """
    spoken: dict[str, str] = {}
    for name, template in _layers(text, form):
        context = template.new_context(dict(facts))
        try:
            spoken |= {part: _unwrapped("".join(block(context))) for part, block in template.blocks.items()}
        except UndefinedError as error:
            raise Refused(f"{name}: {error.message}") from error
    return spoken


def laid_out(layout: str, facts: Mapping[str, object]) -> str:
    """Put words and facts into ``layouts/<layout>.j2``; everything is escaped unless the layout ends in ``.txt``.

    Raises ``Refused`` naming the layout and the word that the text did not bring.
    """
    try:
        kind = "text" if layout.endswith(".txt") else "html"
        return _template(_environment(kind), f"layouts/{layout}").render(facts)
    except UndefinedError as error:
        raise Refused(f"layouts/{layout}: {error.message}") from error


@cache
def _layers(text: str, form: str) -> tuple[tuple[str, Template], ...]:
    """The files of a text by their names, the house's usual words first."""
    usual = _template(_environment("words"), text)
    stem, _, lang = text.rpartition(".")
    other = f"{stem}.{tongue(lang, form)}"
    if other == text or not (ROOT / f"{other}.j2").is_file():
        return ((text, usual),)
    return ((text, usual), (other, _template(_environment("words"), other)))


def _template(environment: Environment, text: str) -> Template:
    try:
        return environment.get_template(f"{text}.j2")
    except TemplateNotFound as error:
        raise Refused(f"there is no text {text}") from error


@cache
def _environment(kind: str) -> Environment:
    """``words`` keeps every line break (``_unwrapped`` makes a space of it), the layouts drop those after a tag.

    Escaping is on exactly where HTML is made. Words are made plain, and escaped when a layout shows them.
    """
    environment = Environment(
        loader=FileSystemLoader(ROOT),
        undefined=StrictUndefined,
        autoescape=kind == "html",  # noqa: S701
        trim_blocks=kind != "words",
        lstrip_blocks=kind != "words",
        auto_reload=False,
    )
    environment.filters["paragraphs"] = lambda text: text.split("\n\n")
    return environment


def _unwrapped(text: str) -> str:
    """Undo the wrapping of the source: a blank line parts paragraphs, any other break is a space.

    Words from outside hold no line break (``cleaning.one_line``), so they cannot start a paragraph.
    """
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
