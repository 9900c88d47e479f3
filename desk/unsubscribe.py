"""Where readers leave the newsletter: the address in each mail's List-Unsubscribe header, and the page that a link leads to.

A POST lets the reader go (RFC 8058: mail programs send one when somebody clicks there). A GET changes nothing, since programs
that look for viruses follow every link of a mail; it shows a button.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from graph.assign import read_settings
from state.flywheel import Context
from state.ledger import Ledger, LedgerError, ledger_at
from state.settings import Settings
from state.subscribers import SubscriberState
from state.wording import words_in
from state.workspace import WorkspaceError, database_url

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}


async def page(request: Request) -> Response:
    """GET asks, POST lets go; an unknown token is 404. A ledger that can't be used is 503, so that a mail program tries again."""
    settings = None
    try:
        settings = await read_settings(Context())
        ledger = await ledger_at(await asyncio.to_thread(database_url, settings))
        answer = _left if request.method == "POST" else _asked
        return await answer(request.path_params["token"], settings, ledger)
    except (WorkspaceError, LedgerError):
        language = settings.identity.language if settings else "en"
        words = words_in(language)
        return _page(words.disorder, words.disorder_said, "", status=503, language=language)


async def _asked(token: str, settings: Settings, ledger: Ledger) -> Response:
    reader = await ledger.subscriber(token=token)
    who = settings.identity
    if reader is None:
        return _unknown(settings)
    if reader.state is not SubscriberState.ACTIVE:
        return _gone(settings)
    words = words_in(who.language)
    button = f'<form method="post"><button type="submit">{escape(words.unsubscribe)}</button></form>'
    said = words.leave.format(name=who.name, address=reader.address)
    return _page(words.leaving.format(name=who.name), said, button, language=who.language)


async def _left(token: str, settings: Settings, ledger: Ledger) -> Response:
    reader = await ledger.unsubscribe(token, reason="the reader's own click", now=datetime.now(UTC))
    return _gone(settings) if reader else _unknown(settings)


def _gone(settings: Settings) -> Response:
    who = settings.identity
    words = words_in(who.language)
    return _page(words.left, words.left_said.format(name=who.name), "", language=who.language)


def _unknown(settings: Settings) -> Response:
    words = words_in(settings.identity.language)
    return _page(words.unknown, words.unknown_said, "", status=404, language=settings.identity.language)


def _page(title: str, said: str, form: str, *, status: int = 200, language: str) -> Response:
    text = {"title": title, "said": said, "language": language}
    shown = {name: escape(value) for name, value in text.items()}
    return HTMLResponse(Template(_template()).substitute(shown, form=form), status_code=status, headers=_HEADERS)


@cache
def _template() -> str:
    return files("desk").joinpath("templates", "unsubscribe.html").read_text(encoding="utf-8")


routes = (Route("/unsubscribe/{token}", page, methods=["GET", "POST"]),)
