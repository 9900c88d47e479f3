"""Articles: the first channel with an address is the home, and every other says so in its own way."""

from __future__ import annotations

import pytest

from agents.distribution.article import title_within
from state.channels import RULES
from state.contracts.release import home_of
from state.links import tracked_url
from tests.agents.distribution.making import Releases, found_in
from tests.state.pieces import COURSE, Chain, vary

ARTICLES = tuple(name for name, rules in RULES.items() if rules.article)


@pytest.mark.parametrize("home", [name for name in ARTICLES if name != "email"])
async def test_the_first_with_an_address_is_the_home(home: str, released: Releases, made: Chain) -> None:
    """The workspace's order decides: the others wait for the home, and short posts lead there."""
    others = [name for name in RULES if name != home]
    release = await released("email", home, *(name for name in others if name != "email"))
    posts = {p.id: p for p in release.posts}
    assert release.posts[0].id == home
    assert posts[home].depends_on == ()
    assert {p.depends_on for p in release.posts if p.id != home} == {(home,)}
    assert {home_of(p, release.posts) for p in release.posts if p.id != home} == {posts[home]}
    assert found_in(release, made.facts) == []


async def test_a_letter_alone_has_no_home(released: Releases, made: Chain) -> None:
    """Nothing leads to a letter: without a page, it offers none to read, and short posts link to none."""
    release = await released("email", "bluesky", "linkedin")
    assert not any(p.slots or p.depends_on for p in release.posts)
    assert "Read it online" not in release.posts[0].text
    assert found_in(release, made.facts) == []


async def test_a_letter_leads_to_the_page(released: Releases) -> None:
    """A letter says where to read it online, above its sources, and its subject is the title."""
    letter = next(p for p in (await released("site", "email")).posts if p.id == "email")
    assert "\n\n[Read it online]({canonical})\n\n## Sources\n\n" in letter.text
    assert letter.title == "What a bridge says before it falls"
    assert [(s.name, s.reserve > len("https://upkeep.example/")) for s in letter.slots] == [("canonical", True)]


@pytest.mark.parametrize("channel", ARTICLES)
async def test_each_article_has_its_own_tracked_link(channel: str, released: Releases) -> None:
    """The offer's link says on which channel it was followed."""
    article = next(p for p in (await released(*ARTICLES)).posts if p.id == channel)
    assert f"[{COURSE.name}]({tracked_url(COURSE, 'piece-1', channel)} " in article.text
    assert article.text.count("utm_source=") == 1


@pytest.mark.parametrize(
    ("title", "limit", "fits"),
    [
        ("Short", 128, "Short"),
        ("What a bridge says before it falls", None, "What a bridge says before it falls"),
        ("What a bridge says: before it falls, and after", 40, "What a bridge says: before it falls"),
        ("What a bridge says? Nobody asked it", 22, "What a bridge says?"),
        ("What a bridge says before it falls", 21, "What a bridge says"),
        ("One: what a bridge says before it falls", 30, "One: what a bridge says before"),
        ("x" * 40, 30, "x" * 30),
        ("👩‍🚀" * 20, 10, "👩‍🚀" * 3),
        ("क्ष" * 20, 10, "क्ष" * 3),
    ],
)
def test_a_title_within_a_limit(title: str, limit: int | None, fits: str) -> None:
    """A long title keeps whole parts, or whole words."""
    assert title_within(title, limit) == fits


async def test_a_long_title_where_it_is_taken(released: Releases, made: Chain) -> None:
    """The site has the title whole; dev.to and the letter have as much of it as they take, in the draft's words."""
    title = "What a bridge says before it falls: " + ", ".join(["and what nobody hears"] * 10)
    monetized = vary(made.monetized, title=title)
    release = await released("site", "devto", "email", monetized=monetized)
    titles = {p.id: p.title or "" for p in release.posts}
    assert titles["site"] == title
    assert 64 <= len(titles["devto"]) <= 128
    assert 100 <= len(titles["email"]) <= 200
    facts = made.knowing(monetized=monetized)
    assert found_in(vary(release, parent=release.parent), facts) == []
