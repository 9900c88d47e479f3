"""Reply: what is answered to one person who answered us, in which words, on which of the piece's sentences and evidence.

Its parent is the MonetizedDraft and not the Release: all that the piece says stands there, whole and numbered, and a Release that
amends the posts leaves it as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from state.base import Frozen, OptionalLine, digest_of
from state.channels import RULES, ChannelRules, over_limit
from state.contracts.base import Contract
from state.contracts.saying import (
    answering_of,
    links_are_allowed,
    monetized_of,
    quotes_stay_quoted,
    says_it_afresh,
    says_no_more_than_the_piece,
    says_nothing_for_others,
    sentences_have_grounds,
)
from state.contracts.tracing import PostSentence
from state.facts import Facts
from state.markup import LINK, linked, raw_html
from state.records import ResponseRow
from state.settings import Settings
from state.text import markers
from state.typography import hidden
from state.violations import Check, Violation

_HANDLE = re.compile(r"[\w.-]+(?:@[\w.-]+)?")
_MENTION = re.compile(r"(?<![\w.+/-])[@＠]\w[\w.-]*")
_SLOT_LIKE = re.compile(r"\{\w*\}")


class Target(Frozen):
    """What is answered, as it stood when it was answered. The words are somebody else's: data, whatever they say."""

    channel: str
    remote_id: str
    root: str | None = None
    """The far side's id of the first post of the thread that it stands in; None for a mention."""
    author: str
    """The far side's handle, without an @ before it."""
    words: str
    url: str | None = None

    @classmethod
    def of(cls, row: ResponseRow, root: str | None) -> Target:
        said = row.response
        return cls(
            channel=row.channel,
            remote_id=said.remote_id,
            root=root,
            author=said.author,
            words=said.text,
            url=said.url,
        )

    @property
    def mention(self) -> str:
        """What the answer has to begin with, to reach its author: nothing where a channel's threads do that.

        Nothing either where the far side calls something a handle that is none: it could name others, or say something.
        """
        rules = RULES.get(self.channel)
        return f"@{self.author}" if rules and rules.by_handle and _HANDLE.fullmatch(self.author) else ""


class Reply(Contract):
    """Its parent is the MonetizedDraft of the piece that was answered. Plain text; `mention` and `text` are what is posted."""

    version: Literal["reply/1"] = "reply/1"
    piece: str
    to: Target
    mention: OptionalLine = ""
    text: Annotated[str, Field(pattern=r"(?s)^(?:\S(?:.*\S)?)?$")]
    """Without the mention. Empty where the piece holds no answer: a person writes it, or nobody does."""
    sentences: tuple[PostSentence, ...] = ()
    """Those of `text`. A source is a sentence of the piece (`s4`, `title`), evidence (`e2`), `furniture` (a courtesy, the line that
    leads to the piece) or `decision`."""
    decided: tuple[str, ...] = ()
    """Sentences that a reviewer wrote, and vouches for by that. Nobody else can put one here."""

    @property
    def whole(self) -> str:
        """The bytes that are posted."""
        return f"{self.mention} {self.text}".strip()

    @property
    def evidence(self) -> tuple[str, ...]:
        """Ids of the sentences and the evidence that it rests on, in the order in which it names them."""
        named = (ref for s in self.sentences for ref in s.sources if ref not in ("furniture", "decision"))
        return tuple(dict.fromkeys(named))


def limits(channel: str, settings: Settings) -> ChannelRules:
    """What one post may measure there, as its server said where it was asked. Raises KeyError for a channel without rules."""
    told = next((c.limit for c in settings.channels if c.name == channel), None)
    rules = RULES[channel]
    return rules.model_copy(update={"limit": told}) if told else rules


def comes_from_this_piece(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    if reply.parent == digest_of(monetized_of(facts)) and reply.piece == facts.piece:
        return ()
    return (
        Violation(
            code="reply.parent",
            where="parent",
            message="It was not made from the MonetizedDraft of this piece.",
            fix="Make it again from there.",
        ),
    )


def answers_whom_it_may(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """Somebody else, as they said it, whom nobody has answered; no spam, no abuse, nothing that was taken down."""
    found = answering_of(facts)
    row, who = found.row, f"{reply.to.author} on {reply.to.channel}"
    if reply.to != Target.of(row, found.root):
        return (
            Violation(
                code="reply.target",
                where="to",
                message=f"{who} says something else by now, or it answers something else.",
                fix="Make it again for what stands there.",
            ),
        )
    if row.response.ours:
        return (Violation(code="reply.own", where="to", message="It would answer ourselves.", fix="Drop it."),)
    if found.answered:
        return (Violation(code="reply.answered", where="to", message=f"{who} was answered already.", fix="Drop it."),)
    if row.mark in ("spam", "abuse", "gone"):
        return (
            Violation(
                code="reply.unwanted",
                where="to",
                message=f"It is marked {row.mark}: {row.reason or 'nobody is there to be answered'}.",
                fix="Drop it; `flywheel replies --open` takes up again what was marked wrongly.",
            ),
        )
    return ()


def something_is_said(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    if reply.text:
        return ()
    return (
        Violation(
            code="reply.blank",
            where="text",
            message="Nothing that the piece says answers this.",
            fix="Write an answer yourself, or drop it.",
        ),
    )


def fits_its_channel(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """Within the limit as the channel counts, the mention included."""
    channel = reply.to.channel
    if channel not in RULES:
        return (Violation(code="reply.channel", where="to", message=f"No rules for {channel!r}.", fix="Drop it."),)
    too_long = over_limit(reply.whole, limits(channel, facts.settings))
    if not too_long:
        return ()
    return (Violation(code="reply.too-long", where="text", message=f"{channel} counts {too_long}.", fix="Say less."),)


def addresses_one_person(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """It begins with the person's handle where it wouldn't reach them otherwise, and names nobody by handle beside."""
    found = []
    if reply.mention != reply.to.mention:
        needed = f"begin with {reply.to.mention}" if reply.to.mention else "begin with no handle"
        found.append(
            Violation(
                code="reply.mention",
                where="mention",
                message=f"On {reply.to.channel} an answer to {reply.to.author} must {needed}.",
                fix="Put it so.",
            )
        )
    found += [
        Violation(
            code="reply.names",
            where="text",
            message=f"{handle} would be told of it, and isn't the one who is answered.",
            fix="Take it out.",
        )
        for handle in dict.fromkeys(_MENTION.findall(reply.text))
    ]
    return tuple(found)


def nothing_is_left_over(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """Plain text: no marker, no slot, no HTML, no Markdown link, nothing that a reader can't see."""
    return tuple(
        Violation(
            code="reply.left-over",
            where="text",
            message=f"There is {what} in it.",
            fix="Take it out: it means nothing to a reader, or something else than was checked.",
        )
        for what in _left_over(reply.whole)
    )


def _left_over(text: str) -> Iterator[str]:
    yield from (f"the marker [{ref}]" for ref in markers(text))
    yield from (f"the slot {m.group()}" for m in _SLOT_LIKE.finditer(text))
    unseen, html, target = hidden(text), raw_html(text), LINK.search(text)
    if unseen:
        yield f"a hidden {unseen}"
    if html:
        yield f"HTML, `{html}`,"
    if target or linked(text).images or linked(text).definitions:
        yield "Markdown"


CHECKS: tuple[Check, ...] = (
    comes_from_this_piece,
    answers_whom_it_may,
    something_is_said,
    fits_its_channel,
    addresses_one_person,
    nothing_is_left_over,
    sentences_have_grounds,
    says_no_more_than_the_piece,
    quotes_stay_quoted,
    says_nothing_for_others,
    links_are_allowed,
    says_it_afresh,
)
