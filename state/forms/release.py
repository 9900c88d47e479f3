"""A Release as plain text: one text a channel, so that one post can be edited or dropped alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from state.contracts.fitting import HEAD, IMAGE, WINDOW
from state.contracts.monetized import MonetizedDraft
from state.contracts.release import SEPARATOR, SLOT, Post, Release, Slot, SlotName, Window, is_addressed
from state.contracts.tracing import COUNTER, PostSentence, trace
from state.forms import pictures, windows
from state.forms.base import FormError, settled
from state.forms.windows import ZoneOf, utc

_FIELD = re.compile(r"(Title|Summary|Slug):(.*)")


class _Part(NamedTuple):
    """A post's text, and the lines above it."""

    fields: Mapping[str, str]
    """An article's title, summary and slug."""
    images: list[str]
    window: list[str]
    body: str


def render(release: Release, zone_of: ZoneOf = utc) -> dict[str, str]:
    """Channel -> its text, in the order of the posts. The window of a channel's posts stands above the first of them."""
    channels: dict[str, list[Post]] = {}
    for post in release.posts:
        channels.setdefault(post.channel, []).append(post)
    return {c: _texts(posts, list(windows.lines(posts[0].window, zone_of(c)))) for c, posts in channels.items()}


def _texts(posts: list[Post], window: list[str]) -> str:
    return f"\n\n{SEPARATOR}\n\n".join(_post(post, window if post is posts[0] else []) for post in posts)


def _post(post: Post, window: list[str]) -> str:
    head = [
        f"{label}: {value}"
        for label, value in (("Title", post.title), ("Summary", post.summary), ("Slug", post.slug))
        if value
    ]
    head += [*pictures.lines(post.images), *window]
    return "\n".join(head) + ("\n\n" if head else "") + post.text


def parse(texts: Mapping[str, str], base: Release, monetized: MonetizedDraft, zone_of: ZoneOf = utc) -> Release:
    """The Release that edited texts mean. A channel whose text is empty is dropped; one that isn't named stays as it was.

    Raises FormError, naming the channel.
    """
    named = dict.fromkeys(p.channel for p in base.posts)
    strange = [channel for channel in texts if channel not in named]
    if strange:
        raise FormError("release", f"It has no channel {', '.join(strange)}.", f"Edit {', '.join(named)}.")
    edited: dict[str, list[Post]] = {}
    for channel in named:
        old = [p for p in base.posts if p.channel == channel]
        text = texts.get(channel)
        if text is None or text.strip():
            edited[channel] = (
                old
                if text is None
                else _channel(settled(text, f"channel {channel}"), old, base, monetized, zone_of(channel))
            )
    posts = _freed(_in_order(base, edited), base)
    if not posts:
        raise FormError("release", "Every channel is empty.", "Keep one, or drop the piece.")
    new = {"posts": [p.model_dump() for p in posts], "decided": _decided(base, posts, monetized)}
    dropped = dict.fromkeys([*base.dropped, *(c for c in named if c not in edited)])
    return Release.model_validate(base.model_dump() | new | {"dropped": list(dropped)})


def _freed(posts: list[Post], base: Release) -> list[Post]:
    """The posts, none of them waiting for one that was dropped. Where that was the article's home, the next article with an address takes its
    place: it goes first, the others are copies of it, and the short posts lead there.
    """
    there = {p.id for p in posts}
    homes = {p.id for p in base.posts if is_addressed(p)} - there
    heir = next((p.id for p in posts if is_addressed(p)), None)
    freed = [p.model_copy(update={"depends_on": tuple(_needs(p, there, homes, heir))}) for p in posts]
    return sorted(freed, key=lambda p: p.id != heir) if homes else freed


def _needs(post: Post, there: set[str], homes: set[str], heir: str | None) -> Iterator[str]:
    needed = dict.fromkeys(heir if name in homes else name for name in post.depends_on)
    yield from (name for name in needed if name in there and name != post.id)


def _in_order(base: Release, edited: Mapping[str, list[Post]]) -> list[Post]:
    """The posts in the order of the base; what a thread has more of stands behind its last."""
    left = {channel: list(posts) for channel, posts in edited.items()}
    last = {p.channel: p.id for p in base.posts}
    posts: list[Post] = []
    for old in base.posts:
        mine = left.get(old.channel, [])
        take = len(mine) if last[old.channel] == old.id else min(1, len(mine))
        posts += mine[:take]
        del mine[:take]
    return posts


def _decided(base: Release, posts: list[Post], monetized: MonetizedDraft) -> list[str]:
    """What a reviewer wrote: sentences that come from nowhere, titles and summaries, and that the base hadn't."""
    before = {text for p in base.posts for text in (p.title, p.summary, *(s.text for s in p.sentences))}
    fresh = (s.text for p in posts for s in trace(p.text, monetized) if s.sources == ("decision",))
    heads = (part for p in posts for part in (p.title, p.summary) if part)
    return list(dict.fromkeys([*base.decided, *(text for text in (*fresh, *heads) if text not in before)]))


def _channel(text: str, old: list[Post], base: Release, monetized: MonetizedDraft, zone: ZoneInfo) -> list[Post]:
    """What is taken over from another channel's post keeps its sources there, and its slots."""
    channel = old[0].channel
    parts = [p.strip() for p in re.split(rf"^{SEPARATOR}[ \t]*$", text, flags=re.MULTILINE)]
    if len(parts) != len(old):
        parts = [_counted(part, i, len(parts)) for i, part in enumerate(parts, 1)]
    everywhere = [*base.posts, *old]
    known = {s.text: s.sources for p in everywhere for s in p.sentences}
    slots = {s.name: s for p in reversed(everywhere) for s in p.slots}
    read = [_parted(part, article=bool(old[min(i, len(old) - 1)].title)) for i, part in enumerate(parts)]
    window = _window(read, old[0].window, zone, channel)
    try:
        posts = [_edited(i, part, old, slots, known, monetized) for i, part in enumerate(read)]
        if window != old[0].window:
            return [p.model_copy(update={"window": window}) for p in posts]
        # What joins a thread that is out goes once it is approved: the thread's own window may be over.
        there = len(old) if base.amends else len(posts)
        return [*posts[:there], *(p.model_copy(update={"window": Window()}) for p in posts[there:])]
    except ValidationError as error:
        raise FormError(
            f"channel {channel}", str(error.errors()[0]["msg"]), "Keep the lines of the form as they were."
        ) from error


def _window(parts: list[_Part], base: Window, zone: ZoneInfo, channel: str) -> Window:
    """That of all the channel's posts: it stands above the first of them."""
    late = next((line for part in parts[1:] for line in part.window), "")
    if late:
        raise FormError(
            f"channel {channel}",
            f"`{late}` stands above a later post.",
            "A thread goes out as one: put it above its first.",
        )
    return windows.read(parts[0].window, base, zone, f"channel {channel}")


def _counted(part: str, place: int, total: int) -> str:
    """A post of a thread that grew or shrank, with its counter put right if it has one."""
    body, gap, counter = part.rpartition("\n\n")
    if not gap or not COUNTER.fullmatch(counter):
        return part
    return f"{body}{gap}{place}/{total}" if total > 1 else body.rstrip()


def _edited(
    i: int,
    part: _Part,
    old: list[Post],
    slots: Mapping[SlotName, Slot],
    known: Mapping[str, tuple[str, ...]],
    monetized: MonetizedDraft,
) -> Post:
    """Post `i` of a channel with its new text; one that wasn't there before continues the thread."""
    channel = old[0].channel
    base = (
        old[i]
        if i < len(old)
        else old[-1].model_copy(update={"id": f"{channel}-{i + 1}", "reply_to": f"{channel}-{i}", "images": ()})
    )
    head, body = part.fields, part.body
    reserves = dict(slots) | {s.name: s for s in base.slots}
    used = set(SLOT.findall(body))
    sentences = tuple(PostSentence(text=s.text, sources=known.get(s.text, s.sources)) for s in trace(body, monetized))
    return Post.model_validate(
        base.model_dump()
        | {
            "text": body,
            "sentences": [s.model_dump() for s in sentences],
            "slots": [s.model_dump() for name, s in reserves.items() if name in used],
            "images": [i.model_dump() for i in pictures.read(part.images, f"channel {channel}")],
            **(
                {"title": head.get("Title"), "summary": head.get("Summary"), "slug": head.get("Slug")}
                if base.title
                else {}
            ),
        }
    )


def _parted(part: str, *, article: bool) -> _Part:
    """Raises FormError for a line above an article that is no title, summary, slug, image or window."""
    head, body = _above_article(part) if article else _above_post(part)
    fields = {m[1]: m[2].strip() for line in head if (m := _FIELD.match(line))} if article else {}
    if article and "Title" not in fields:
        raise FormError(
            "article", "The line `Title: ` is missing.", "Start with Title, Summary and Slug, then an empty line."
        )
    lost = next((s for s in head if s.strip() and not s.startswith(HEAD) and not _FIELD.match(s)), "")
    if lost:
        raise FormError(
            "article",
            f"`{lost.strip()}` above the text is no title, summary, slug, image or window.",
            "Keep each on one line, and an empty line before the text.",
        )
    named = {label: [line for line in head if line.startswith(label)] for label in HEAD}
    return _Part({k: v for k, v in fields.items() if v}, named[IMAGE], named[WINDOW], body)


def _above_article(text: str) -> tuple[list[str], str]:
    head, _, body = text.partition("\n\n")
    return head.split("\n"), body.strip()


def _above_post(text: str) -> tuple[list[str], str]:
    """The lines above a short post, and the post as it is without them."""
    head: list[str] = []
    rest = text
    while rest.startswith(HEAD):
        line, _, rest = rest.partition("\n")
        head.append(line)
        rest = rest if rest.startswith(HEAD) else rest.lstrip("\n")
    return head, rest.strip() if head else text
