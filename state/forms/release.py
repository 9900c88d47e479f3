"""A Release as plain text: one text a channel, so that one post can be edited or dropped alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import ValidationError

from state.contracts.monetized import MonetizedDraft
from state.contracts.release import SEPARATOR, SLOT, Post, Release
from state.contracts.tracing import PostSentence, trace
from state.forms.base import FormError


def render(release: Release) -> dict[str, str]:
    """Channel -> its text, in the order of the posts."""
    channels = dict.fromkeys(p.channel for p in release.posts)
    return {c: f"\n\n{SEPARATOR}\n\n".join(_post(p) for p in release.posts if p.channel == c) for c in channels}


def _post(post: Post) -> str:
    head = [
        f"{label}: {value}"
        for label, value in (("Title", post.title), ("Summary", post.summary), ("Slug", post.slug))
        if value
    ]
    return "\n".join(head) + ("\n\n" if head else "") + post.text


def parse(texts: Mapping[str, str], base: Release, monetized: MonetizedDraft) -> Release:
    """The Release that edited texts mean. A channel whose text is empty is dropped; one that isn't named stays as it was.

    Raises FormError, naming the channel.
    """
    posts: list[Post] = []
    dropped = list(base.dropped)
    for channel in dict.fromkeys(p.channel for p in base.posts):
        old = [p for p in base.posts if p.channel == channel]
        text = texts.get(channel)
        if text is None:
            posts += old
        elif not text.strip():
            dropped.append(channel)
        else:
            posts += _channel(channel, text.replace("\r\n", "\n"), old, monetized)
    if not posts:
        raise FormError("release", "Every channel is empty.", "Keep one, or drop the piece.")
    return Release.model_validate(base.model_dump() | {"posts": [p.model_dump() for p in posts], "dropped": dropped})


def _channel(channel: str, text: str, old: list[Post], monetized: MonetizedDraft) -> list[Post]:
    parts = [p.strip() for p in re.split(rf"^{SEPARATOR}[ \t]*$", text, flags=re.MULTILINE)]
    known = {s.text: s.sources for p in old for s in p.sentences}
    try:
        return [_edited(i, part, channel, old, known, monetized) for i, part in enumerate(parts)]
    except ValidationError as error:
        raise FormError(
            f"channel {channel}", str(error.errors()[0]["msg"]), "Keep the lines of the form as they were."
        ) from error


def _edited(
    i: int, part: str, channel: str, old: list[Post], known: Mapping[str, tuple[str, ...]], monetized: MonetizedDraft
) -> Post:
    """Post `i` of a channel with its new text; one that wasn't there before continues the thread."""
    base = (
        old[i]
        if i < len(old)
        else old[-1].model_copy(update={"id": f"{channel}-{i + 1}", "reply_to": f"{channel}-{i}", "images": ()})
    )
    head, body = _head(part) if base.title else ({}, part)
    reserves = {s.name: s for p in old for s in p.slots}
    used = set(SLOT.findall(body))
    sentences = tuple(PostSentence(text=s.text, sources=known.get(s.text, s.sources)) for s in trace(body, monetized))
    return Post.model_validate(
        base.model_dump()
        | {
            "text": body,
            "sentences": [s.model_dump() for s in sentences],
            "slots": [s.model_dump() for name, s in reserves.items() if name in used],
            **(
                {"title": head.get("Title"), "summary": head.get("Summary"), "slug": head.get("Slug")}
                if base.title
                else {}
            ),
        }
    )


def _head(part: str) -> tuple[dict[str, str], str]:
    head, _, body = part.partition("\n\n")
    fields = dict(re.findall(r"^(Title|Summary|Slug): (.*)$", head, re.MULTILINE))
    if "Title" not in fields:
        raise FormError(
            "article", "The line `Title: ` is missing.", "Start with Title, Summary and Slug, then an empty line."
        )
    return {k: v.strip() for k, v in fields.items() if v.strip()}, body.strip()
