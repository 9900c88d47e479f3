"""Ten channels through the compiled graph: what DISTRIBUTION makes of them, and what a person may do to each alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from state.channels import RULES, measure
from state.contracts import Release
from state.contracts.fitting import filled
from state.contracts.release import Post, home_of
from tests.graph.rig import Flow, OpenFlow, changed

pytestmark = pytest.mark.long

ARTICLES = tuple(name for name, rules in RULES.items() if rules.article)
TABLES = {
    "git": 'remote = "git@git.example:nora/upkeep.git"',
    "wordpress": 'url = "https://blog.upkeep.example"\nuser = "nora"',
    "ghost": 'url = "https://ghost.upkeep.example"',
    "email": 'host = "smtp.upkeep.example"\nport = 587',
    "devto": "",
    "bluesky": 'handle = "upkeep.example"',
    "mastodon": 'server = "https://mastodon.example"',
    "linkedin": 'author = "urn:li:person:abc123"',
    "x": 'price = "0.01"',
}


@pytest.fixture
def ten_channels(workspace: Path) -> Path:
    changed(workspace, **{f"channels__{name}": lines for name, lines in TABLES.items()})
    return workspace


async def released(piece: Flow) -> Release:
    release = (await piece.state())["release"]
    assert release is not None
    return release


def one(release: Release, name: str) -> Post:
    return next(p for p in release.posts if p.id == name)


async def test_a_piece_for_ten_channels(ten_channels: Path, flow: OpenFlow) -> None:
    """At its first try each channel gets posts of its own that pass every check, and the review shows a text for each."""
    piece = await flow().to("review_release")
    release = await released(piece)
    assert [h.attempt for h in await piece.handoffs() if h.contract == "Release"] == [1]
    assert await piece.codes() == []
    assert list(await piece.args()) == [*RULES, "decision"]
    for post in release.posts:
        limit = RULES[post.channel].limit
        assert limit is None or measure(filled(post), RULES[post.channel]) <= limit
    assert [p.id for p in release.posts if home_of(p, release.posts) is None] == ["site"]


async def test_the_next_article_is_the_home(ten_channels: Path, flow: OpenFlow) -> None:
    """Without the site the git site is the article's home: it goes first, the rest name it, and the links lead there."""
    piece = await flow().to("review_release")
    before = await released(piece)
    await piece.edit(site="")
    release = await released(piece)
    assert release.dropped == ("site",)
    assert (release.posts[0].id, release.posts[0].depends_on) == ("git", ())
    assert {home_of(p, release.posts) for p in release.posts[1:]} == {release.posts[0]}
    assert [p.text for p in release.posts] == [p.text for p in before.posts if p.id != "site"]
    assert {row.post_id for row in await piece.posts()} == {p.id for p in before.posts} - {"site"}


async def test_a_letter_inherits_nothing(ten_channels: Path, flow: OpenFlow) -> None:
    """With every page dropped, what links to one is named: nobody can read a letter online."""
    piece = await flow().to("review_release")
    args = await piece.args()
    pages = {name: "" for name in ARTICLES if name != "email"}
    await piece.edit(**pages)
    assert set(await piece.codes()) == {"release.slot"}
    wheres = {v.where for v in (await piece.shown()).violations}
    assert wheres == {"post email", "post bluesky-4", "post mastodon-2", "post linkedin-1", "post x-4"}
    unlinked = {
        name: args[name].replace("Read it all: {canonical}\n\n", "").replace("\n\nRead it all: {canonical}", "")
        for name in ("bluesky", "mastodon", "linkedin", "x")
    }
    letter = args["email"].replace("[Read it online]({canonical})\n\n", "")
    await piece.edit(**pages, **unlinked, email=letter)
    release = await released(piece)
    assert not [p.id for p in release.posts if p.slots]
    assert {p.channel for p in release.posts} == {"email", *unlinked}


@pytest.mark.parametrize("channel", ["wordpress", "linkedin", "x"])
async def test_a_copy_is_dropped_alone(channel: str, ten_channels: Path, flow: OpenFlow) -> None:
    """Dropping one that nobody waits for changes not a byte of the others."""
    piece = await flow().to("review_release")
    before = await released(piece)
    await piece.edit(**{channel: ""})
    release = await released(piece)
    assert release.posts == tuple(p for p in before.posts if p.channel != channel)


async def test_a_thread_that_shrinks(ten_channels: Path, flow: OpenFlow) -> None:
    """Taking a post out of a thread puts the counters of the others right."""
    piece = await flow().to("review_release")
    parts = (await piece.args())["bluesky"].split("\n\n-----\n\n")
    assert len(parts) == 4
    await piece.edit(bluesky="\n\n-----\n\n".join([parts[0], parts[3]]))
    release = await released(piece)
    texts = [p.text for p in release.posts if p.channel == "bluesky"]
    assert [t.rpartition("\n\n")[2] for t in texts] == ["1/2", "2/2"]
    assert one(release, "bluesky-2").slots


async def test_an_edit_past_the_limit(ten_channels: Path, flow: OpenFlow) -> None:
    """A post that was edited past what its channel takes is shown again with what to cut."""
    piece = await flow().to("review_release")
    text = (await piece.args())["linkedin"]
    await piece.edit(linkedin="It pays to look. " * 200 + "\n\n" + text)
    (violation,) = (v for v in (await piece.shown()).violations if v.code == "release.too-long")
    assert (violation.where, violation.fix[:4]) == ("post linkedin-1", "Cut ")
