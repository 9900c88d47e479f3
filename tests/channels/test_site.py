from __future__ import annotations

import asyncio
import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import feedparser
import pytest

from channels import SiteChannel
from channels.feed import FEED_ENTRIES
from state.channels import Rejected, Strength, Unreachable
from tests.support.conformance import MakePost, Parse

WRITER = """
import asyncio, sys
from pathlib import Path
from channels import SiteChannel
from state.channels import OutgoingPost

site = SiteChannel(Path(sys.argv[1]), base_url="https://example.org", site_name="Upkeep", author="Noor")
posts = [OutgoingPost.model_validate_json(line) for line in sys.stdin]

async def main():
    for post in posts:
        await site.send(post)

asyncio.run(main())
"""

CRAMPED = """
import asyncio, os, resource, sys
from pathlib import Path
from channels import SiteChannel
from state.channels import OutgoingPost, Unreachable

site = SiteChannel(Path(sys.argv[1]), base_url="https://example.org", site_name="Upkeep", author="Noor")
first, second = [OutgoingPost.model_validate_json(line) for line in sys.stdin]

async def main():
    await site.send(first)
    if sys.argv[2] == "full":
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    else:
        site.folder.chmod(0o555)
        (site.folder / ".lock").chmod(0o444)
        if os.getuid() == 0:
            os.setuid(65534)
    try:
        await site.send(second)
    except Unreachable as error:
        print(error)

asyncio.run(main())
"""


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(script: str, *arguments: str, lines: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], input="\n".join(lines), text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_post_becomes_a_page_a_feed_and_an_index(site: SiteChannel, make_post: MakePost) -> None:
    """One send writes the page, its record, the feed and the index, and nothing is left over."""
    receipt = await site.send(make_post())
    assert set(snapshot(site.folder)) == {
        ".lock",
        "feed.xml",
        "index.html",
        "posts/article-1/index.html",
        "posts/article-1/post.json",
    }
    assert receipt.url == "https://example.org/blog/posts/article-1/"
    assert site.strength is Strength.NATIVE


async def test_a_replay_writes_identical_bytes(site: SiteChannel, make_post: MakePost) -> None:
    """After a replay every file holds what it held before."""
    for number in (1, 2, 3):
        await site.send(make_post(number))
    before = snapshot(site.folder)
    await site.send(make_post(2))
    assert snapshot(site.folder) == before


async def test_the_order_of_sends_does_not_show(tmp_path: Path, make_post: MakePost) -> None:
    """Index and feed come from the folder alone: the same posts in any order give the same bytes."""
    posts = [make_post(number) for number in (1, 2, 3)]
    folders: list[Path] = []
    for turn in (posts, posts[::-1]):
        folders.append(tmp_path / str(len(folders)))
        channel = SiteChannel(folders[-1], base_url="https://example.org", site_name="Upkeep", author="Noor")
        for post in turn:
            await channel.send(post)
    assert snapshot(folders[0]) == snapshot(folders[1])


async def test_index_and_feed_are_newest_first(site: SiteChannel, make_post: MakePost, parse: Parse) -> None:
    """The newest post stands first in the index and in the feed, whenever it was sent."""
    for number in (2, 3, 1):
        await site.send(make_post(number))
    index = parse((site.folder / "index.html").read_bytes())
    assert index.xpath("//main//h2/a/text()") == ["Article 1", "Article 2", "Article 3"]
    feed = feedparser.parse((site.folder / "feed.xml").read_bytes())
    assert [entry.title for entry in feed.entries] == ["Article 1", "Article 2", "Article 3"]


async def test_links_within_the_site_lead_to_files(site: SiteChannel, make_post: MakePost, parse: Parse) -> None:
    """Each link within the site leads to a file of the site, from a page and from the index."""
    await site.send(make_post(1))
    await site.send(make_post(2, slug="رف-مفتوح"))
    pages = [site.folder / "index.html", *site.folder.glob("posts/*/index.html")]
    assert len(pages) == 3
    for page in pages:
        links = parse(page.read_bytes()).xpath("//a/@href | //link[@rel='alternate']/@href")
        local = [link for link in links if not link.startswith(("#", "https:"))]
        assert len(local) >= 3
        assert all((page.parent / unquote(link)).is_file() for link in local)


async def test_the_same_key_with_other_words_replaces_the_post(site: SiteChannel, make_post: MakePost) -> None:
    """An amendment takes the place of the post: one page, one entry, the new words."""
    old, new = make_post(text="Old words."), make_post(text="New words.", title="A new title")
    await site.send(old)
    receipt = await site.send(new)
    assert await site.find(old) is None
    assert await site.find(new) == receipt
    feed = feedparser.parse((site.folder / "feed.xml").read_bytes())
    assert [entry.title for entry in feed.entries] == ["A new title"]
    assert "New words." in (site.folder / "posts/article-1/index.html").read_text()


async def test_a_taken_slug_is_refused_by_both_names(site: SiteChannel, make_post: MakePost) -> None:
    """A slug that belongs to another key is refused, naming both, and the first post stays as it was."""
    await site.send(make_post(1))
    before = snapshot(site.folder)
    with pytest.raises(Rejected, match=r"of 0{31}2 belongs to 0{31}1 already") as caught:
        await site.send(make_post(2, slug="article-1"))
    assert caught.value.fix
    assert snapshot(site.folder) == before
    assert await site.find(make_post(2, slug="article-1")) is None


async def test_a_second_address_for_one_key_is_refused(site: SiteChannel, make_post: MakePost) -> None:
    """A published post can't be sent to another slug, which would make a second copy of it."""
    await site.send(make_post(1))
    with pytest.raises(Rejected, match="posts/article-1/ and can't be sent to posts/elsewhere/"):
        await site.send(make_post(1, slug="elsewhere"))
    assert not (site.folder / "posts/elsewhere").exists()


@pytest.mark.parametrize(
    "slug",
    [
        "../x",
        "..",
        ".",
        "a/b",
        "/etc",
        "a\\b",
        "a.html",
        "-a",
        "A",
        "a b",
        "a\n",
        "a%2e",
        "a\x00",
        "é" * 101,
        "e\u0301",
    ],
)
async def test_a_slug_with_tricks_is_refused(site: SiteChannel, make_post: MakePost, slug: str) -> None:
    """A slug that isn't one plain folder name is refused before anything is written."""
    with pytest.raises(Rejected, match="can't be a page's address"):
        await site.send(make_post(slug=slug))
    assert not site.folder.exists()
    assert await site.find(make_post(slug=slug)) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"slug": None}, "has no slug"),
        ({"title": None}, "has no title"),
        ({"published_at": "2025-11-22T12:00:00"}, "has no zone"),
        ({"text": "Bell\x07"}, "text .* U\\+0007 at character 5"),
        ({"title": "\x00"}, "title .* U\\+0000 at character 1"),
        ({"summary": "\ufffe"}, "summary .* U\\+FFFE at character 1"),
    ],
)
async def test_what_can_never_be_published_is_refused(
    site: SiteChannel, make_post: MakePost, fields: dict[str, None] | dict[str, str], words: str
) -> None:
    """A post that a page or a feed can't hold is refused for good, saying what is wrong with it."""
    with pytest.raises(Rejected, match=words):
        await site.send(make_post(**fields))
    assert await site.find(make_post(**fields)) is None


async def test_a_file_in_the_way_is_unreachable(site: SiteChannel, make_post: MakePost) -> None:
    """A file where the site folder belongs is reported with what to do, and finding says the same."""
    site.folder.write_text("not a folder")
    with pytest.raises(Unreachable, match="move it, or choose another folder"):
        await site.send(make_post())
    with pytest.raises(Unreachable, match="move it, or choose another folder"):
        await site.find(make_post())


@pytest.mark.parametrize(
    ("trouble", "words"), [("full", "Raise the limit on the size of files"), ("read-only", "Let the account that runs")]
)
def test_a_folder_that_takes_no_bytes_is_unreachable(
    tmp_path: Path, make_post: MakePost, trouble: str, words: str
) -> None:
    """When the disk or the permissions give out, the send says what to do and what was published stays whole."""
    folder = tmp_path / "site"
    lines = [make_post(number).model_dump_json() for number in (1, 2)]
    message = run(CRAMPED, str(folder), trouble, lines=lines)
    assert words in message
    assert str(folder) in message
    folder.chmod(0o755)
    files = {name for name in snapshot(folder) if not name.endswith(".tmp")}
    assert files == {".lock", "feed.xml", "index.html", "posts/article-1/index.html", "posts/article-1/post.json"}
    assert len(feedparser.parse((folder / "feed.xml").read_bytes()).entries) == 1


async def test_a_damaged_record_stops_the_send(site: SiteChannel, make_post: MakePost) -> None:
    """A record that can't be read is named, instead of its post falling out of the index."""
    await site.send(make_post(1))
    record = site.folder / "posts/article-1/post.json"
    record.write_text(record.read_text()[:40])
    with pytest.raises(Unreachable, match=r"article-1/post\.json isn't a record"):
        await site.send(make_post(2))
    assert not (site.folder / "posts/article-2").exists()


async def test_another_site_is_not_written_over(site: SiteChannel, make_post: MakePost) -> None:
    """A folder that holds somebody's own site or page is left alone."""
    (site.folder / "posts/article-1").mkdir(parents=True)
    page = site.folder / "posts/article-1/index.html"
    page.write_text("mine")
    with pytest.raises(Rejected, match=r"article-1/index\.html is there already"):
        await site.send(make_post(1))
    (site.folder / "index.html").write_text("my home page")
    with pytest.raises(Unreachable, match="Choose an empty folder"):
        await site.send(make_post(2))
    assert page.read_text() == "mine"


async def test_the_next_send_finishes_what_a_killed_one_began(site: SiteChannel, make_post: MakePost) -> None:
    """A post whose record alone was written is on its page, in the feed and in the index after any other send."""
    await site.send(make_post(1))
    (site.folder / "posts/article-1/index.html").unlink()
    assert await site.find(make_post(1)) is None
    await site.send(make_post(2))
    assert await site.find(make_post(1)) is not None


async def test_a_post_missing_from_the_index_is_not_found(site: SiteChannel, make_post: MakePost) -> None:
    """Found means that readers can find it too: the index has to list these very bytes."""
    await site.send(make_post(1))
    (site.folder / "index.html").unlink()
    assert await site.find(make_post(1)) is None


async def test_sends_at_once_in_one_process_all_arrive(site: SiteChannel, make_post: MakePost) -> None:
    """Twelve sends at the same time, each of them twice, make twelve posts."""
    posts = [make_post(number) for number in range(1, 13)]
    await asyncio.gather(*(site.send(post) for post in posts * 2))
    assert len(feedparser.parse((site.folder / "feed.xml").read_bytes()).entries) == 12
    assert all([await site.find(post) for post in posts])


@pytest.mark.long
async def test_sends_by_several_processes_all_arrive(site: SiteChannel, make_post: MakePost) -> None:
    """Four processes that send different posts to one folder lose none of them."""
    batches = [[make_post(10 * writer + number) for number in range(5)] for writer in range(4)]
    lines = [[post.model_dump_json() for post in batch] for batch in batches]
    await asyncio.gather(*(asyncio.to_thread(run, WRITER, str(site.folder), lines=batch) for batch in lines))
    assert len(list(site.folder.glob("posts/*/post.json"))) == 20
    feed = feedparser.parse((site.folder / "feed.xml").read_bytes())
    assert not feed.bozo
    assert {entry.title for entry in feed.entries} == {post.title for batch in batches for post in batch}


async def test_a_lock_that_stays_taken_is_unreachable(tmp_path: Path, make_post: MakePost) -> None:
    """A send gives up when another process keeps the folder, and says so; it goes through once that has ended."""
    folder = tmp_path / "site"
    folder.mkdir()
    channel = SiteChannel(folder, base_url="https://example.org", site_name="Upkeep", author="Noor", patience=0.05)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(Unreachable, match=r"another process holds .*\.lock"):
        await channel.send(make_post())
    os.close(handle)
    assert await channel.send(make_post())


async def test_the_record_is_the_post(site: SiteChannel, make_post: MakePost) -> None:
    """`post.json` holds every field of the post, readable by other programs."""
    post = make_post(summary="Zusammenfassung — ü")
    await site.send(post)
    text = (site.folder / "posts/article-1/post.json").read_text()
    assert "ü" in text
    assert json.loads(text) == {"version": "site-post/1", "post": post.model_dump(mode="json")}


async def test_the_feed_carries_the_newest_and_the_index_all(site: SiteChannel, make_post: MakePost) -> None:
    """Past its bound the feed drops the oldest entries; the index lists every post."""
    for number in range(FEED_ENTRIES + 2, 0, -1):
        await site.send(make_post(number))
    feed = feedparser.parse((site.folder / "feed.xml").read_bytes())
    assert len(feed.entries) == FEED_ENTRIES
    assert feed.entries[0].title == "Article 1"
    assert (site.folder / "index.html").read_text().count("data-digest=") == FEED_ENTRIES + 2
