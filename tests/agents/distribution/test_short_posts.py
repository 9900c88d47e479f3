"""Short posts: written for the channel, within what it takes, and no more than the piece says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.distribution.by_rule import by_rule
from agents.distribution.proposal import SentenceProposal, ThreadInput, ThreadProposal, ThreadsProposal
from agents.distribution.thread import assemble, room
from agents.writer import Task
from state.channels import RULES, ChannelRules, measure, over_limit
from state.contracts import Release
from state.contracts.fitting import filled
from state.contracts.release import Post, Window
from state.disclosures import Form, disclosure_for
from state.links import tracked_url
from state.records import Spend
from state.text import statements
from tests.agents.distribution.making import Releases, found_in
from tests.state.pieces import COURSE, KIT, Chain, chain, vary

THREADS = ("bluesky", "mastodon", "x")
SHORT = (*THREADS, "linkedin")
INSIGHT = "“Forty-three people died that morning, and the inquiry ran to 1,000 pages.” — Ada Marsh"


def on(release: Release, channel: str) -> list[Post]:
    return [p for p in release.posts if p.channel == channel]


@pytest.mark.parametrize("channel", SHORT)
async def test_the_first_words_are_the_insight(channel: str, released: Releases) -> None:
    """A reader is stopped by what was found and by who says it, not by how the author came to it."""
    posts = on(await released("site", channel), channel)
    assert posts[0].text.startswith(INSIGHT)


@pytest.mark.parametrize("channel", SHORT)
async def test_the_last_words_lead_to_the_article(channel: str, released: Releases) -> None:
    """Only the last post links there, with the slot that publishing fills, and every post waits for it."""
    posts = on(await released("site", channel), channel)
    last = posts[-1].text.partition("\n\n1/")[0].splitlines()
    assert "Read it all: {canonical}" in last[-1:] or "Read it all: {canonical}" in last[-3:]
    assert [bool(p.slots) for p in posts] == [False] * (len(posts) - 1) + [True]
    assert {p.depends_on for p in posts} == {("site",)}
    assert [p.reply_to for p in posts] == [None, *(p.id for p in posts[:-1])]


async def test_a_channel_gets_as_many_posts_as_it_needs(released: Releases) -> None:
    """What is three posts on a channel of 150 graphemes is one where a server takes 5,000, and LinkedIn has no thread."""
    rules = {
        "bluesky": vary(RULES["bluesky"], limit=150),
        "mastodon": vary(RULES["mastodon"], limit=5000),
    }
    release = await released("site", "bluesky", "mastodon", "linkedin", rules=rules)
    assert [len(on(release, name)) for name in ("bluesky", "mastodon", "linkedin")] == [3, 1, 1]
    assert on(release, "bluesky")[0].text.endswith("1/3")
    assert "1/1" not in on(release, "mastodon")[0].text


async def test_a_long_post_has_paragraphs(released: Releases) -> None:
    """LinkedIn's one post is read by the line: the insight alone, then the author, then more."""
    (post,) = on(await released("site", "linkedin"), "linkedin")
    paragraphs = post.text.split("\n\n")
    assert paragraphs[0] == INSIGHT
    assert len(paragraphs) >= 5
    assert paragraphs[-1] == "Read it all: {canonical}"
    assert all(len(statements(p)) <= 4 for p in paragraphs)


async def test_one_post_for_a_thread(released: Releases, made: Chain) -> None:
    """A workspace that allows one post gets the insight and the way to the article in one."""
    release = await released("site", *THREADS, most=1)
    assert [len(on(release, name)) for name in THREADS] == [1, 1, 1]
    assert all("{canonical}" in p.text for p in release.posts[1:])
    assert found_in(release, made.bounded("release", max_parts=1)) == []


async def test_an_offer_in_a_long_post(released: Releases, made: Chain) -> None:
    """LinkedIn's post has room for the offer: the words that the law wants, the offer's own, the channel's own link."""
    (post,) = on(await released("site", "linkedin"), "linkedin")
    url = tracked_url(COURSE, "piece-1", "linkedin")
    before, _, after = post.text.partition(url)
    assert before.rstrip().endswith(COURSE.pitch_text)
    assert before.rpartition("\n\n")[2].startswith(disclosure_for("own", Form.LABEL))
    assert after == "\n\nRead it all: {canonical}"
    assert {s.sources for s in post.sentences if "course" in s.text} == {("i1",)}


async def test_an_offer_in_a_thread(released: Releases, made: Chain) -> None:
    """A thread leaves the offer to the article; where it leads to none, the offer is its last post."""
    leading, alone = await released("site", *THREADS), await released(*THREADS)
    assert not [p for p in leading.posts if p.channel in THREADS and COURSE.url in p.text]
    for name in THREADS:
        last = on(alone, name)[-1]
        assert tracked_url(COURSE, "piece-1", name) in last.text
        offer = last.text.partition("\n\n1/")[0].split("\n\n")
        assert [p.startswith(disclosure_for("own", Form.LABEL)) for p in offer if "https://" in p] == [True]
    assert found_in(alone, made.facts) == []


async def test_one_of_several_offers(released: Releases, made: Chain) -> None:
    """A short post carries one: of those placed the one that fits best, by its own number, whichever stands first in the article."""
    kit = made.monetized.insertions[0].model_dump() | {
        "offer": KIT.id,
        "disclosure": disclosure_for("affiliate", Form.WHOLE, "en"),
        "lead": "",
        "text": KIT.pitch_text,
        "label": KIT.name,
        "url": tracked_url(KIT, "piece-1", "site"),
    }
    both = vary(made.monetized, insertions=[made.monetized.insertions[0].model_dump(), kit])
    (post,) = on(await released("site", "linkedin", monetized=both), "linkedin")
    assert KIT.pitch_text in post.text and COURSE.pitch_text not in post.text
    assert {s.sources for s in post.sentences if KIT.name in s.text} == {("i2",)}


async def test_an_offer_without_room(released: Releases, made: Chain) -> None:
    """An offer that doesn't fit whole, with its disclosure, isn't cut to fit."""
    wordy = made.placing(text=f"{COURSE.pitch_text} {'It is long. ' * 25}".strip())
    release = await released("bluesky", monetized=wordy)
    assert not [p for p in release.posts if COURSE.url in p.text]


@pytest.mark.parametrize("variant", [0, 1, 2, 5, 99])
async def test_every_try_is_sound(variant: int, released: Releases, made: Chain) -> None:
    """On all ten channels, each try of a rework passes every check of the contract, and opens with other words than the last."""
    release = await released(*RULES, variant=variant)
    assert found_in(release, made.facts) == []
    other = await released(*RULES, variant=variant + 1)
    assert on(release, "bluesky")[0].text != on(other, "bluesky")[0].text


async def test_a_piece_of_which_no_sentence_fits(released: Releases) -> None:
    """Where even the shortest sentence is too long, the title is told."""
    release = await released("site", "bluesky", rules={"bluesky": vary(RULES["bluesky"], limit=20)})
    assert on(release, "bluesky")[0].text.startswith("What a bridge says before it falls")


async def test_a_piece_without_an_own_thought(released: Releases, made: Chain) -> None:
    """A piece of quotations alone gives posts of quotations, each with who said it."""
    body = "\n\n".join(b for b in made.monetized.body.split("\n\n") if "[e" in b and not b.startswith(("-", ">")))
    release = await released("bluesky", monetized=vary(made.monetized, body=body, insertions=()))
    assert on(release, "bluesky")[0].text.startswith(INSIGHT)


BODIES = st.lists(
    st.sampled_from(
        [
            "Ada Marsh puts it this way: “Forty-three people died that morning.” [e1]",
            "Rust had eaten 20 percent of one section [e3].",
            "It pays to look.",
            "\n\n",
            "## A heading",
            "> We look at every bearing twice a year. [e4]",
            "- Paint holds [e5].",
            "क्षेत्र " * 30,
            "👨‍👩‍👧‍👦 " * 60,
            "הגשר מזהיר שנים.",
            "See bridgerecord.example for it.",
            "1. One.",
        ]
    ),
    min_size=1,
).map(lambda parts: f"It stands. {' '.join(parts)}".strip())
LIMITS = st.builds(
    lambda name, limit: vary(RULES[name], limit=limit),
    st.sampled_from(SHORT),
    st.integers(min_value=160, max_value=5000),
)


@given(BODIES, LIMITS, st.integers(min_value=1, max_value=8), st.booleans(), st.integers(min_value=0, max_value=3))
def test_whatever_the_body(body: str, rules: ChannelRules, most: int, linked: bool, variant: int) -> None:
    """Whatever a piece says, its posts fit, are as many as they may be, and list the sentences that they say."""
    wanted = ThreadInput(
        piece="piece-1",
        monetized=vary(chain().monetized, body=body, insertions=()),
        channels=(rules,),
        canonical="site" if linked else None,
        reserve=60,
        most=most,
        variant=variant,
    )
    posts = assemble(wanted, by_rule(wanted), Window())
    assert 1 <= len(posts) <= most
    assert [over_limit(filled(p), rules) for p in posts] == [None] * len(posts)
    assert sum("{canonical}" in p.text for p in posts) == linked
    for post in posts:
        assert tuple(s.text for s in post.sentences) == tuple(s.text for s in statements(post.text))


class Answering:
    """A model with one answer, and ears."""

    spent = Spend()

    def __init__(self, *posts: ThreadProposal) -> None:
        self.posts, self.asked = posts, ""

    async def write(self, task: Task[Any, ThreadsProposal]) -> ThreadsProposal:
        self.asked = task.ask
        return ThreadsProposal(posts=self.posts)


def said(text: str, *sources: str, paragraph: bool = False) -> SentenceProposal:
    return SentenceProposal(text=text, sources=sources or ("s1",), paragraph=paragraph)


async def test_a_model_is_told_what_each_channel_takes(released: Releases) -> None:
    """The limits that it is told leave room for counter and link, and it learns which sentence the insight is."""
    model = Answering()
    await released("site", *SHORT, writer=model)
    whole = room(RULES["bluesky"])
    assert (
        f"- bluesky: a thread of at most 4 posts, each of at most {whole} graphemes, the last of at most" in model.asked
    )
    assert "- linkedin: one post of at most" in model.asked
    assert "The insight stands in s4, s7." in model.asked


async def test_a_model_s_paragraphs(released: Releases, made: Chain) -> None:
    """Parts are posts where there are threads, else paragraphs; a sentence may begin one anywhere."""
    parts = (
        (said("It pays to look.", "s2"), said("Rust had eaten it.", "s7", paragraph=True)),
        (said("So look up.", "s13"),),
    )
    model = Answering(*(ThreadProposal(channel=name, parts=parts) for name in ("mastodon", "linkedin")))
    release = await released("site", "mastodon", "linkedin", writer=model)
    assert [p.text for p in on(release, "mastodon")] == [
        "It pays to look.\n\nRust had eaten it.\n\n1/2",
        "So look up.\n\nRead it all: {canonical}\n\n2/2",
    ]
    (post,) = on(release, "linkedin")
    assert post.text.startswith("It pays to look.\n\nRust had eaten it.\n\nSo look up.\n\nAd (my own): ")
    assert found_in(release, made.facts) == []


async def test_a_model_that_forgets_a_channel(released: Releases, made: Chain) -> None:
    """A channel of which nothing was said has no post, and the contract misses it."""
    release = await released("site", "bluesky", writer=Answering())
    assert [p.id for p in release.posts] == ["site"]


async def test_a_model_that_says_too_much(released: Releases, made: Chain) -> None:
    """A post over its limit isn't cut: it goes back with what to cut."""
    model = Answering(ThreadProposal(channel="bluesky", parts=((said("It pays to look. " * 30, "s2"),),)))
    release = await released("site", "bluesky", writer=model)
    assert "release.too-long" in [v.code for v in found_in(release, made.facts)]
    assert measure(on(release, "bluesky")[0].text, RULES["bluesky"]) > 300
