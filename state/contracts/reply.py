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
from state.contracts.brief import Brief
from state.contracts.linking import same_page, strange_domains, strange_links
from state.contracts.monetized import MonetizedDraft
from state.contracts.telling import SHORTEST, added, bared, misquoted, quoted_in, unmarked
from state.contracts.tracing import PostSentence, is_furniture, origin, own_sentences
from state.facts import Answering, Facts
from state.markup import LINK, linked, links, raw_html
from state.records import ResponseRow
from state.settings import Settings
from state.text import markers, quotations, shared_run, statements, words
from state.typography import hidden
from state.violations import Check, Violation

ECHO = 6
"""Words in a row of the person's own that an answer may not say as if they were the author's."""
LEAD = "Read it all: "
COURTESIES = (
    "Thank you.",
    "Thank you for asking.",
    "Thank you for reading.",
    "Good question.",
    "Thank you for the question.",
)
"""What an answer may say without a source, as it says nothing."""
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
        return f"@{self.author}" if rules and rules.addressed and _HANDLE.fullmatch(self.author) else ""


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


def grounds(monetized: MonetizedDraft, brief: Brief | None) -> dict[str, str]:
    """Everything that an answer may say, by id: the piece's title and sentences, and its evidence, quoted. None of its offers."""
    own = {ref: text for ref, text in own_sentences(monetized).items() if not ref.startswith("i")}
    return own | {e.id: f"“{e.quote}”" for e in (brief.evidence if brief else ())}


def furniture(urls: tuple[str, ...]) -> frozenset[str]:
    """The sentences that need no source: courtesies, and a line that leads to the piece."""
    return frozenset(s.text for line in (*COURTESIES, *(f"{LEAD}{url}" for url in urls)) for s in statements(line))


def trace_reply(
    text: str, told: dict[str, str], needless: frozenset[str], *, stranger: str = "decision"
) -> tuple[PostSentence, ...]:
    """The sentences of an answer with where each comes from; what comes from nowhere is laid to `stranger`."""
    return tuple(
        PostSentence(text=s.text, sources=origin(s.text, told, needless) or (stranger,)) for s in statements(text)
    )


def limits(channel: str, settings: Settings) -> ChannelRules:
    """What one post may measure there, as its server said where it was asked. Raises KeyError for a channel without rules."""
    told = next((c.limit for c in settings.channels if c.name == channel), None)
    rules = RULES[channel]
    return rules.model_copy(update={"limit": told}) if told else rules


def _answering(facts: Facts) -> Answering:
    if facts.answering is None:
        raise ValueError("a Reply is checked against what it answers, and that isn't known")
    return facts.answering


def _grounds(facts: Facts) -> dict[str, str]:
    return grounds(_monetized(facts), facts.brief)


def _monetized(facts: Facts) -> MonetizedDraft:
    if facts.monetized is None:
        raise ValueError("a Reply is checked against the piece's MonetizedDraft, and there is none")
    return facts.monetized


def comes_from_this_piece(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    if reply.parent == digest_of(_monetized(facts)) and reply.piece == facts.piece:
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
    found = _answering(facts)
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


def sentences_have_grounds(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """Each sentence names sentences of the piece or evidence that exist; furniture is furniture, a decision was taken."""
    known, needless = _grounds(facts), furniture(_answering(facts).urls)
    found = [
        Violation(
            code="reply.no-source",
            where="text",
            message=f"“{s.text[:80]}” comes from nowhere.",
            fix="Use sentences of the piece or its evidence, and name them.",
        )
        for s in reply.sentences
        if not all(_is_ground(ref, s.text, reply, known, needless) for ref in s.sources)
    ]
    if tuple(s.text for s in statements(reply.text)) != tuple(s.text for s in reply.sentences):
        found.append(
            Violation(
                code="reply.sentences",
                where="text",
                message="Its list of sentences is not its text.",
                fix="Name a source for each sentence.",
            )
        )
    return tuple(found)


def _is_ground(ref: str, sentence: str, reply: Reply, known: dict[str, str], needless: frozenset[str]) -> bool:
    return (
        ref in known
        or (ref == "furniture" and is_furniture(sentence, needless))
        or (ref == "decision" and sentence in reply.decided)
    )


def says_no_more_than_the_piece(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """No number that its sources don't state, no name or quotation that neither the piece nor its evidence holds."""
    monetized, told = _monetized(facts), _grounds(facts)
    vouched = (part for e in (facts.brief.evidence if facts.brief else ()) for part in e.vouches)
    quoted = tuple(_quoted(monetized, told))
    whole = " \n ".join((*told.values(), *vouched)).casefold()
    found = []
    for s in _claims(reply):
        sources = [told[ref] for ref in s.sources if ref in told]
        more = [*added(s.text, sources, whole), *misquoted(s.text, quoted, told.values())]
        if more:
            found.append(
                Violation(
                    code="reply.new-claim",
                    where="text",
                    message=f"The piece doesn't say {', '.join(more)} where “{s.text[:60]}” comes from.",
                    fix="Say only what the piece and its evidence say, and name what says it.",
                )
            )
    return tuple(found)


def _quoted(monetized: MonetizedDraft, told: dict[str, str]) -> Iterator[str]:
    yield from quoted_in(monetized, told.values())
    yield from (q for ref, text in told.items() if ref[0] == "e" for q in (text[1:-1], *quotations(text)))


def _claims(reply: Reply) -> Iterator[PostSentence]:
    """The sentences that the piece has to answer for."""
    return (s for s in reply.sentences if not {"furniture", "decision"} & set(s.sources))


def quotes_stay_quoted(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """What the piece and its evidence quote stands in quotation marks, or not at all."""
    monetized = _monetized(facts)
    own = unmarked(s.text for s in statements(monetized.body) if s.kind != "quote")
    quoted = tuple(q for q in _quoted(monetized, _grounds(facts)) if len(words(q)) >= SHORTEST)
    return tuple(
        Violation(
            code="reply.unquoted",
            where="text",
            message=f"“{run}” is somebody else's, and stands there as the author's own words.",
            fix="Put it in quotation marks and say who said it, as the piece does.",
        )
        for run in bared(reply, quoted, own)
    )


def says_nothing_for_others(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """No words of the person's own in the author's mouth, unless the piece has them too: a comment is no dictation."""
    whole = "\n\n".join(_grounds(facts).values())
    runs = dict.fromkeys(shared_run(s.text, reply.to.words, ECHO) for s in _claims(reply))
    return tuple(
        Violation(
            code="reply.echo",
            where="text",
            message=f"“{run}” is what {reply.to.author} said, and not what the piece says.",
            fix="Answer from the piece.",
        )
        for run in runs
        if run and not shared_run(run, whole, ECHO)
    )


def links_are_allowed(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """Each link and each domain is evidence's, the author's own, or where the piece can be read; an answer sells nothing."""
    urls, cited, identity = _answering(facts).urls, _monetized(facts).citations, facts.settings.identity
    strange = strange_links(reply.text, cited, identity, urls) + strange_domains(
        _without(reply.text, urls), cited, identity
    )
    found = [
        Violation(
            code="reply.link",
            where="text",
            message=f"{url} is neither evidence nor the author's.",
            fix="Take it out, or add the host to [identity] domains in flywheel.toml.",
        )
        for url in strange
    ]
    found += [
        Violation(
            code="reply.offer",
            where="text",
            message=f"{url} leads to {offer.name}: an answer is no place for an offer.",
            fix="Take it out.",
        )
        for url in links(reply.text)
        for offer in facts.offers.values()
        if same_page(url, offer.url)
    ]
    return tuple(found)


def _without(text: str, urls: tuple[str, ...]) -> str:
    for url in urls:
        text = text.replace(url, " ")
    return text


def says_it_afresh(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """Not word for word what somebody else was answered: many of those make a machine of the author."""
    said = words(reply.text)
    if not said or all(words(earlier) != said for earlier in _answering(facts).earlier):
        return ()
    return (
        Violation(
            code="reply.repeat",
            where="text",
            message="Somebody else was answered in these very words.",
            fix="Say it in other words, or drop it.",
            waivable=True,
        ),
    )


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
