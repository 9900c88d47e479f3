"""Answers by rule: a sentence of the piece where it answers, and nothing where it doesn't."""

from __future__ import annotations

from typing import Any

import pytest

from agents.distribution.replying import ReplyInput, run
from agents.writer import ExtractiveWriter
from state.channels import RULES
from state.contracts import Reply
from state.contracts.reply import Target
from state.wording import WORDS
from tests.state.pieces import HOME, PIECE, chain

MADE = chain()


async def answered(question: str, channel: str = "bluesky", **fields: Any) -> Reply:
    to = Target(channel=channel, remote_id="1", author="ada@social.example", words=question)
    given = {
        "piece": PIECE,
        "monetized": MADE.monetized,
        "brief": MADE.brief,
        "to": to,
        "rules": RULES[channel],
        "urls": (HOME,),
        **fields,
    }
    reply = await run(ReplyInput.model_validate(given), ExtractiveWriter())
    assert isinstance(reply, Reply)
    return reply


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("How many people died that morning?", "s4"),
        ("Thanks for this! How much of the section had the rust eaten? https://a.example/x", "s7"),
        ("How long does paint hold by the sea?", "s11"),
    ],
)
async def test_what_the_piece_answers(question: str, source: str) -> None:
    """The sentence that holds most of the question's words stands there to the letter, with the link to the piece."""
    reply = await answered(question)
    assert reply.evidence == (source,)
    assert reply.text.endswith(f"Read it all: {HOME}")


@pytest.mark.parametrize("language", sorted(WORDS))
async def test_an_answer_leads_on_in_the_authors_language(language: str) -> None:
    """The line below it is in the author's language, and needs no source."""
    reply = await answered("How many people died that morning?", language=language)
    assert reply.text.endswith(f"\n\n{WORDS[language].read_all} {HOME}")
    assert [s.sources for s in reply.sentences] == [("s4",), ("furniture",)]


@pytest.mark.parametrize(
    "question",
    [
        "Who says so?",
        "Who ate 20 percent of one section?",
        "When do you cross the same bridge?",
        "Wie viele Menschen starben?",
        "Which bridge is the longest in Europe?",
        "",
    ],
)
async def test_what_it_doesnt(question: str) -> None:
    """No answer is better than a wrong one: without a number where one is asked for, a name where it says who, or the words."""
    assert (await answered(question)).text == ""


async def test_where_there_is_no_room() -> None:
    """The link is left out where it doesn't fit, and the next best sentence is taken where the first was refused."""
    question = "Do you cross the same bridge most mornings?"
    tight = RULES["bluesky"].model_copy(update={"limit": 70})
    assert HOME not in (await answered(question, rules=tight)).text
    assert (await answered(question)).evidence == ("s1",)
    assert (await answered(question, variant=1)).evidence != ("s1",)


async def test_a_handle_where_it_is_needed() -> None:
    """On Mastodon it begins with the handle, a blank one too."""
    assert (await answered("How many people died that morning?", "mastodon")).whole.startswith(
        "@ada@social.example Ada Marsh"
    )
    assert (await answered("Why?", "mastodon")).whole == "@ada@social.example"
