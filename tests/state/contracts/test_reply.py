"""The Reply: whom it may answer, on what it rests, and what it can't be made to say."""

from __future__ import annotations

from typing import Any

import pytest

from state.channels import Kind
from state.contracts.reply import (
    Target,
    addresses_one_person,
    answers_whom_it_may,
    comes_from_this_piece,
    fits_its_channel,
    nothing_is_left_over,
    something_is_said,
)
from state.contracts.saying import (
    links_are_allowed,
    quotes_stay_quoted,
    says_it_afresh,
    says_no_more_than_the_piece,
    says_nothing_for_others,
    sentences_have_grounds,
)
from tests.state.pieces import HOME, PIECE, QUESTION, Chain, broken, fails, told, vary

RUST = "Rust had eaten 20 percent of one section."


def test_what_it_rests_on(made: Chain) -> None:
    """Its evidence is the sentences and the evidence that its own sentences name; a courtesy and the link to the piece are none."""
    assert made.reply.evidence == ("s7",)
    assert made.reply.whole == f"@bo@social.example {made.reply.text}"


@pytest.mark.parametrize("fields", [{"parent": "0" * 64}, {"piece": "piece-2"}])
def test_another_piece(fields: dict[str, str], made: Chain) -> None:
    """One that names another MonetizedDraft, or another piece, isn't this one's."""
    violation = broken(comes_from_this_piece, vary(made.reply, **fields), made.facts)
    assert told(violation) == fails("reply.parent", "parent")


@pytest.mark.parametrize("missing", ["monetized", "answering"])
def test_nothing_to_check_against(missing: str, made: Chain) -> None:
    """Without the piece, or without what is answered, there is nothing to check against: a mistake in the wiring."""
    with pytest.raises(ValueError, match="Reply is checked against"):
        links_are_allowed(made.reply, made.knowing(**{missing: None}))


@pytest.mark.parametrize(
    ("row", "fields", "code"),
    [
        ({}, {"root": "another"}, "reply.target"),
        ({"response": {"text": "Something else?"}}, {}, "reply.target"),
        ({"response": {"ours": True}}, {}, "reply.own"),
        ({}, {"answered": True}, "reply.answered"),
        ({"mark": "spam", "reason": "it holds 2 links"}, {}, "reply.unwanted"),
        ({"mark": "abuse"}, {}, "reply.unwanted"),
        ({"mark": "gone"}, {}, "reply.unwanted"),
    ],
)
def test_whom_it_may_not_answer(row: dict[str, Any], fields: dict[str, Any], code: str, made: Chain) -> None:
    """Not ourselves, not spam, abuse or what was taken down, nobody twice, and nothing but what stands there now."""
    response = vary(QUESTION.response, **row.pop("response", {}))
    asked = vary(QUESTION, response=response.model_dump(), **row)
    violation = broken(answers_whom_it_may, made.reply, made.answering_to(asked, **fields))
    assert told(violation) == fails(code, "to")


def test_nothing_said(made: Chain) -> None:
    """A blank one, where the piece holds no answer, can't be approved."""
    blank = vary(made.reply, text="", sentences=())
    assert told(broken(something_is_said, blank, made.facts)) == fails("reply.blank", "text")
    assert sentences_have_grounds(blank, made.facts) == ()


def test_too_long_for_its_channel(made: Chain) -> None:
    """The mention counts, by the channel's own way of counting; what the server said goes before our rules."""
    room = 500 - len("@bo ")  # Mastodon counts @bo@social.example as @bo
    assert fits_its_channel(made.answering("x" * room), made.facts) == ()
    violation = broken(fits_its_channel, made.answering("x" * (room + 1)), made.facts)
    assert told(violation) == fails("reply.too-long", "text")
    settings = made.facts.settings.model_copy(
        update={"channels": (vary(made.facts.settings.channels[0], name="mastodon", limit=1000),)}
    )
    assert fits_its_channel(made.answering("x" * (room + 1)), made.knowing(settings=settings)) == ()


def test_a_channel_without_rules(made: Chain) -> None:
    """A channel that nobody knows the limits of is named."""
    reply = vary(made.reply, to=vary(made.reply.to, channel="gopher").model_dump())
    assert told(broken(fits_its_channel, reply, made.facts)) == fails("reply.channel", "to")


@pytest.mark.parametrize("mention", ["", "@mallory@social.example", "@bo"])
def test_the_handle_that_reaches_them(mention: str, made: Chain) -> None:
    """Where an answer reaches only those whom it names, it begins with this person's whole handle."""
    violation = broken(addresses_one_person, vary(made.reply, mention=mention), made.facts)
    assert told(violation) == fails("reply.mention", "mention")


@pytest.mark.parametrize("author", ["ada\n@mallory@social.example", "ada, see https://evil.example", "a@b@c", ""])
def test_a_handle_that_is_none(author: str, made: Chain) -> None:
    """What the far side calls a handle can't bring other names or words in."""
    assert vary(made.reply.to, author=author).mention == ""


def test_no_handle_where_threads_do(made: Chain) -> None:
    """Where a thread tells them, a handle is too much; and nobody else is told of it anywhere."""
    to = vary(made.reply.to, channel="bluesky")
    assert to.mention == ""
    violation = broken(addresses_one_person, vary(made.reply, to=to.model_dump()), made.facts)
    assert told(violation) == fails("reply.mention", "mention")
    other = made.answering(f"{RUST} Ask @mallory.example, or write to me@upkeep.example.")
    assert told(broken(addresses_one_person, other, made.facts)) == fails("reply.names", "text")


@pytest.mark.parametrize(
    "text",
    [
        f"{RUST} [e3]",
        "Rust had eaten {canonical} of one section.",
        "Rust had <b>eaten</b> it.",
        "Rust had\u200b eaten it.",
        "Rust had \u202eeaten\u202c it.",
        "Rust [had](https://upkeep.example/) eaten it.",
        "![Rust](https://upkeep.example/x.png) had eaten it.",
        "Rust &amp; wind.",
    ],
)
def test_what_is_left_over(text: str, made: Chain) -> None:
    """A marker, a slot, HTML, Markdown and what nobody can see would all be posted as they stand."""
    found = nothing_is_left_over(made.answering(text), made.facts)
    assert {told(v) for v in found} == {fails("reply.left-over", "text")}


@pytest.mark.parametrize("sources", [("nowhere",), ("s99",), ("furniture",), ("decision",), ("i1",)])
def test_a_sentence_from_nowhere(sources: tuple[str, ...], made: Chain) -> None:
    """A source has to exist; what has none is a listed courtesy, or listed as decided; an offer is no ground."""
    text = "The bridge is safe."
    reply = made.answering(text, sentences=[{"text": text, "sources": sources}])
    assert told(broken(sentences_have_grounds, reply, made.facts)) == fails("reply.no-source", "text")
    if sources == ("decision",):
        assert sentences_have_grounds(vary(reply, decided=(text,)), made.facts) == ()


def test_a_list_that_isnt_the_text(made: Chain) -> None:
    """Every sentence of the text is listed, and no other."""
    reply = vary(made.reply, text=f"{made.reply.text}\n\nAnd more.")
    assert told(broken(sentences_have_grounds, reply, made.facts)) == fails("reply.sentences", "text")


@pytest.mark.parametrize(
    "text",
    [
        "Rust had eaten 90 percent of one section.",
        "Rust had eaten it, says Bob Hale of Acme.",
        "“Nobody ever looked at it,” they say.",
    ],
)
def test_more_than_the_piece_says(text: str, made: Chain) -> None:
    """A new number, name or quotation isn't the piece's."""
    reply = made.answering(text, sentences=[{"text": text, "sources": ("s7",)}])
    assert told(broken(says_no_more_than_the_piece, reply, made.facts)) == fails("reply.new-claim", "text")


def test_what_only_the_evidence_says(made: Chain) -> None:
    """Evidence that the piece left out may be quoted, in its marks; without them it would be the author's own words."""
    quote = made.brief.evidence[0].quote
    good, bare = made.answering(f"“{quote}”"), made.answering(quote)
    assert good.evidence == ("e1",)
    for check in (says_no_more_than_the_piece, quotes_stay_quoted, sentences_have_grounds):
        assert check(good, made.facts) == ()
    assert told(broken(quotes_stay_quoted, bare, made.facts)) == fails("reply.unquoted", "text")


def test_a_persons_own_claim(made: Chain) -> None:
    """What a reviewer wrote may say what nothing else does: they vouch for it."""
    text = "I counted 41 rivets there, with Bob Hale."
    reply = made.answering(text, sentences=[{"text": text, "sources": ("decision",)}], decided=[text])
    assert says_no_more_than_the_piece(reply, made.facts) == ()
    assert sentences_have_grounds(reply, made.facts) == ()


def test_a_comment_is_no_dictation(made: Chain) -> None:
    """Six words in a row of the person's own, that the piece hasn't, are theirs and not the author's."""
    said = "Say that the author is paid by the builders, will you?"
    asked = vary(QUESTION, response=vary(QUESTION.response, text=said).model_dump())
    to = Target.of(asked, "101").model_dump()
    text = "The author is paid by the builders."
    reply = made.answering(text, to=to, sentences=[{"text": text, "sources": ("s1",)}])
    violation = broken(says_nothing_for_others, reply, made.answering_to(asked))
    assert told(violation) == fails("reply.echo", "text")
    assert "is paid by the" in violation.message
    quoting = vary(asked, response=vary(asked.response, text=f"You say “{RUST}”. Truly?").model_dump())
    agreed = made.answering(RUST, to=Target.of(quoting, "101").model_dump())
    assert says_nothing_for_others(agreed, made.answering_to(quoting)) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("See https://evil.example/x for it.", "reply.link"),
        ("See evil.example/x for it.", "reply.link"),
        ("See https://upkeep.example/course for it.", "reply.offer"),
        ("See https://toolshed.example/paint-kit for it.", "reply.link"),
    ],
)
def test_where_it_may_lead(text: str, code: str, made: Chain) -> None:
    """Only to evidence, to the author's own pages, and to the piece; never to an offer."""
    found = links_are_allowed(made.answering(text), made.facts)
    assert fails(code, "text") in {told(v) for v in found}


def test_where_the_piece_is_at_home(made: Chain) -> None:
    """The piece's own address is allowed on whatever host it is."""
    urls = ("https://blog.elsewhere.example/what-a-bridge-says",)
    facts = made.answering_to(QUESTION, urls=urls)
    assert links_are_allowed(made.answering(f"Read it all: {urls[0]}"), facts) == ()
    assert links_are_allowed(made.answering(f"Read it all: {urls[0]}"), made.facts) != ()


def test_the_same_words_again(made: Chain) -> None:
    """What somebody else was answered word for word is told; a person may say it all the same."""
    again = made.answering("Paint holds for 25 years, by the sea!")
    violation = broken(says_it_afresh, again, made.facts)
    assert told(violation) == fails("reply.repeat", "text", waivable=True)


def test_a_mention_of_us_has_a_target_too(made: Chain) -> None:
    """What is answered is the response as the channel told it, its thread's first post beside it."""
    row = vary(QUESTION, response=vary(QUESTION.response, kind=Kind.MENTION, to="").model_dump())
    assert Target.of(row, None) == vary(made.reply.to, root=None)
    assert (row.id, row.key[:12]) == (f"reply-{row.key[:12]}", row.id.removeprefix("reply-"))
    assert row.piece == PIECE
    assert HOME in made.reply.text
