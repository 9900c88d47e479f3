"""What every channel keeps. A test module of a channel subclasses `Conformance` and gives the fixture `far_side`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import lxml.html
import pytest

from state.channels import RULES, Channel, Deleting, Editing, OutgoingPost, Receipt, Strength
from state.disclosures import Form, disclosure_for, form_on
from state.text import blocks
from tests.agents.distribution.making import release_of
from tests.state.pieces import COURSE, chain

MakePost = Callable[..., OutgoingPost]
Parse = Callable[[str | bytes], lxml.html.HtmlElement]
NOON = datetime(2025, 11, 22, 12, 0, tzinfo=UTC)


class FarSide(Protocol):
    """A channel, and eyes on where it posts."""

    @property
    def channel(self) -> Channel: ...

    async def count(self) -> int:
        """Count the posts that readers can see."""
        ...

    async def text_of(self, receipt: Receipt) -> str:
        """Read the text of a post as a reader does."""
        ...


def post_for(channel: str, number: int = 1, **fields: object) -> OutgoingPost:
    """Post number `number`, an hour older than the one before: an article where the channel takes those. Any field can be set."""
    values: dict[str, object] = {
        "key": f"{number:032x}",
        "piece": f"piece-{number}",
        "channel": channel,
        "text": f"The first paragraph of number {number}.",
        "published_at": NOON - timedelta(hours=number),
    }
    if RULES[channel].article:
        values |= {
            "title": f"Article {number}",
            "slug": f"article-{number}",
            "summary": f"What article {number} is about.",
        }
    return OutgoingPost.model_validate(values | fields)


class Conformance:
    async def test_a_sent_post_is_found(self, far_side: FarSide) -> None:
        """The receipt of a send names the post that finding it gives, where anything can be found at all."""
        channel = far_side.channel
        post = post_for(channel.name)
        receipt = await channel.send(post)
        assert receipt.remote_id
        assert await far_side.count() == 1
        found = await channel.find(post)
        if channel.strength is Strength.NONE:
            return
        assert found is not None
        assert (found.remote_id, found.url) == (receipt.remote_id, receipt.url)

    async def test_a_reader_meets_the_disclosure_first(self, far_side: FarSide) -> None:
        """Of an offer in the channel's form readers get the words that disclose it, whole and before its own, whatever happens to its link."""
        form = form_on(RULES[far_side.channel.name])
        words, pitch = disclosure_for("affiliate", form), "The kit that I use is The Kit."
        link = "https://shop.example/kit"
        framed = f'::: offer\n{words} {pitch} [The Kit]({link} "sponsored")\n:::'
        offer = framed if form is Form.WHOLE else f"{words} {pitch} {link}"
        receipt = await far_side.channel.send(post_for(far_side.channel.name, text=f"It holds.\n\n{offer}"))
        read = " ".join((await far_side.text_of(receipt)).split())
        assert 0 < read.index(words) < read.index(pitch)

    async def test_a_replay_changes_nothing(self, far_side: FarSide) -> None:
        """Sending the same bytes again leaves one copy and gives the same receipt, wherever that is promised."""
        channel = far_side.channel
        if channel.strength not in (Strength.NATIVE, Strength.KEYED):
            pytest.skip("a channel of this strength is never replayed without a look")
        post = post_for(channel.name)
        first = await channel.send(post)
        again = [await channel.send(post) for _ in range(3)]
        assert {(r.remote_id, r.url) for r in again} == {(first.remote_id, first.url)}
        assert await far_side.count() == 1

    async def test_two_keys_are_two_posts(self, far_side: FarSide) -> None:
        """Posts with different keys stand side by side, each with its own receipt."""
        channel = far_side.channel
        receipts = [await channel.send(post_for(channel.name, number)) for number in (1, 2)]
        assert receipts[0].remote_id != receipts[1].remote_id
        assert await far_side.count() == 2

    async def test_an_unknown_post_is_not_found(self, far_side: FarSide) -> None:
        """Finding a post that was never sent gives None, before and after others were."""
        channel = far_side.channel
        assert await channel.find(post_for(channel.name, 1)) is None
        await channel.send(post_for(channel.name, 2))
        assert await channel.find(post_for(channel.name, 1)) is None

    async def test_other_words_are_not_found(self, far_side: FarSide) -> None:
        """A post whose words differ from those that were sent is not the post that is there."""
        channel = far_side.channel
        await channel.send(post_for(channel.name, text="The words that were sent."))
        assert await channel.find(post_for(channel.name, text="Other words.")) is None

    @pytest.mark.parametrize(
        "text",
        [
            "كل مكتبة تعير الأدوات تواجه المشكلة نفسها، وهذا هو الحل",
            "כל ספריית כלים מכירה את זה: המקדחה בחוץ",
            "A family 👨‍👩‍👧‍👦, a flag 🇺🇦, a toned hand 👍🏽, a heart ❤️",
            "क्षत्रिय and e\u0301 keep their marks",
        ],
    )
    async def test_text_comes_back_as_sent(self, far_side: FarSide, text: str) -> None:
        """Right-to-left text, emoji and combining marks reach readers unchanged."""
        receipt = await far_side.channel.send(post_for(far_side.channel.name, text=text))
        assert await far_side.text_of(receipt) == text

    async def test_an_edit_takes_the_place_of_what_was_there(self, far_side: FarSide) -> None:
        """An edited post is found in its new words under its old name, however often the edit is sent; there is one copy."""
        channel = far_side.channel
        if not isinstance(channel, Editing):
            pytest.skip("nothing can be edited there")
        receipt = await channel.send(post_for(channel.name))
        new = post_for(channel.name, text="Corrected words.")
        for _ in range(2):
            assert (await channel.edit(new, receipt.remote_id)).remote_id
        assert await far_side.count() == 1
        assert await far_side.text_of(receipt) == "Corrected words."
        found = await channel.find(new)
        assert found is not None or channel.strength is Strength.NONE

    async def test_a_deleted_post_is_gone(self, far_side: FarSide) -> None:
        """A post that is taken down is seen and found no more; taking it down twice is no error, and another one stays."""
        channel = far_side.channel
        if not isinstance(channel, Deleting):
            pytest.skip("nothing can be deleted there")
        receipts = [await channel.send(post_for(channel.name, number)) for number in (1, 2)]
        for _ in range(2):
            await channel.delete(receipts[0].remote_id)
        assert await far_side.count() == 1
        assert await channel.find(post_for(channel.name, 1)) is None

    async def test_an_offer_stands_where_the_channel_shows_it(self, far_side: FarSide) -> None:
        """A reader finds a piece's offer as the channel's rules have it: at its place in the text, at the end, or only in the article."""
        channel = far_side.channel
        made, shows = chain(), RULES[channel.name].offers
        monetized = made.placing(at=blocks(made.monetized.body)[2].start)
        posts = (await release_of(made, *dict.fromkeys(("site", channel.name)), monetized=monetized)).posts
        texts = [p.text.replace("{canonical}", "https://upkeep.example/a") for p in posts if p.channel == channel.name]
        seen = [
            await far_side.text_of(await channel.send(post_for(channel.name, n, text=t)))
            for n, t in enumerate(texts, 1)
        ]
        first, offer, last = (
            seen[0].find(said) for said in ("Forty-three people died", COURSE.pitch_text, "stiff neck")
        )
        if shows == "in-text":
            assert 0 <= first < offer < last
        elif shows == "end":
            assert 0 <= first < offer and last < offer
            assert len(seen[0][offer:].strip().split("\n\n")) <= 2, (
                "behind it is the way to the article, and nothing else"
            )
        else:
            assert not [text for text in seen if COURSE.pitch_text in text]

    def test_a_channel_is_known_by_its_rules(self, far_side: FarSide) -> None:
        """A channel's name is one that has rules, and it keeps to the Channel protocol."""
        channel: Channel = far_side.channel
        assert channel.name in RULES
        assert isinstance(channel.strength, Strength)
