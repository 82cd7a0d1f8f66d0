"""The flows of a shop's settings: which are on, since when, and what the shop set of each.

Written as names (``[cart_recovery]``), as switches (``cart_recovery: true``) or with options
(``winback: {on: true, after: 120d}``). Which flows and options there are is asked of the cards, where they are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, PlainValidator

from cartback.domain.flow_options import Told
from cartback.domain.shop.setting_faults import shown
from cartback.domain.shop.setting_kinds import Word

if TYPE_CHECKING:
    from cartback.domain.flows import Flow

ON = "on"
FLOW_WORDS = "names of flows, each true or false, or with on (true or false) and the options of its card"


@dataclass(frozen=True, slots=True)
class FlowChoice:
    """Whether a flow is on, and what the shop set of it, as it wrote it."""

    on: bool = True
    options: dict[str, Told] = field(default_factory=dict)


def _choice(value: object) -> FlowChoice:
    if isinstance(value, FlowChoice):
        return value
    if isinstance(value, bool):
        return FlowChoice(value)
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise ValueError
    on = value.get(ON, True)
    if type(on) is not bool:
        raise ValueError("on must be true or false")
    options = {name: told for name, told in value.items() if name != ON}
    wrong = sorted(name for name, told in options.items() if not _is_plain(told))
    if wrong:
        raise ValueError(f"{wrong[0]} must be true or false, a whole number, a text, or a list of these")
    return FlowChoice(on, options)


def _is_plain(told: object) -> bool:
    if isinstance(told, list):
        return all(isinstance(one, int | str) and not isinstance(one, bool) for one in told)
    return isinstance(told, bool | int | str)


def _document(choice: FlowChoice) -> bool | dict[str, Told]:
    return {ON: choice.on, **choice.options} if choice.options else choice.on


def _named(value: object) -> object:
    """A list of names switches each of them on."""
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value, True)
    return value


Flows = Annotated[
    dict[Word, Annotated[FlowChoice, PlainValidator(_choice), PlainSerializer(_document)]],
    BeforeValidator(_named),
]


def switched_on(
    before: Mapping[str, FlowChoice],
    since: Mapping[str, datetime],
    after: Mapping[str, FlowChoice],
    now: datetime,
) -> dict[str, datetime]:
    """Since when each flow that is on has been on. One that was on before anybody kept it stays without an instant."""
    found = {}
    for name, choice in sorted(after.items()):
        was_on = name in before and before[name].on
        at = since.get(name) if was_on else now
        if choice.on and at is not None:
            found[name] = at
    return found


def unfold(flows: Any) -> dict[str, dict[str, object]] | None:
    """The flows of a document, each with ``on`` and its options: so that paths lead to them. None for no flows."""
    named = _named(flows)
    if not isinstance(named, Mapping):
        return None
    return {
        str(name): {ON: True, **value} if isinstance(value, Mapping) else {ON: value}
        for name, value in named.items()
    }


def refusals(flows: Mapping[str, FlowChoice], cards: Mapping[str, Flow]) -> Iterator[str]:
    """One line for each flow that there is not, and each option that its card does not declare or not so."""
    for name, choice in sorted(flows.items()):
        path = f"policy.flows.{name}"
        if name not in cards:
            yield f"{path}: no such flow; allowed: one of {', '.join(sorted(cards))}"
            continue
        options = {option.name: option for option in cards[name].options}
        for told, value in sorted(choice.options.items()):
            if told not in options:
                there = f"its options are {', '.join(sorted(options))}" if options else "it has none"
                yield f"{path}.{told}: {name} has no such option; {there}"
                continue
            try:
                options[told].read(value)
            except ValueError:
                yield (
                    f"{path}.{told}: {shown(value)} is not allowed for {told} of {name}; "
                    f"allowed: {options[told].allowed}"
                )
