"""What becomes of a draft's markers: numbered links to a list of sources in an article, nothing at all in a short post."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from agents.distribution.agent import DistributionInput
from agents.distribution.article import article_text
from agents.distribution.proposal import SentenceProposal, ThreadProposal, ThreadsProposal
from agents.writer import Task
from channels.markdown import to_html
from state.contracts.release import nothing_is_left_over
from state.records import Spend
from state.text import MARKER, markers
from tests.agents.distribution.making import Releases
from tests.state.pieces import Chain, chain, vary

ANY_MARKER = re.compile(r"\[[en]\d+\]|<<e\d+>>")


async def test_an_article_numbers_its_sources(released: Releases) -> None:
    """Each marker of evidence is a link to its source, right behind its sentence; a source that is quoted twice has one number."""
    article = (await released()).posts[0].text
    assert "1,000 pages.”[[1]](#source-1) The day was 14 August 2018[[1]](#source-1)." in article
    assert "one section[[2]](#source-2)" in article
    listed = article.partition("## Sources\n\n")[2].splitlines()
    assert listed[0] == (
        "1. Ada Marsh, [The Genoa Viaduct](https://bridgerecord.example/genoa_(viaduct)), bridgerecord.example, 2019-08-14"
    )
    assert [line.partition(".")[0] for line in listed] == ["1", "2", "3"]


async def test_a_note_of_the_authors_needs_no_source(released: Releases) -> None:
    """What the author vouches for stands without a number: the whole page is the author's word."""
    article = (await released()).posts[0].text
    assert "every spring since 2011." in article
    assert not ANY_MARKER.search(article)


async def test_the_page_links_where_the_numbers_lead(released: Releases) -> None:
    """On the page each number leads to a list item that is there, and no marker is left to read."""
    page = to_html((await released()).posts[0].text)
    numbers = re.findall(r'href="#source-(\d+)"', page)
    assert numbers == ["1", "1", "2", "2", "3"]
    assert set(re.findall(r'<li id="source-(\d+)"', page)) == set(numbers)
    assert not ANY_MARKER.search(page)


async def test_a_short_post_has_no_markers(released: Releases, made: Chain) -> None:
    """Posts for Bluesky and Mastodon say the sentences and nothing of what they rest on: the article they lead to does."""
    release = await released()
    short = [p for p in release.posts if p.channel != "site"]
    assert {p.channel for p in short} == {"bluesky", "mastodon"}
    assert any("1,000 pages" in p.text for p in short)
    assert not [p.text for p in short if ANY_MARKER.search(p.text) or "#source-" in p.text]
    assert nothing_is_left_over(vary(release, parent=made.release.parent), made.facts) == ()


class Careless:
    """A model that copies the markers along."""

    spent = Spend()

    async def write(self, task: Task[DistributionInput, ThreadsProposal]) -> ThreadsProposal:
        part = (SentenceProposal(text="Rust had eaten 20 percent of one section [e3].", sources=("s5",)),)
        return ThreadsProposal(posts=(ThreadProposal(channel="bluesky", parts=(part,)),))


async def test_a_model_that_copies_a_marker(released: Releases, made: Chain) -> None:
    """A marker that a model writes into a short post is named, and the post doesn't go out."""
    release = await released(writer=Careless())
    found = [v for v in nothing_is_left_over(release, made.facts) if v.code == "release.left-over"]
    assert [v.where for v in found] == ["post bluesky-1"]
    assert "the marker [e3]" in found[0].message


BODY = st.lists(
    st.sampled_from(["Rust.", "[e1]", "[e2]", "[e5]", "[n1]", "\n\n", "It was 2018", "“So”", "- "]), min_size=1
)


@given(BODY.map(" ".join))
def test_whatever_the_body(body: str) -> None:
    """Whatever stands in a body, its article has a source for each number, a number for each source, and no marker."""
    monetized = chain().monetized.model_copy(update={"body": f"Rust. {body}".strip(), "insertions": ()})
    text = article_text(monetized, "piece-1")
    said, _, listed = text.partition("\n\n## Sources\n\n")
    numbers = {int(a) for a, b in re.findall(r"\[\[(\d+)\]\]\(#source-(\d+)\)", said) if a == b}
    assert numbers == set(range(1, len(listed.splitlines()) + 1))
    assert bool(numbers) == any(ref.startswith("e") for ref in markers(monetized.body))
    assert not MARKER.search(text)
