"""What a Reply says and where it leads, held against the piece and its evidence. Whom it answers and its shape are judged in reply.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from state.contracts.brief import Brief
from state.contracts.linking import same_page, strange_domains, strange_links
from state.contracts.monetized import MonetizedDraft
from state.contracts.telling import SHORTEST, added, bared, misquoted, quoted_in, unmarked
from state.contracts.tracing import PostSentence, is_furniture, origin, own_sentences
from state.facts import Answering, Facts
from state.links import is_redirect
from state.markup import links
from state.text import quotations, shared_run, statements, words
from state.violations import Violation
from state.wording import WORDS, Words

if TYPE_CHECKING:
    from state.contracts.reply import Reply

ECHO = 6
"""Words in a row of the person's own that an answer may not say as if they were the author's."""


def grounds(monetized: MonetizedDraft, brief: Brief | None) -> dict[str, str]:
    """Everything that an answer may say, by id: the piece's title and sentences, and its evidence, quoted. None of its offers."""
    own = {ref: text for ref, text in own_sentences(monetized).items() if not ref.startswith("i")}
    return own | {e.id: f"“{e.quote}”" for e in (brief.evidence if brief else ())}


def furniture(urls: tuple[str, ...]) -> frozenset[str]:
    """The sentences that need no source, in each language that we have words in: courtesies, and a line that leads to the piece."""
    return frozenset(s.text for words in WORDS.values() for line in _needless(words, urls) for s in statements(line))


def _needless(words: Words, urls: tuple[str, ...]) -> Iterator[str]:
    yield from words.courtesies
    yield from (f"{words.read_all} {url}" for url in urls)


def trace_reply(
    text: str, told: dict[str, str], needless: frozenset[str], *, stranger: str = "decision"
) -> tuple[PostSentence, ...]:
    """The sentences of an answer with where each comes from; what comes from nowhere is laid to `stranger`."""
    return tuple(
        PostSentence(text=s.text, sources=(origin(s.text, told, needless) or stranger,)) for s in statements(text)
    )


def answering_of(facts: Facts) -> Answering:
    if facts.answering is None:
        raise ValueError("a Reply is checked against what it answers, and that isn't known")
    return facts.answering


def _grounds(facts: Facts) -> dict[str, str]:
    return grounds(monetized_of(facts), facts.brief)


def monetized_of(facts: Facts) -> MonetizedDraft:
    if facts.monetized is None:
        raise ValueError("a Reply is checked against the piece's MonetizedDraft, and there is none")
    return facts.monetized


def sentences_have_grounds(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """Each sentence names sentences of the piece or evidence that exist; furniture is furniture, a decision was taken."""
    known, needless = _grounds(facts), furniture(answering_of(facts).urls)
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
    monetized, told = monetized_of(facts), _grounds(facts)
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
    monetized = monetized_of(facts)
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
    urls, cited, identity = answering_of(facts).urls, monetized_of(facts).citations, facts.settings.identity
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
    found += [
        Violation(
            code="reply.offer",
            where="text",
            message=f"{url} is an offer's tracked link: an answer is no place for an offer.",
            fix="Take it out.",
        )
        for url in links(reply.text)
        if is_redirect(url, facts.settings.tracking.url)
    ]
    return tuple(found)


def _without(text: str, urls: tuple[str, ...]) -> str:
    for url in urls:
        text = text.replace(url, " ")
    return text


def says_it_afresh(reply: Reply, facts: Facts) -> tuple[Violation, ...]:
    """Not word for word what somebody else was answered: many of those make a machine of the author."""
    said = words(reply.text)
    if not said or all(words(earlier) != said for earlier in answering_of(facts).earlier):
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
