"""What an article is called: a product's name and its variant's, each told once."""

from __future__ import annotations

import re

# "1,5" and "T-Shirt's" are one word each, "Blau / M" and "Blau, M" the same two.
_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
_BETWEEN = " \t-–—/|·:,;()[]"
_COMPOSED = re.compile(r"\s[-–—/|·]\s|[(\[]|,\s")


def bears(title: str, variant: str) -> bool:
    """Whether a title ends in the words of a variant, after others of its own."""
    words, last = _words(title), _words(variant)
    return 0 < len(last) < len(words) and words[-len(last) :] == last


def beyond(title: str, product: str) -> str | None:
    """What a title says after the name of the product, or None if it does not begin with it or says no more."""
    if not title.casefold().startswith(product.casefold()):
        return None
    rest = title[len(product) :]
    return rest.strip(_BETWEEN) or None if rest and not rest[0].isalnum() else None


def told_once(title: str, variant: str | None) -> tuple[str, str | None]:
    """Title and variant without what one of them says of the other."""
    if not variant or bears(title, variant):
        return title, None
    return title, beyond(variant, title) or variant


def named(title: str, product: str | None, variant: str | None) -> tuple[str, str | None]:
    """A title that came without a variant, with what another telling of the goods calls product and variant.

    A title that says more than the product is called names its variant already, perhaps by an older name.
    """
    if not variant or bears(title, variant):
        whole = variant is not None and product is not None and beyond(title, product) is not None
        return (product or title, variant) if whole else (title, None)
    if product is not None and title.casefold() == product.casefold():
        return title, variant
    composed = _COMPOSED.search(title) or (product is not None and beyond(title, product))
    return title, None if composed else variant


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
