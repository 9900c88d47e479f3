"""The author in the ledger: profiles by what they were measured from, and rules in all their versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from state.ledger import Ledger
from state.rules import Example, Rule
from state.voice import VoiceProfile

RULE = Rule(
    key="word:leverage",
    kind="never",
    text="never 'leverage'",
    phrases=("leverage",),
    examples=(Example(piece="p", decision="review_draft edit", before="We leverage.", after="We use."),),
)
SCENE = Rule(key="note:1", kind="note", text="Öffne mit einer Szene — “wie hier”.", source="note")


async def test_a_profile_is_kept_once(ledger: Ledger, now: datetime, later: Callable[[float], datetime]) -> None:
    """A profile comes back as it was put, with its time; the same key again changes nothing, another is another."""
    profile = VoiceProfile(samples=("a", "b"), words=12, function_words=(("the", 0.05, 0.01),), openings=("“Ja.”",))
    assert await ledger.profile("k") is None
    await ledger.put_profile("k", profile, now=now)
    await ledger.put_profile("k", profile.model_copy(update={"words": 13}), now=later(5))
    kept = await ledger.profile("k")
    assert kept is not None
    assert (VoiceProfile.model_validate_json(kept[0]), kept[1]) == (profile, now)
    await ledger.put_profile("other", profile, now=later(6))
    assert await ledger.profile_count() == 2


async def test_rules_have_numbers_and_versions(
    ledger: Ledger, now: datetime, later: Callable[[float], datetime]
) -> None:
    """New rules are numbered on, a change is a new version, the latest counts and the earlier ones stay."""
    assert (await ledger.rules(), await ledger.last_rule_row()) == ((), 0)
    first = await ledger.write_rules([(RULE, "learnt"), (SCENE, "said in a note")], cause="c1", now=now)
    assert [(v.rule.number, v.rule.version) for v in first] == [(1, 1), (2, 1)]
    off = first[0].rule.model_copy(update={"switch": "off"})
    (second,) = await ledger.write_rules([(off, "switched off")], cause="person", now=later(1))
    assert (second.rule.number, second.rule.version, second.rule.standing) == (1, 2, "off")
    assert await ledger.rules() == (second.rule, first[1].rule)
    assert first[1].rule.text == SCENE.text
    assert await ledger.rule_versions(1) == (first[0], second)
    assert await ledger.rule_versions(9) == ()
    assert await ledger.rules_since(first[1].row) == (second,)
    assert await ledger.last_rule_row() == second.row


async def test_what_was_taught_is_known(ledger: Ledger, now: datetime) -> None:
    """A decision that taught something is known by its cause, and one whose transaction failed is not."""
    with pytest.raises(RuntimeError, match="the power went"):
        async with ledger.together():
            await ledger.hold_rules()
            await ledger.write_rules([(RULE, "learnt")], cause="c1", now=now)
            raise RuntimeError("the power went")
    assert not await ledger.taught("c1")
    async with ledger.together():
        await ledger.hold_rules()
        await ledger.write_rules([(RULE, "learnt")], cause="c1", now=now)
    assert await ledger.taught("c1")
    assert [rule.number for rule in await ledger.rules()] == [1]


@pytest.mark.postgres
async def test_two_at_once_get_two_numbers(postgres_url: str, now: datetime) -> None:
    """Two processes that learn at the same moment number their rules one after the other."""
    import asyncio

    from state.ledger import open_ledger

    ledgers = [await open_ledger(postgres_url) for _ in range(4)]

    async def teach(ledger: Ledger, key: str) -> None:
        async with ledger.together():
            await ledger.hold_rules()
            await ledger.rules()
            await asyncio.sleep(0.02)
            await ledger.write_rules([(RULE.model_copy(update={"key": key}), "learnt")], cause=key, now=now)

    try:
        await asyncio.gather(*(teach(ledger, f"word:{n}") for n, ledger in enumerate(ledgers)))
        assert sorted(rule.number for rule in await ledgers[0].rules()) == [1, 2, 3, 4]
    finally:
        for ledger in ledgers:
            await ledger.close()
