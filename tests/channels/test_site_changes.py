"""What is published on the site is changed and taken down, and carries its images."""

from __future__ import annotations

from pathlib import Path

import feedparser
import pytest

from channels import SiteChannel
from state.channels import Deleting, Editing, Gone, OutgoingImage, Rejected
from tests.channels.test_site import snapshot
from tests.support.conformance import MakePost, Parse

LAMP = OutgoingImage(path="media/Lamp.PNG", alt='The lamp, "lit" & <warm>')
SHELF = OutgoingImage(path="media/2026/shelf.jpg", alt="A shelf")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "media/2026").mkdir(parents=True)
    (tmp_path / LAMP.path).write_bytes(b"lamp")
    (tmp_path / SHELF.path).write_bytes(b"shelf")
    return tmp_path


@pytest.fixture
def site(workspace: Path) -> SiteChannel:
    return SiteChannel(
        workspace / "site", base_url="https://example.org", site_name="Upkeep", author="Noor", workspace=workspace
    )


def posts_in(site: SiteChannel) -> set[str]:
    return {path.name for path in (site.folder / "posts").iterdir()}


def test_the_site_can_edit_and_delete(site: SiteChannel) -> None:
    """The drainer finds both by asking for the capability."""
    assert isinstance(site, Editing) and isinstance(site, Deleting)


async def test_an_edit_keeps_address_and_date(site: SiteChannel, make_post: MakePost) -> None:
    """New words under a new title stay where readers have the post, with the date they have, and are found there."""
    receipt = await site.send(make_post())
    new = make_post(text="New words.", title="Another title", slug="another-title", published_at="2026-02-01T10:00Z")
    edited = await site.edit(new, receipt.remote_id)
    assert (edited.url, edited.remote_id) == (receipt.url, receipt.remote_id)
    assert await site.find(new) == edited
    assert posts_in(site) == {"article-1"}
    (entry,) = feedparser.parse((site.folder / "feed.xml").read_bytes()).entries
    assert (entry.title, entry.published[:10]) == ("Another title", "2025-11-22")


async def test_what_is_gone_cannot_be_edited(site: SiteChannel, make_post: MakePost) -> None:
    """An edit of a post that isn't there says so and makes none; nor does it touch the post of another key."""
    with pytest.raises(Gone):
        await site.edit(make_post(), "article-1")
    await site.send(make_post(2))
    with pytest.raises(Rejected, match="belongs to"):
        await site.edit(make_post(1), "article-2")
    assert posts_in(site) == {"article-2"}


async def test_the_last_post_can_be_taken_down(site: SiteChannel, make_post: MakePost, parse: Parse) -> None:
    """The page is gone, the index says nothing of it, and the empty feed is still a feed."""
    receipt = await site.send(make_post())
    await site.delete(receipt.remote_id)
    assert set(snapshot(site.folder)) == {".lock", "feed.xml", "index.html"}
    assert "Article 1" not in (site.folder / "index.html").read_text()
    parse((site.folder / "index.html").read_bytes())
    feed = feedparser.parse((site.folder / "feed.xml").read_bytes())
    assert not feed.bozo and feed.entries == []


async def test_a_delete_that_was_killed_is_finished_by_the_next(site: SiteChannel, make_post: MakePost) -> None:
    """With the folder moved away and the lists not yet made, the same delete again leaves nothing of the post."""
    for number in (1, 2):
        await site.send(make_post(number))
    (site.folder / "posts/article-1").rename(site.folder / ".gone")
    await site.delete("article-1")
    assert not (site.folder / ".gone").exists()
    assert "Article 1" not in (site.folder / "feed.xml").read_text()
    assert await site.find(make_post(2)) is not None


@pytest.mark.parametrize("name", ["..", "../posts", "", "a/b", "/etc", ".gone"])
async def test_only_a_posts_folder_can_be_deleted(site: SiteChannel, make_post: MakePost, name: str) -> None:
    """A name that leads elsewhere is refused, and everything stays."""
    await site.send(make_post())
    before = snapshot(site.folder)
    with pytest.raises(Rejected):
        await site.delete(name)
    assert snapshot(site.folder) == before


async def test_images_stand_on_the_page_with_their_descriptions(
    site: SiteChannel, make_post: MakePost, parse: Parse
) -> None:
    """Each image lies beside its page and says what it shows; the first leads, the others follow the text."""
    await site.send(make_post(images=(LAMP, SHELF)))
    folder = site.folder / "posts/article-1"
    images = parse((folder / "index.html").read_bytes()).xpath("//article//img")
    assert [(image.get("src"), image.get("alt")) for image in images] == [
        ("image-1.png", LAMP.alt),
        ("image-2.jpg", SHELF.alt),
    ]
    assert [(folder / image.get("src")).read_bytes() for image in images] == [b"lamp", b"shelf"]
    page = (folder / "index.html").read_text()
    assert page.index("image-1.png") < page.index("The first paragraph") < page.index("image-2.jpg")


async def test_an_edit_leaves_no_image_behind(site: SiteChannel, make_post: MakePost) -> None:
    """Images that the new words don't carry are gone; a post without its images isn't found."""
    receipt = await site.send(make_post(images=(LAMP, SHELF)))
    new = make_post(images=(SHELF,))
    await site.edit(new, receipt.remote_id)
    folder = site.folder / "posts/article-1"
    assert {path.name for path in folder.iterdir()} == {"index.html", "post.json", "image-1.jpg"}
    assert await site.find(new) is not None
    (folder / "image-1.jpg").unlink()
    assert await site.find(new) is None


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("media/nowhere.png", "media/nowhere.png can't be read: No such file"),
        ("media/lamp.exe", "no image that a page can show"),
        ("../secret.png", "inside the workspace"),
        ("media/link.png", "inside the workspace"),
    ],
)
async def test_a_missing_image_is_refused_before_anything_is_written(
    site: SiteChannel, workspace: Path, make_post: MakePost, path: str, words: str
) -> None:
    """An image that isn't there, is none, or lies elsewhere is named, and the site stays as it was."""
    (workspace / "media/link.png").symlink_to("/etc/hostname")
    with pytest.raises(Rejected, match=words):
        await site.send(make_post(images=(LAMP, OutgoingImage(path=path, alt="?"))))
    assert not site.folder.exists()


async def test_a_page_names_the_articles_home(site: SiteChannel, make_post: MakePost, parse: Parse) -> None:
    """A post with a home elsewhere says where, for search engines and for those who share it."""
    home = "https://journal.example/lamp?a=1&b=2"
    await site.send(make_post(canonical=home))
    page = parse((site.folder / "posts/article-1/index.html").read_bytes())
    assert page.xpath("//link[@rel='canonical']/@href") == [home]
    assert page.xpath("//meta[@property='og:url']/@content") == [home]
