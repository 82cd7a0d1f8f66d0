"""From text files to strings: the only module that knows Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateNotFound, UndefinedError

from cartback.domain.errors import Refused
from cartback.texts.folder import ROOT


def words(text: str, facts: Mapping[str, object]) -> dict[str, str]:
    """Render every block of ``<text>.j2`` to plain words. Raises ``Refused`` naming the text and what it lacks."""
    template = _template(text, escape=False)
    context = template.new_context(dict(facts))
    try:
        return {name: _unwrapped("".join(block(context))) for name, block in template.blocks.items()}
    except UndefinedError as error:
        raise Refused(f"{text}: {error.message}") from error


def laid_out(layout: str, facts: Mapping[str, object], *, escape: bool) -> str:
    """Put words and facts into ``layouts/<layout>.j2``; ``escape`` is on for HTML and off for plain text.

    Raises ``Refused`` naming the layout and the word that the text did not bring.
    """
    try:
        return _template(f"layouts/{layout}", escape=escape).render(facts)
    except UndefinedError as error:
        raise Refused(f"layouts/{layout}: {error.message}") from error


def _template(text: str, *, escape: bool) -> Template:
    try:
        return _environment(escape=escape).get_template(f"{text}.j2")
    except TemplateNotFound as error:
        raise Refused(f"there is no text {text}") from error


@cache
def _environment(*, escape: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT),
        undefined=StrictUndefined,
        autoescape=escape,
        trim_blocks=True,
        lstrip_blocks=True,
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
