"""What every channel keeps. A channel joins by adding its far side to `FAR_SIDES` in conftest.py."""

from __future__ import annotations

import pytest

from state.channels import RULES, Channel, Strength


async def test_a_sent_post_is_found(far_side, make_post):
    """The receipt of a send is the one that finding the post gives."""
    post = make_post()
    receipt = await far_side.channel.send(post)
    assert receipt.remote_id
    assert await far_side.channel.find(post) == receipt
    assert far_side.count() == 1


async def test_a_replay_changes_nothing(far_side, make_post):
    """Sending the same bytes again leaves one copy and gives the same receipt, wherever that is promised."""
    if far_side.channel.strength not in (Strength.NATIVE, Strength.KEYED):
        pytest.skip("a channel of this strength is never replayed without a look")
    post = make_post()
    first = await far_side.channel.send(post)
    assert [await far_side.channel.send(post) for _ in range(3)] == [first] * 3
    assert far_side.count() == 1


async def test_two_keys_are_two_posts(far_side, make_post):
    """Posts with different keys stand side by side, each with its own receipt."""
    posts = [make_post(1), make_post(2)]
    receipts = [await far_side.channel.send(post) for post in posts]
    assert receipts[0] != receipts[1]
    assert [await far_side.channel.find(post) for post in posts] == receipts
    assert far_side.count() == 2


async def test_an_unknown_post_is_not_found(far_side, make_post):
    """Finding a post that was never sent gives None, before and after others were."""
    assert await far_side.channel.find(make_post(1)) is None
    await far_side.channel.send(make_post(2))
    assert await far_side.channel.find(make_post(1)) is None


async def test_other_words_are_not_found(far_side, make_post):
    """A post whose words differ from those that were sent is not the post that is there."""
    await far_side.channel.send(make_post(text="The words that were sent."))
    assert await far_side.channel.find(make_post(text="Other words.")) is None


@pytest.mark.parametrize(
    "text",
    [
        "كل مكتبة تعير الأدوات تواجه المشكلة نفسها، وهذا هو الحل",
        "כל ספריית כלים מכירה את זה: המקדחה בחוץ",
        "A family 👨‍👩‍👧‍👦, a flag 🇺🇦, a toned hand 👍🏽, a heart ❤️",
        "क्षत्रिय and e\u0301 keep their marks",
    ],
)
async def test_text_comes_back_as_sent(far_side, make_post, text):
    """Right-to-left text, emoji and combining marks reach readers unchanged."""
    receipt = await far_side.channel.send(make_post(text=text))
    assert far_side.text_of(receipt) == text


def test_a_channel_is_known_by_its_rules(far_side):
    """A channel's name is one that has rules, and it keeps to the Channel protocol."""
    channel: Channel = far_side.channel
    assert channel.name in RULES
    assert isinstance(channel.strength, Strength)
