"""``cartback texts``: what a shop says in its own words, without a deployment."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cartback.domain.errors import Refused
from cartback.domain.wording.own import TextChange
from cartback.domain.wording.parts import PARTS, TextName, named
from cli.screen import Desk, Usage, desk, moment, somebody, table
from cli.text_documents import as_document, assigned, difference, facts_lines, read

if TYPE_CHECKING:
    from cartback.usecases.shop.edit_texts import EditTexts, TextState

group = typer.Typer(no_args_is_help=True, help="What shops say in their own words.")

Shop = Annotated[str, typer.Argument(help="the shop's id, such as lamp-shop")]
Text = Annotated[
    str,
    typer.Argument(
        help="reminder, reminder.en, cart_recovery/reminder.email.de-du: as much as tells it apart"
    ),
]
SomeText = Annotated[str | None, typer.Argument(help="a text; all of the shop's, if none is said")]
File = Annotated[str | None, typer.Option("--file", help="a YAML document of parts; - reads standard input")]
By = Annotated[str | None, typer.Option("--by", help="who changes it; you, if not said")]


def add_to(app: typer.Typer) -> None:
    """Add this group to the command line."""
    app.add_typer(group, name="texts")


@group.command("list")
def list_(context: typer.Context, shop: Shop) -> None:
    """List the texts that a shop's messages take, and which parts of them it says in its own words."""
    here = desk(context)
    states = here.stack.texts().states(shop)
    chosen = here.stack.book().show(shop).rules.flows
    off = {state.name.flow for state in states} - {flow for flow, choice in chosen.items() if choice.on}
    rows = [(state.name, state.version or "", " ".join(state.own), _remark(state, off)) for state in states]
    told = [
        {
            "text": str(state.name),
            "own": state.own,
            "version": state.version,
            "waits": state.at_rest,
            "flow_is_on": state.name.flow not in off,
        }
        for state in states
    ]
    here.tell(told, table(("text", "version", "own parts", "remark"), rows))


@group.command()
def show(
    context: typer.Context,
    shop: Shop,
    text: Text,
    house: Annotated[bool, typer.Option("--house", help="ours alone, without the shop's own parts")] = False,
) -> None:
    """Show a text as a document that `edit --file` takes back, with the facts that it can name."""
    here = desk(context)
    texts = here.stack.texts()
    name = texts.meant(shop, text)
    own = {} if house else texts.own(shop, name)
    parts = texts.whole(shop, name, own)
    known = texts.facts(shop, name)
    if here.as_json:
        facts = {fact: each.says for fact, each in known.items()}
        here.tell({"text": str(name), "parts": parts, "own": sorted(own), "facts": facts})
        return
    head = [f"# {name} of {shop}: {', '.join(own) or 'nothing'} in its own words", *facts_lines(known)]
    typer.echo("\n".join(head))
    typer.echo(as_document(parts, own), nl=False)


@group.command()
def edit(
    context: typer.Context,
    shop: Shop,
    text: Text,
    changes: Annotated[
        list[str] | None, typer.Argument(help="part=words; part= alone gives it back to the house")
    ] = None,
    file: File = None,
    house: Annotated[bool, typer.Option("--house", help="give the whole text back to the house")] = False,
    by: By = None,
) -> None:
    """Change parts of a text, or put a document in place. Live within a minute, also in runs under way."""
    here = desk(context)
    if sum((bool(changes), bool(file), house)) != 1:
        raise Usage("edit: say part=words, --file or --house")
    texts = here.stack.texts()
    name, who = texts.meant(shop, text), by or somebody()
    if changes:
        change = texts.edit(shop, name, assigned(changes), who)
    else:
        change = texts.replace(shop, name, read(file) if file else {}, who)
    _told(here, shop, name, change)


@group.command()
def check(context: typer.Context, shop: Shop, text: SomeText = None, file: File = None) -> None:
    """Say what is wrong with a shop's own words, or with a document before it is kept. Ends with 1 if anything is."""
    here = desk(context)
    texts = here.stack.texts()
    if file is not None and text is None:
        raise Usage("check: say which text the document is for")
    if text is None:
        found = texts.check_all(shop)
    else:
        name = texts.meant(shop, text)
        faults = texts.check(shop, name, read(file) if file else texts.own(shop, name))
        found = {name: faults} if faults else {}
    lines = [f"{name}: {line}" for name, faults in found.items() for line in faults]
    here.tell(
        {str(name): faults for name, faults in found.items()}, *([] if lines else ["Nothing is wrong."])
    )
    if lines:
        raise Refused("\n".join(lines))


@group.command()
def diff(
    context: typer.Context,
    shop: Shop,
    text: SomeText = None,
    version: Annotated[int | None, typer.Option(min=1, help="what this version changed")] = None,
) -> None:
    """Show how a text differs from the house's, or what a version changed; without a text, the list of changes."""
    here = desk(context)
    texts = here.stack.texts()
    if version is not None:
        change = next((each for each in texts.changes(shop) if each.version == version), None)
        if change is None:
            raise Refused(f"--version: {shop} has no version {version} of its texts")
        lines = list(_changed_words(texts, shop, change))
        here.tell(_facts(change), f"{change.name}", *lines)
    elif text is None:
        changes = texts.changes(shop, 100)
        heads = ("version", "text", "parts", "by", "changed (UTC)", "takes back")
        shown = table(heads, [_row(change) for change in changes])
        here.tell([_facts(change) for change in changes], shown if changes else "No text was ever changed.")
    else:
        name = texts.meant(shop, text)
        ours, own = texts.whole(shop, name, {}), texts.own(shop, name)
        lines = list(difference(ours, ours | own))
        here.tell({"text": str(name), "house": ours, "own": own}, *(lines or ["All of it is the house's."]))


@group.command()
def undo(context: typer.Context, shop: Shop, text: SomeText = None, by: By = None) -> None:
    """Take back the last change of a shop's texts, or of one text. Each undo goes one change further back."""
    here = desk(context)
    texts = here.stack.texts()
    change = texts.undo(shop, by or somebody(), texts.meant(shop, text) if text else None)
    lines = _changed_words(texts, shop, change)
    here.tell(_facts(change), f"{change.name}: version {change.undoes} is taken back.", *lines)


def _told(here: Desk, shop: str, name: TextName, change: TextChange | None) -> None:
    if change is None:
        here.tell({"text": str(name), "changed": []}, f"Nothing changed; {name} stays as it is.")
        return
    lines = _changed_words(here.stack.texts(), shop, change)
    done = f"{name} is live within a minute; the texts of {shop} are at version {change.version}."
    here.tell(_facts(change), *lines, done)


def _remark(state: TextState, off: Collection[str]) -> str:
    """Why a text is not sent at present, if it is not."""
    if state.at_rest:
        return "waits: another form of address"
    return f"{state.name.flow} is off" if state.name.flow in off else ""


def _changed_words(texts: EditTexts, shop: str, change: TextChange) -> Iterator[str]:
    """What a change changed, beside the house's words where the shop said or says nothing itself."""
    ours = texts.whole(shop, named(change.name), {})
    return difference(ours | change.before, ours | change.after)


def _parts(change: TextChange) -> list[str]:
    return [part for part in PARTS if change.before.get(part) != change.after.get(part)]


def _row(change: TextChange) -> tuple[object, ...]:
    at, parts = moment(change.changed_at), " ".join(_parts(change))
    return (change.version, change.name, parts, change.changed_by, at, change.undoes or "")


def _facts(change: TextChange) -> dict[str, object]:
    return {
        "text": change.name,
        "version": change.version,
        "changed": _parts(change),
        "before": change.before,
        "after": change.after,
        "changed_by": change.changed_by,
        "changed_at": change.changed_at,
        "undoes": change.undoes or None,
    }
