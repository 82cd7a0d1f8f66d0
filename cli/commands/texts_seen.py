"""``cartback texts``: what a text looks like, as files and as a test mail."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Annotated

import typer

from cartback.domain.errors import Refused
from cartback.domain.wording.parts import TextName
from cli.commands.texts import File, Shop, SomeText, Text, group
from cli.screen import desk
from cli.text_documents import read

_STYLE = (
    "<style>body{display:flex;flex-wrap:wrap;gap:1rem;background:#888;font:14px sans-serif}figure{margin:0}"
    "figcaption{background:#fff;padding:.4rem}iframe{width:390px;height:844px;border:0;background:#fff}</style>"
)
Situation = Annotated[
    str, typer.Option("--situation", help="usual, several, many, without a name … or all of them")
]


def add_to(app: typer.Typer) -> None:
    """Add nothing: these commands join the group of ``texts``."""


@group.command()
def preview(
    context: typer.Context,
    shop: Shop,
    text: SomeText = None,
    to: Annotated[Path, typer.Option("--to", help="the folder to write to")] = Path("preview"),
    file: File = None,
    situation: Situation = "usual",
) -> None:
    """Write mails to files, HTML and plain text, as somebody would get them; a document is shown before it is kept."""
    here = desk(context)
    texts, trial = here.stack.texts(), here.stack.try_text()
    names = [texts.meant(shop, text)] if text else [state.name for state in texts.states(shop)]
    if file is not None and text is None:
        raise Refused("preview: say which text the document is for")
    written = []
    for name in names:
        own = read(file) if file else texts.own(shop, name)
        _fit(texts.check(shop, name, own))
        for each in trial.situations(shop, name) if situation == "all" else [situation]:
            subject, html, plain = trial.preview(shop, name, own, each)
            written += _written(to, name, each, subject, html, plain)
    beside = _beside(to, [path for path in written if path.suffix == ".html"])
    here.tell([str(path) for path in written], *(str(path) for path in written), f"All of them: {beside}")


@group.command("test")
def send_test(
    context: typer.Context,
    shop: Shop,
    text: Text,
    to: Annotated[str, typer.Option("--to", help="the address that gets it, and nobody else")],
    file: File = None,
    situation: Situation = "usual",
) -> None:
    """Send a text to an address that you name, marked as a test. No cart, claim or consent has a part in it."""
    here = desk(context)
    texts = here.stack.texts()
    name = texts.meant(shop, text)
    own = read(file) if file else texts.own(shop, name)
    _fit(texts.check(shop, name, own))
    sent = here.stack.try_text(sends=True).send(shop, name, own, to, situation)
    here.tell({"text": str(name), "provider_id": sent}, f"{name} is on its way, marked as a test.")


def _fit(faults: list[str]) -> None:
    if faults:
        raise Refused("\n".join(faults))


def _beside(to: Path, mails: list[Path]) -> Path:
    """A page that shows all mails of a preview beside each other, as wide as a phone."""
    frames = "".join(
        f'<figure><figcaption><a href="{mail.name}">{escape(mail.stem)}</a></figcaption>'
        f'<iframe src="{mail.name}" title="{escape(mail.stem)}" sandbox></iframe></figure>'
        for mail in mails
    )
    page = to / "index.html"
    page.write_text(f'<!doctype html><meta charset="utf-8"><title>Mails</title>{_STYLE}{frames}', "utf-8")
    return page


def _written(to: Path, name: TextName, situation: str, subject: str, html: str, plain: str) -> list[Path]:
    stem = f"{name.flow}.{name.step}.{name.spoken}"
    if situation != "usual":
        stem += f".{situation.replace(' ', '-')}"
    try:
        to.mkdir(parents=True, exist_ok=True)
        pages = {to / f"{stem}.html": html, to / f"{stem}.txt": f"Subject: {subject}\n\n{plain}"}
        for path, words in pages.items():
            path.write_text(words, encoding="utf-8")
    except OSError as error:
        raise Refused(f"--to: {to} cannot be written to: {error.strerror}") from error
    return list(pages)
