"""`flywheel preview`: what each channel will show of a piece, as pages and in the terminal."""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from desk.errors import DeskError, WrongUsage
from desk.opened import Opened, opened
from desk.output import Output
from desk.pages import is_page
from desk.place import Place
from desk.preview_page import KIND, NAMES, counted, facts_of, pages
from desk.report import Report, contract, report
from desk.report import as_json as report_json
from graph.preview import PostPreview, preview
from state.contracts import MonetizedDraft, Release
from state.settings import Settings

FOLDER = Path(".flywheel") / "preview"
LARGEST = 4_000_000
"""Bytes of an image that is put into the page."""


def run(name: str, place: Place, *, out: Path | None, show: bool, as_json: bool) -> int:
    """Raises NoSuchPiece; DeskError for a piece that has no Release yet; WrongUsage for a folder with somebody's own pages."""
    output = Output(as_json=as_json)
    with opened(place) as desk:
        told = report(desk, desk.do(desk.desk.find(name)))
        release, monetized = _contracts(desk, told)
        settings = _settings(desk, told)
        posts = preview(release, monetized, settings, {row.post_id: row for row in told.posts}, datetime.now(UTC))
        workspace = Path(desk.desk.settings.workspace)
        folder = out or workspace / FOLDER / told.row.piece
        images = _images(posts, workspace)
        title = next((p.title for p in posts if p.title), told.row.topic)
        _write(folder, pages(posts, title, _standing(told), settings.identity, images))
        _say(posts, output)
        page = folder / "index.html"
        output.say(f"As pages: {page}")
        if show:
            webbrowser.open(page.resolve().as_uri())
        output.result({**report_json(told, desk), "page": str(page.resolve()), "previews": [_public(p) for p in posts]})
    return 0


def _contracts(desk: Opened, told: Report) -> tuple[Release, MonetizedDraft]:
    """The Release that waits for a review, else the one that is out, and what it was made from."""
    waits = told.waiting is not None and told.waiting.shown.contract == "Release"
    digest = told.waiting.shown.digest if told.waiting and waits else told.release
    release = desk.do(contract(desk, "Release", digest))
    monetized = desk.do(contract(desk, "MonetizedDraft", release.parent)) if isinstance(release, Release) else None
    if not isinstance(release, Release) or not isinstance(monetized, MonetizedDraft):
        fix = f"`{desk.place.command('show', told.row.piece)}` tells how far it got."
        raise DeskError(f"Piece {told.row.piece} has no posts yet.", fix=fix, piece=told.row.piece)
    return release, monetized


def _settings(desk: Opened, told: Report) -> Settings:
    """Those that the piece was begun with, what its servers said among them; the workspace's own once they are forgotten."""
    return desk.do(desk.desk.state(told.row.piece)).get("settings") or desk.desk.settings


def _standing(told: Report) -> str:
    row = told.row
    waits = f" at {row.waiting_at}" if row.waiting_at else ""
    return f"Piece {row.piece}, {row.status}{waits}"


def _images(posts: Sequence[PostPreview], workspace: Path) -> dict[str, bytes]:
    """Those that can be read and aren't too large for a page."""
    found: dict[str, bytes] = {}
    for path in dict.fromkeys(i.path for p in posts for i in p.images):
        file = workspace / path
        if file.is_file() and file.stat().st_size <= LARGEST:
            found[path] = file.read_bytes()
    return found


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the pages over those of an earlier preview, and over nobody else's. Raises WrongUsage."""
    ours = is_page(folder / "index.html", KIND)
    strangers = [] if ours else [name for name in texts if (folder / name).exists()]
    if strangers:
        said = f"{folder / strangers[0]} is there already, and isn't a page of this command's."
        raise WrongUsage(said, fix="Name another folder with --out.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        said = f"{folder} can't be written: {error.strerror or error}."
        raise WrongUsage(said, fix="Name another folder with --out.") from error


def _say(posts: Sequence[PostPreview], output: Output) -> None:
    for channel, group in groupby(posts, key=lambda p: p.channel):
        output.say(NAMES[channel])
        for post in group:
            head = f"“{post.title}”" if post.html else f"{post.id}: {counted(post)} {post.unit}"
            output.say(head, indent=2)
            for line in facts_of(post) if post.html else post.text.split("\n"):
                output.say(line, indent=4)
        output.say()


def _public(post: PostPreview) -> dict[str, object]:
    """A post for machines: its text in one, and not its page."""
    return {**post.model_dump(mode="json", exclude={"html", "spans"}), "text": post.text}
