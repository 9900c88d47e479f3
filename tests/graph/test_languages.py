"""A piece in the author's language, through the compiled graph: what we add to it is in that language too, and every check still holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from state.channels import RULES
from state.contracts import Draft, Release
from state.wording import JOINING, WORDS
from tests.graph.rig import OpenFlow, changed
from tests.graph.test_channels import TABLES

pytestmark = pytest.mark.long


@pytest.mark.parametrize("language", sorted(WORDS))
async def test_what_we_add_is_in_the_authors_language(workspace: Path, flow: OpenFlow, language: str) -> None:
    """On ten channels at the first try, with joining sentences of ours: no word of another language is left in it."""
    file = workspace / "flywheel.toml"
    settings = file.read_text(encoding="utf-8")
    assert 'language = "en"' in settings
    file.write_text(settings.replace('language = "en"', f'language = "{language}"'), encoding="utf-8")
    changed(workspace, **{f"channels__{name}": lines for name, lines in TABLES.items()})
    (workspace / "voice" / "framing.toml").unlink()
    piece = await flow().to("review_release")
    state = await piece.state()
    release, draft = state["release"], state["draft"]
    assert isinstance(release, Release) and isinstance(draft, Draft)
    assert [h.attempt for h in await piece.handoffs() if h.contract == "Release"] == [1]
    assert await piece.codes() == []
    posts = {post.id: post.text for post in release.posts}
    words = WORDS[language]
    assert f"\n## {words.sources}\n" in posts["site"]
    assert f"[{words.online}]({{canonical}})" in posts["email"]
    assert all(
        f"{words.read_all} {{canonical}}" in "".join(text for name, text in posts.items() if name.startswith(channel))
        for channel, rules in RULES.items()
        if not rules.article
    )
    ours = {said for kind in JOINING[language].model_dump().values() for said in kind}
    assert any(said.partition("{who}")[0] in draft.body for said in ours if said.partition("{who}")[0])
    for other in set(WORDS) - {language}:
        strange = {WORDS[other].read_all, WORDS[other].online, f"## {WORDS[other].sources}\n"}
        strange -= {words.read_all, words.online, f"## {words.sources}\n"}
        assert not [said for said in strange if any(said in text for text in posts.values())]
        assert not [said for said in JOINING[other].closing if said in draft.body]
