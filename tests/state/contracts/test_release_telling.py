"""The Release: what the posts say and where they lead, held against the MonetizedDraft."""

from __future__ import annotations

from typing import Any

import pytest

from state.contracts.release import own_hosts
from state.contracts.telling import (
    links_are_allowed,
    quotes_stay_quoted,
    says_no_more_than_the_draft,
    sentences_name_their_source,
)
from state.contracts.tracing import own_sentences, source_line, trace
from state.links import tracked_url
from state.settings import Identity
from state.text import quotations, words
from tests.state.pieces import COURSE, IDENTITY, KIT, Chain, broken, fails, told, vary

FIRST = "I cross the same bridge most mornings, and I look up when I do."


def claimed(made: Chain, text: str, *sources: str, post: str = "mastodon-1") -> Any:
    """A post whose sentence names these sources, rightly or not."""
    sentences = [s.model_dump() | {"sources": sources} for s in trace(text, made.monetized)]
    return made.posting(post, text, sentences=sentences)


def test_a_list_that_isnt_the_text(made: Chain) -> None:
    """The sentences that a post lists are those that it says."""
    for sentences in ([], [{"text": "It pays to look.", "sources": ["s2"]}]):
        violation = broken(sentences_name_their_source, made.posting("mastodon-1", sentences=sentences), made.facts)
        assert told(violation) == fails("release.sentences", "post mastodon-1")


def test_a_line_that_poses_as_a_fence(made: Chain) -> None:
    """Only an offer's fence isn't prose: words behind a `:::` are words."""
    release = made.posting(
        "mastodon-1", f"{FIRST}\n\n::: Buy it now for nothing", sentences=[{"text": FIRST, "sources": ["s1"]}]
    )
    assert told(broken(sentences_name_their_source, release, made.facts)) == fails(
        "release.sentences", "post mastodon-1"
    )


@pytest.mark.parametrize("source", ["s99", "i2", "e1", "furniture", "decision", ""])
def test_a_sentence_from_nowhere(source: str, made: Chain) -> None:
    """A source that isn't there, furniture that is none, and a decision that nobody took are named."""
    violation = broken(sentences_name_their_source, claimed(made, FIRST, source), made.facts)
    assert told(violation) == fails("release.no-source", "post mastodon-1")
    assert FIRST in violation.message


def test_a_sentence_that_a_reviewer_wrote(made: Chain) -> None:
    """What the Release lists as decided is a reviewer's, word for word."""
    release = claimed(made, "Do look up.", "decision")
    assert len(sentences_name_their_source(release, made.facts)) == 1
    assert sentences_name_their_source(vary(release, decided=("Do look up.",)), made.facts) == ()
    assert len(sentences_name_their_source(vary(release, decided=("Do look.",)), made.facts)) == 1


@pytest.mark.parametrize("fields", [{"title": "What nobody tells you"}, {"summary": "It pays, and well."}])
def test_a_title_of_its_own(fields: dict[str, str], made: Chain) -> None:
    """Title and summary of an article are the draft's words."""
    violation = broken(sentences_name_their_source, made.posting("site", **fields), made.facts)
    assert told(violation) == fails("release.no-source", "post site")


@pytest.mark.parametrize(("post", "counter"), [("bluesky-1", "2/2"), ("bluesky-2", "46/50"), ("mastodon-1", "1/2")])
def test_a_counter_that_counts_wrong(post: str, counter: str, made: Chain) -> None:
    """A thread's counter is its post's place, so that no figure poses as one."""
    slots: dict[str, Any] = {"slots": [], "depends_on": []}
    violation = broken(sentences_name_their_source, made.posting(post, f"{FIRST}\n\n{counter}", **slots), made.facts)
    assert told(violation) == fails("release.counter", f"post {post}")


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("Twenty percent of one section was gone.", ("s7",)),
        ("It fell on 14 Aug 2018, and paint would have held for 25 years.", ("s5", "s11")),
        ("Ada Marsh tells it: “the inquiry ran to 1,000 pages”.", ("s4",)),
        ("“We look at every bearing twice a year”, they say.", ("s10",)),
        ("It costs 49 GBP.", ("i1",)),
        ("What a “stiff neck” costs.", ("s14",)),
    ],
)
def test_what_the_draft_says(text: str, sources: tuple[str, ...], made: Chain) -> None:
    """Numbers, names and quotations of the sentences that are named may be told in other words."""
    assert says_no_more_than_the_draft(claimed(made, text, *sources), made.facts) == ()


CLAIMS = {
    "another number": ("30 percent of one section was gone.", ("s7",), "30"),
    "a number in words": ("Half a million people cross it.", ("s1",), "500000"),
    "another sentence's number": ("20 percent of the people died.", ("s4",), "20, percent"),
    "another month": ("It fell on 14 July 2018.", ("s5",), "july"),
    "another name": ("They asked Jane Doe.", ("s9",), "Jane Doe"),
    "a quotation": ("“Nobody ever went to look”, they say.", ("s9",), "“Nobody ever went to look”"),
    "the author's words as somebody's": ("They say “nobody had held a gauge to it”.", ("s8",), "nobody had held"),
    "a cut quotation": ("“Forty-three people died, and the inquiry ran to 1,000 pages.”", ("s4",), "“Forty-three"),
    "a quotation in single marks": ("They say ‘nobody ever went to look’.", ("s9",), "nobody ever went"),
    "an open quotation": ("They say “nobody ever went to look.", ("s9",), "what the “ opens"),
    "a number on a reviewer's account": ("30 percent was gone.", ("decision",), "30"),
}


@pytest.mark.parametrize(("text", "sources", "what"), CLAIMS.values(), ids=CLAIMS)
def test_a_claim_that_the_draft_doesnt_make(text: str, sources: tuple[str, ...], what: str, made: Chain) -> None:
    """A number is in the sentences that are named, a name and a quotation in the draft."""
    violation = broken(says_no_more_than_the_draft, claimed(made, text, *sources), made.facts)
    assert told(violation) == fails("release.new-claim", "post mastodon-1")
    assert what in violation.message


ELSEWHERE = [
    "[here](https://evil.example)",
    "[here][1]\n\n[1]: https://evil.example",
    "[1]: //evil.example",
    "<https://evil.example/x>",
    "https://evil.example/x",
    "HTTPS://EVIL.EXAMPLE",
    "[here](//evil.example)",
    "[here](javascript:alert(1))",
    "[here](data:text/html,x)",
    "[here](#elsewhere)",
    "[here](#source-99)",
    "[here]({evil})",
    "![here](https://evil.example/pixel.png)",
    '<a href="https://evil.example">here</a>',
    "https://upkeep.example@evil.example",
    "https://upkeep.example.evil.example",
    "https://evil.example\\@upkeep.example",
    "https://[evil",
    "https://bridgerecord.example/genoa",
    tracked_url(KIT, "piece-1", "mastodon"),
]
BARE = [
    "www.evil.example",
    "evil.example/x",
    "evil.com",
    "me@evil.com",
    "@me@evil.social",
    "ｅｖｉｌ．com",
    "evil。com",
]


@pytest.mark.parametrize("post", ["site", "mastodon-1"])
@pytest.mark.parametrize("link", ELSEWHERE)
def test_a_link_that_leads_elsewhere(link: str, post: str, made: Chain) -> None:
    """Whatever its form, a link that isn't on the list is named."""
    found = links_are_allowed(made.posting(post, f"It pays to look:\n\n{link}"), made.facts)
    assert fails("release.link", f"post {post}") in {told(v) for v in found}
    assert {v.code for v in found} <= {"release.link", "release.markup"}


@pytest.mark.parametrize("link", BARE)
def test_a_domain_that_an_app_would_link(link: str, made: Chain) -> None:
    """A short post names no domain, since apps make links of them; a page doesn't."""
    violation = broken(links_are_allowed, made.posting("mastodon-1", f"It pays to look: {link} now"), made.facts)
    assert told(violation) == fails("release.link", "post mastodon-1")
    assert links_are_allowed(made.posting("site", f"It pays to look: {link} now"), made.facts) == ()


@pytest.mark.parametrize(
    "link",
    [
        "[here](https://bridgerecord.example/genoa_(viaduct))",
        "(https://bridgerecord.example/genoa_(viaduct)).",
        "[here]({canonical})",
        "{canonical}",
        "https://upkeep.example/archive",
        "https://archive.upkeep.example/",
        "spanjournal.example",
        "nora@upkeep.example",
        f"[it]({tracked_url(COURSE, 'piece-1', 'mastodon')})",
    ],
)
def test_a_link_that_may_stand(link: str, made: Chain) -> None:
    """Evidence, the placed offer, slots and the author's own hosts are on the list."""
    identity = vary(IDENTITY, domains=("Archive.Upkeep.example",))
    facts = made.knowing(settings=vary(made.facts.settings, identity=identity))
    assert links_are_allowed(made.posting("mastodon-1", f"It pays to look: {link}"), facts) == ()


@pytest.mark.parametrize(
    "text",
    [
        "![A bridge](https://upkeep.example/bridge.jpg)",
        '[here](https://upkeep.example "44 people died")',
        "Here [it is][1].\n\n[1]: https://upkeep.example",
    ],
)
def test_markup_that_says_more(text: str, made: Chain) -> None:
    """Images, tooltips and definitions hold what no check of sentences reads."""
    assert told(broken(links_are_allowed, made.posting("site", text), made.facts)) == fails(
        "release.markup", "post site"
    )


def test_an_identity_without_a_host() -> None:
    """No host is nobody's host: a link without one isn't the author's."""
    assert own_hosts(Identity(url="nowhere")) == frozenset()
    assert own_hosts(Identity(url="https://[broken")) == frozenset()


def test_a_source_that_calls_itself_a_link(made: Chain) -> None:
    """A page's own title can put no link and no tag into the list of sources."""
    evil = vary(made.draft.citations[0], title="x](https://evil.example) [y\n<b>", author="[z](//evil.example)")
    line = source_line(evil)
    assert line.startswith(
        "(z)(//evil.example), [x)(https://evil.example) (y (b)](https://bridgerecord.example/genoa_(viaduct)),"
    )
    assert "\n" not in line


def test_where_a_sentence_comes_from(made: Chain) -> None:
    """A whole sentence, a part of one, an insertion, the title, furniture, or nowhere."""
    text = (
        f"{FIRST}\n\nThe people who do this for a living say so\n\nTwelve of them\n\n{made.draft.title}\n\n1/2\n\n"
        f"{COURSE.name}\n\nRead it all: {{canonical}}\n\nSources"
    )
    assert [s.sources for s in trace(text, made.monetized)] == [
        ("s1",),
        ("s9",),
        ("decision",),
        ("title",),
        ("furniture",),
        ("i1",),
        ("furniture",),
        ("furniture",),
    ]
    assert trace("Twelve of them", made.monetized, stranger="title")[0].sources == ("title",)
    assert list(own_sentences(made.monetized))[-2:] == ["i1", "title"]


def _quoting(made: Chain) -> tuple[str, str]:
    """A sentence of the draft that quotes at least six words, and the words."""
    for text in own_sentences(made.monetized).values():
        for quoted in quotations(text):
            if len(words(quoted)) >= 6:
                return text, quoted
    raise AssertionError("the draft quotes nothing")


def test_a_quotation_keeps_its_marks(made: Chain) -> None:
    """Somebody's words that the draft quotes can't stand in a post as the author's own, whole or in part."""
    text, quoted = _quoting(made)
    assert quotes_stay_quoted(made.posting("mastodon-1", text), made.facts) == ()
    assert quotes_stay_quoted(made.release, made.facts) == ()
    violation = broken(quotes_stay_quoted, claimed(made, quoted, "s2"), made.facts)
    assert told(violation) == fails("release.unquoted", "post mastodon-1")
    assert "quotation marks" in violation.fix


def test_a_source_whose_title_has_two_sentences(made: Chain) -> None:
    """The list of sources holds titles as they are; half of such a title, said elsewhere, comes from nowhere."""
    first, *rest = made.monetized.citations
    titled = first.model_copy(update={"title": "Who let it fall? Pay nobody for the answer"})
    monetized = made.monetized.model_copy(update={"citations": (titled, *rest)})
    listed = trace(f"{FIRST}\n\n## Sources\n\n1. {source_line(titled)}", monetized)
    assert {s.sources for s in listed} == {("s1",), ("furniture",)}
    said = trace(f"{FIRST}\n\nPay nobody for the answer.", monetized)
    assert said[-1].sources == ("decision",)
