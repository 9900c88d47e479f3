"""What each channel will show of a Release: short posts with their counts and links, articles as the pages that their transports make.

Pure but for images, whose bytes are the desk's to read. No channel is opened, and nothing is called.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from channels import SiteIdentity
from channels.facets import facets
from channels.html import article_html
from channels.render import post_page
from state.base import Frozen, sha256_text
from state.channels import ChannelRules, OutgoingImage, OutgoingPost, measure
from state.contracts import MonetizedDraft, Release
from state.contracts.fitting import stand_in
from state.contracts.release import SLOT, Post, home_of, is_addressed
from state.limits import rules_of
from state.links import link_on
from state.records import OutboxRow
from state.settings import Settings

SpanKind = Literal["text", "link", "offer"]


class Span(Frozen):
    """A stretch of a post's text, as readers see it. An offer's link is `offer`."""

    kind: SpanKind
    text: str
    slot: bool = False
    """Whether publishing fills it in, and this is what it will probably be."""


class PostPreview(Frozen):
    """One post on one channel."""

    id: str
    channel: str
    title: str = ""
    summary: str = ""
    spans: tuple[Span, ...]
    """The text, slots filled. An article's is its Markdown."""
    size: int
    """As the channel counts."""
    limit: int | None
    unit: str
    images: tuple[OutgoingImage, ...] = ()
    address: str = ""
    """Where it stands, or will probably come to stand; empty for what has no address, or none that can be foreseen."""
    home: str = ""
    """The article that it leads to or is a copy of, by the channel's name; empty for none."""
    published: bool = False
    html: str = ""
    """Of an article: the site's page, or the body that another transport sends."""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


def preview(
    release: Release,
    monetized: MonetizedDraft,
    settings: Settings,
    rows: Mapping[str, OutboxRow],
    at: datetime,
) -> tuple[PostPreview, ...]:
    """Every post of the Release, in order. `rows` say where those rest that were published, by post id; `at` is for the others."""
    return tuple(_Previewing(release, monetized, settings, rows, at).posts())


class _Previewing:
    def __init__(
        self,
        release: Release,
        monetized: MonetizedDraft,
        settings: Settings,
        rows: Mapping[str, OutboxRow],
        at: datetime,
    ) -> None:
        self._release, self._settings, self._rows, self._at = release, settings, rows, at
        self._placed = monetized.insertions
        who = settings.identity
        self._site = SiteIdentity(name=who.name, base_url=who.url, author=who.author, language=who.language)

    def posts(self) -> Iterator[PostPreview]:
        for post in self._release.posts:
            rules = rules_of(self._settings, post.channel)
            spans = tuple(self._spans(post))
            text, row = "".join(s.text for s in spans), self._rows.get(post.id)
            counted = "".join(stand_in(len(s.text)) if s.slot else s.text for s in spans)
            home = home_of(post, self._release.posts)
            yield PostPreview(
                id=post.id,
                channel=post.channel,
                title=post.title or "",
                summary=post.summary or "",
                spans=spans,
                size=measure(counted, rules),
                limit=rules.limit,
                unit=str(rules.counting),
                images=tuple(OutgoingImage(path=i.path, alt=i.alt, sha256=i.sha256) for i in post.images),
                address=self._address(post),
                home=home.channel if home else "",
                published=bool(row and row.remote_id),
                html=self._html(post, text, rules),
            )

    def _spans(self, post: Post) -> Iterator[Span]:
        """The text in stretches: what stands for a URL, URLs, and what is between them."""
        offers = {link_on(i, self._release.piece, post.channel) for i in self._placed}
        last = 0
        for slot in SLOT.finditer(post.text):
            yield from _linked(post.text[last : slot.start()], offers)
            yield Span(kind="link", text=self._filling(slot[1], post), slot=not self._is_known(slot[1], post))
            last = slot.end()
        yield from _linked(post.text[last:], offers)

    def _leads_to(self, slot: str, post: Post) -> Post | None:
        if slot == "canonical":
            return home_of(post, self._release.posts)
        return next((p for p in self._release.posts if p.id == post.reply_to), None)

    def _filling(self, slot: str, post: Post) -> str:
        target = self._leads_to(slot, post)
        return (self._address(target) if target else "") or f"{{{slot}}}"

    def _is_known(self, slot: str, post: Post) -> bool:
        target = self._leads_to(slot, post)
        row = self._rows.get(target.id) if target else None
        return bool(row and row.url)

    def _address(self, post: Post) -> str:
        """Where it is, or will probably be: a service names its addresses only when it publishes."""
        row = self._rows.get(post.id)
        if row and row.url:
            return row.url
        if not is_addressed(post) or not post.slug:
            return ""
        if post.channel == "site":
            return self._site.permalink(post.slug)
        options = next((dict(c.options) for c in self._settings.channels if c.name == post.channel), {})
        where = options.get("url", self._site.base_url if post.channel == "git" else "")
        return f"{where.rstrip('/')}/{post.slug}/" if where else ""

    def _html(self, post: Post, text: str, rules: ChannelRules) -> str:
        if not rules.article:
            return ""
        row, home = self._rows.get(post.id), home_of(post, self._release.posts)
        outgoing = OutgoingPost(
            key=row.key if row else sha256_text(f"{self._release.piece}/{post.id}")[:32],
            piece=self._release.piece,
            channel=post.channel,
            title=post.title,
            slug=post.slug,
            summary=post.summary,
            text=text,
            published_at=row.published_at if row else self._at,
            canonical=self._address(home) if home else None,
        )
        return (
            post_page(outgoing, self._site) if post.channel == "site" else article_html(outgoing, self._site.language)
        )


def _linked(text: str, offers: set[str]) -> Iterator[Span]:
    """URLs as Bluesky's facets have them; the other apps find the same."""
    raw, last = text.encode(), 0
    for facet in (f for f in facets(text) if f.kind == "link"):
        if facet.start > last:
            yield Span(kind="text", text=raw[last : facet.start].decode())
        yield Span(kind="offer" if facet.value in offers else "link", text=facet.value)
        last = facet.end
    if last < len(raw):
        yield Span(kind="text", text=raw[last:].decode())
