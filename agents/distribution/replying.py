"""DISTRIBUTION answers: what one person said in, a Reply out, blank where the piece holds no answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from agents.bm25 import Bm25
from agents.prompts import prompt, rework_section
from agents.writer import Task, Writer
from state.base import Frozen, digest_of, one_line
from state.channels import ChannelRules, over_limit
from state.contracts.brief import Brief
from state.contracts.monetized import MonetizedDraft
from state.contracts.reply import Reply, Target
from state.contracts.saying import furniture, grounds
from state.contracts.tracing import PostSentence, is_furniture
from state.markup import domains, links
from state.notes import terms
from state.text import names, numbers, split_sentences, statements
from state.wording import words_in

ENOUGH = 0.5
"""Share of the weight of a question's words, BM25's idf, that a sentence must hold to answer it."""
LONGEST = 4000
"""Characters of what was said that a model gets to read."""
SHARED = 2
"""Content words that a question and its answer must have in common."""
_WANTS_NUMBER = re.compile(
    r"\b(?:how (?:many|much|long|old|often|far|big|high)|when|what (?:year|date|share|percentage))\b", re.IGNORECASE
)
_COUNTED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|dozen|half|third|quarter|once|twice|every|each|daily|weekly|monthly|yearly)\b",
    re.IGNORECASE,
)
"""What tells how many or how often and is no number to `numbers`, which leaves small ones in words alone."""
_WANTS_NAME = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)


class ReplyInput(Frozen):
    """DISTRIBUTION's slice for an answer: the piece, its evidence, and what was said. No other responses, and no credential."""

    piece: str
    monetized: MonetizedDraft
    brief: Brief | None
    to: Target
    rules: ChannelRules
    urls: tuple[str, ...]
    """Where the piece can be read; its home first."""
    language: str = "en"
    sample: str = ""
    """How the author writes."""
    habits: tuple[str, ...] = ()
    """Rules of the author's style."""
    variant: int = 0
    """How many answers to it were refused before."""
    mend: tuple[str, ...] = ()


class Grounded(Frozen):
    text: str
    sources: tuple[str, ...]


class ReplyProposal(Frozen):
    verdict: Literal["answer", "nothing", "spam", "abuse"]
    sentences: tuple[Grounded, ...] = ()


class Unwelcome(Frozen):
    """What the writer takes for something that gets no answer."""

    mark: Literal["spam", "abuse"]


async def run(given: ReplyInput, writer: Writer) -> Reply | Unwelcome:
    """Raises WriterError."""
    proposal = await writer.write(
        Task(
            name="distribution.reply",
            agent="distribution",
            system=await prompt("distribution", "reply.md"),
            ask=_ask(given),
            given=given,
            wants=ReplyProposal,
            by_rule=by_rule,
        )
    )
    match proposal.verdict:
        case "spam" | "abuse" as mark:
            return Unwelcome(mark=mark)
        case "answer":
            return _assembled(given, proposal.sentences)
        case "nothing":
            return _assembled(given, ())


def by_rule(given: ReplyInput) -> ReplyProposal:
    """The sentence of the piece that answers best, word for word; `nothing` where none answers well enough."""
    ranked = tuple(_answers(given))
    if given.variant >= len(ranked):
        return ReplyProposal(verdict="nothing")
    ref, text = ranked[given.variant]
    return ReplyProposal(verdict="answer", sentences=(Grounded(text=text, sources=(ref,)),))


def _answers(given: ReplyInput) -> Iterator[tuple[str, str]]:
    """(id, text) of the sentences that answer, the best first. A block quote has lost its marks here, and a heading says little."""
    told = [s for s in statements(given.monetized.body) if s.kind not in ("heading", "quote")]
    question = _question(given.to.words)
    asked = sorted(set(terms(question)))
    if not told or not asked:
        return
    held = [terms(s.text) or ["-"] for s in told]
    ranking = Bm25([*held, asked])  # the question too: a word that only it holds weighs most of all
    scores, weight = ranking.get_scores(asked), ranking.idf
    enough = ENOUGH * sum(weight[word] for word in asked)
    for at in sorted(range(len(told)), key=lambda i: -scores[i]):
        shared = set(asked) & set(held[at])
        answers = len(shared) >= SHARED and sum(weight[word] for word in shared) >= enough
        if answers and _could_answer(question, told[at].text):
            yield told[at].id, told[at].text


def _question(said: str) -> str:
    """The sentences that ask, without their links; all of it where none ends in a question mark."""
    for url in (*links(said), *domains(said)):
        said = said.replace(url, " ")
    sentences = [s for line in said.splitlines() for s in split_sentences(line)]
    return " ".join([s for s in sentences if s.rstrip("\"'”’»)").endswith("?")] or sentences)


def _could_answer(question: str, sentence: str) -> bool:
    """Whether it has what is asked for: a number where the question wants one, a name where it asks who."""
    if _WANTS_NUMBER.search(question) and not (numbers(sentence) or _COUNTED.search(sentence)):
        return False
    return not _WANTS_NAME.search(question) or bool(names(sentence))


def _assembled(given: ReplyInput, sentences: tuple[Grounded, ...]) -> Reply:
    """The sentences, and below them where the piece can be read, if there is room for it."""
    said = [(one_line(s.text), s.sources) for s in sentences if s.text.strip()]
    text = " ".join(words for words, _ in said)
    lead = words_in(given.language).read_all
    led = f"{text}\n\n{lead} {given.urls[0]}" if said and given.urls else text
    text = text if over_limit(f"{given.to.mention} {led}", given.rules) else led
    return Reply(
        parent=digest_of(given.monetized),
        piece=given.piece,
        to=given.to,
        mention=given.to.mention,
        text=text,
        sentences=tuple(_resplit(text, said, furniture(given.urls))),
    )


def _resplit(text: str, said: list[tuple[str, tuple[str, ...]]], needless: frozenset[str]) -> Iterator[PostSentence]:
    """The sentences as the contract reads them, each with the sources that were named for it. `decision` is a reviewer's to give."""
    for s in statements(text):
        named = next((refs for words, refs in said if s.text == words or s.text in words or words in s.text), ())
        sources = tuple(ref for ref in named if ref != "decision")
        if is_furniture(s.text, needless):
            sources = ("furniture",)
        yield PostSentence(text=s.text, sources=sources or ("nowhere",))


def _ask(given: ReplyInput) -> str:
    told = grounds(given.monetized, given.brief)
    piece = "\n".join(f"[{ref}] {text}" for ref, text in told.items() if ref[0] == "s")
    evidence = "\n".join(f"[{ref}] {text}" for ref, text in told.items() if ref[0] == "e")
    said = "\n".join(f"> {line}" for line in given.to.words[:LONGEST].splitlines())
    courtesies = "\n".join(f"- {said}" for said in words_in(given.language).courtesies)
    habits = "\n".join(f"- {habit}" for habit in given.habits)
    sections = (
        f"# {given.monetized.title}\n\n{piece}",
        f"# Evidence\n\n{evidence}" if evidence else "",
        f"# The author's voice\n\n{given.sample}" if given.sample else "",
        f"# The author's habits\n\n{habits}" if habits else "",
        f"# Courtesies\n\n{courtesies}",
        f"# Limit\n\n{given.rules.limit or 'none'} {given.rules.counting} on {given.rules.name}",
        f"# What was said\n\n{said}",
    )
    return "\n\n".join(part for part in sections if part) + rework_section(given.mend)
