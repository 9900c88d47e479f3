"""What blogs keep beside what every channel keeps: an article as its readers see it, and one copy whatever breaks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol
from urllib.parse import urljoin

import httpx
import lxml.html
import pytest
from PIL import Image

from state.channels import (
    Channel,
    Deleting,
    Editing,
    Gone,
    Kind,
    Listening,
    OutcomeUnknown,
    OutgoingImage,
    OutgoingPost,
    Receipt,
    Rejected,
    Unreachable,
)
from state.typography import fold
from tests.support.breaking import Where, line_to
from tests.support.conformance import Conformance, post_for

TEXT = """Libraries of things lend *drills*.[[1]](#source-1)

> A drill runs for thirteen minutes in its life.

::: offer
Advertisement: I earn a commission. [The saw](https://shop.example/saw?a=1&b=2 "sponsored")
:::

See [the report](https://example.org/report),
which goes on.

## Sources

1. Ada, [A page](https://example.org/a), 3 May 2025
"""
HOSTILE = "<script>alert(1)</script> [gallery] <!-- wp:latest-posts /--> <!--nextpage--> &lt;b&gt; & {{title}}"


class Blog(Protocol):
    """A blog's channel, and eyes on what its readers see."""

    @property
    def channel(self) -> Channel: ...
    @property
    def url(self) -> str: ...
    @property
    def live(self) -> str:
        """The status of a post that readers see."""
        ...

    async def count(self) -> int: ...
    async def text_of(self, receipt: Receipt) -> str: ...
    def page(self, receipt: Receipt) -> lxml.html.HtmlElement: ...
    def body(self, receipt: Receipt) -> lxml.html.HtmlElement: ...
    def copies(self, title: str) -> dict[str, int]: ...
    def pictures(self) -> int: ...
    def comment(self, receipt: Receipt, text: str) -> None: ...
    def opened(self, url: str) -> Channel: ...


def article(far_side: Blog, number: int = 1, **fields: object) -> OutgoingPost:
    return post_for(far_side.channel.name, number, **({"text": TEXT} | fields))


@pytest.fixture
def lamp(tmp_path: Path) -> OutgoingImage:
    (tmp_path / "media").mkdir()
    Image.new("RGB", (640, 400), "teal").save(tmp_path / "media/Lamp 1.png")
    return OutgoingImage(path="media/Lamp 1.png", alt="A lamp, switched on")


class Articles(Conformance):
    async def test_an_article_reads_as_it_was_written(self, far_side: Blog) -> None:
        """Its title, its words, its links; its references lead to their sources; the disclosure stands before the paid link."""
        receipt = await far_side.channel.send(article(far_side))
        page, body = far_side.page(receipt), far_side.body(receipt)
        assert "Article 1" in [title.text_content().strip() for title in page.xpath("//h1")]
        assert body.xpath(".//em/text()") == ["drills"]
        assert "A drill runs for thirteen minutes" in body.xpath(".//blockquote")[0].text_content()
        # Ghost adds ref=SITE to links that lead elsewhere, unless its owner switches that off.
        assert body.xpath(".//a[starts-with(@href, 'https://example.org/report')]/@rel") == ["noopener"]
        assert not body.xpath(".//br")
        reference = body.xpath(".//a[@class='ref']/@href")[0]
        assert page.get_element_by_id(reference.partition("#")[2]).text_content() == "Ada, A page, 3 May 2025"
        offer = body.xpath(".//aside")[0]
        assert offer.text_content().strip() == "Advertisement: I earn a commission. The saw"
        paid = offer.xpath(".//a")[0]
        assert paid.get("href").startswith("https://shop.example/saw?a=1&b=2")
        assert {"sponsored", "nofollow"} <= set(paid.get("rel").split())

    async def test_what_is_hostile_is_words(self, far_side: Blog) -> None:
        """Scripts, shortcodes, comments of an editor and entities in the title, the summary and the text are read, and do nothing."""
        post = article(far_side, title=HOSTILE, summary=HOSTILE, text=f"{HOSTILE}\n\n    [gallery]\n")
        receipt = await far_side.channel.send(post)
        page, body = far_side.page(receipt), far_side.body(receipt)
        assert not page.xpath("//script[normalize-space(.)='alert(1)']")
        said = body.text_content().replace("\N{EN DASH}", "--")  # as WordPress sets it
        for part in (
            "<script>alert(1)</script>",
            "[gallery]",
            "<!-- wp:latest-posts /-->",
            "<!--nextpage-->",
            "{{title}}",
        ):
            assert part in said
        assert body.xpath(".//pre/code/text()") == ["[gallery]\n"]
        assert any("<script>alert(1)</script> [gallery]" in heading.text_content() for heading in page.xpath("//h1"))
        assert await far_side.channel.find(post) is not None

    async def test_the_image_is_shown_once(self, far_side: Blog, lamp: OutgoingImage) -> None:
        """The image stands above the article with its description; sent again, it isn't uploaded again."""
        post = article(far_side, images=(lamp,))
        before = far_side.pictures()
        for _ in range(2):
            receipt = await far_side.channel.send(post)
        shown = far_side.page(receipt).xpath("//img[@alt='A lamp, switched on']/@src")
        assert shown
        assert httpx.get(urljoin(receipt.url or "", shown[0]), timeout=60).headers["content-type"] == "image/png"
        assert far_side.pictures() == before + 1
        assert await far_side.count() == 1

    async def test_an_image_that_is_taken_off_is_gone(self, far_side: Blog, lamp: OutgoingImage) -> None:
        """A correction without the image leaves none above the article."""
        post = article(far_side, images=(lamp,))
        receipt = await far_side.channel.send(post)
        assert isinstance(far_side.channel, Editing)
        after = await far_side.channel.edit(post.model_copy(update={"images": ()}), receipt.remote_id)
        assert not far_side.page(after).xpath("//img[@alt='A lamp, switched on']")
        assert await far_side.channel.find(post) is not None

    async def test_a_correction_keeps_its_address(self, far_side: Blog) -> None:
        """Whatever title and slug a correction has, it stands where the links that are out lead to."""
        post = article(far_side)
        receipt = await far_side.channel.send(post)
        assert isinstance(far_side.channel, Editing)
        renamed = post.model_copy(update={"title": "Another title", "slug": "another-address"})
        assert await far_side.channel.edit(renamed, receipt.remote_id) == receipt
        assert "Another title" in [title.text_content().strip() for title in far_side.page(receipt).xpath("//h1")]

    async def test_a_missing_image_leaves_nothing(self, far_side: Blog) -> None:
        """An image that isn't there is refused before the first call: no draft stays behind."""
        post = article(far_side, images=(OutgoingImage(path="media/none.png", alt="None"),))
        with pytest.raises(Rejected, match=r"media/none\.png"):
            await far_side.channel.send(post)
        assert far_side.copies("Article 1") == {}

    @pytest.mark.parametrize("where", ["before", "after"])
    async def test_whichever_call_breaks_there_is_one_copy(
        self, far_side: Blog, lamp: OutgoingImage, where: Where
    ) -> None:
        """A send that breaks off at any of its calls is completed by the next one: one post, one upload, no draft left."""
        async with line_to(far_side.url) as line:
            channel = far_side.opened(line.url)
            await channel.send(article(far_side, images=(lamp,)))
            calls, before = len(line.calls), far_side.pictures()
            for number in range(1, calls + 1):
                post = post_for(channel.name, number + 1, text=TEXT, images=(lamp,))
                line.break_at(number, where)
                with pytest.raises((Unreachable, OutcomeUnknown)):
                    await channel.send(post)
                line.break_at(0, where)
                if await channel.find(post) is None:
                    await channel.send(post)
                assert far_side.copies(f"Article {number + 1}") == {far_side.live: 1}, line.calls
                assert await channel.find(post) is not None
            await channel.aclose()
        assert calls > 3
        assert far_side.pictures() <= before + calls + 1

    async def test_a_slower_process_gives_way(self, far_side: Blog) -> None:
        """One who has looked before another one published, and goes on after it, leaves one post and no draft."""
        async with line_to(far_side.url) as line:
            slow, post = far_side.opened(line.url), article(far_side)
            line.hold_at(2)
            behind = asyncio.create_task(slow.send(post))
            await line.held.wait()
            first = await far_side.channel.send(post)
            line.go.set()
            assert await behind == first
            await slow.aclose()
        assert far_side.copies("Article 1") == {far_side.live: 1}

    async def test_what_somebody_took_away_is_gone(self, far_side: Blog) -> None:
        """A post that isn't there any more can't be edited or listened to, and editing doesn't bring it back."""
        channel = far_side.channel
        assert isinstance(channel, Editing) and isinstance(channel, Deleting) and isinstance(channel, Listening)
        receipt = await channel.send(article(far_side))
        await channel.delete(receipt.remote_id)
        assert httpx.get(receipt.url or "", timeout=60).status_code == 404
        with pytest.raises(Gone):
            await channel.edit(article(far_side, text="New."), receipt.remote_id)
        with pytest.raises(Gone):
            await channel.engagement(receipt.remote_id)
        assert await far_side.count() == 0

    async def test_a_comment_is_read_and_answered_once(self, far_side: Blog) -> None:
        """Another person's comment is heard; its answer stands below it, however often it is sent, until it is taken down."""
        channel = far_side.channel
        assert isinstance(channel, Deleting) and isinstance(channel, Listening)
        receipt = await channel.send(article(far_side))
        assert (await channel.engagement(receipt.remote_id)).responses == ()
        far_side.comment(receipt, "Does it <b>work</b> & last?")
        (heard,) = (await channel.engagement(receipt.remote_id)).responses
        assert (heard.kind, heard.author, heard.to, heard.ours) == (Kind.REPLY, "Mina", receipt.remote_id, False)
        assert "& last?" in heard.text
        reply = post_for(
            channel.name,
            2,
            text='It does: "ten years" & more.\n\nSee <b>.',
            title=None,
            slug=None,
            reply_to=heard.remote_id,
        )
        assert await channel.find(reply) is None
        answers = [await channel.send(reply) for _ in range(2)]
        assert answers[0] == answers[1] == await channel.find(reply)
        met = await channel.engagement(receipt.remote_id)
        assert met.counts == {Kind.REPLY: 2}
        ours = met.responses[1]
        assert (ours.remote_id, ours.to, ours.ours) == (answers[0].remote_id, heard.remote_id, True)
        assert fold(ours.text) == fold(reply.text)
        for _ in range(2):
            await channel.delete(ours.remote_id)
        assert len((await channel.engagement(receipt.remote_id)).responses) == 1
