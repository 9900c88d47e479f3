"""A disclosure can't be edited away at a review: whatever is done to it is told, and approve stays shut until it stands again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from graph.answers import payload
from state.contracts import Release
from state.contracts.base import Contract
from state.disclosures import Form, disclosure_for
from state.violations import Refusal
from tests.graph.rig import Acting, Flow, OpenFlow, changed

pytestmark = pytest.mark.long

WHOLE, LABEL = (disclosure_for("own", form) for form in (Form.WHOLE, Form.LABEL))
PITCH = "I've put what I know about looking at structures into a course called How to Look at a Bridge."
SAID = {"site": WHOLE, "linkedin": LABEL}
Tamper = Callable[[str, str], str]


def _moved(text: str, said: str) -> str:
    """Behind the paragraph that the offer and its link stand in."""
    paragraphs = text.replace(f"{said} ", "").split("\n\n")
    at = next(i for i, p in enumerate(paragraphs) if PITCH in p)
    return "\n\n".join([*paragraphs[: at + 1], said, *paragraphs[at + 1 :]])


def _between(text: str, said: str) -> str:
    """Before the link, behind the words that sell."""
    return text.replace(f"{said} ", "").replace(PITCH, f"{PITCH} {said}")


TAMPERED: dict[str, Tamper] = {
    "taken away": lambda text, said: text.replace(f"{said} ", ""),
    "behind the link": _moved,
    "behind the pitch": _between,
    "at the top of it all": lambda text, said: text.replace(f"{said} ", "").replace("\n\n", f"\n\n{said}\n\n", 1),
    "softened": lambda text, said: text.replace(said, "Thanks to our friends!"),
    "by a word that says little": lambda text, said: text.replace(said, "#aff"),
    "split by what nobody sees": lambda text, said: text.replace(said, f"{said[:2]}\u200b{said[2:]}"),
    "in a comment": lambda text, said: text.replace(said, f"<!-- {said} -->"),
    "struck out": lambda text, said: text.replace(said, f"~~{said}~~"),
    "as an image's description": lambda text, said: text.replace(said, f"![{said}](https://upkeep.example/a.png)"),
    "with the link gone too": lambda text, said: _unlinked(text.replace(f"{said} ", "")),
}


def _unlinked(text: str) -> str:
    lines = (line for line in text.split("\n") if PITCH in line)
    offer = next(lines)
    return text.replace(offer, offer[: offer.index("It's twelve")])


@pytest.fixture
def with_linkedin(workspace: Path) -> Path:
    changed(workspace, channels__linkedin='author = "urn:li:person:abc123"')
    return workspace


async def _refuses_to_approve(piece: Flow, code: str, where: str) -> None:
    """The violation is in what the review shows and says, and no way to approve is open."""
    shown = await piece.shown()
    (told,) = (v for v in shown.violations if (v.code, v.where) == (code, where))
    assert not told.waivable
    assert "CAP Code 2.1" in told.message
    assert "approve" not in shown.open
    surfaced = await piece.payload()
    assert surfaced == payload(shown)
    assert f"- **{code}** (must be mended, {where}): {told.message} {told.fix}" in surfaced["description"]
    assert surfaced["config"]["allow_accept"] is False
    assert "approve" not in surfaced["review_configs"][0]["allowed_decisions"]
    before = await piece.decisions()
    await piece.accept()
    await piece.answer({"decisions": [{"type": "approve"}]})
    after = await piece.shown()
    assert (after.point, await piece.decisions()) == (shown.point, before)
    assert code in await piece.codes()


async def test_at_review_release(with_linkedin: Path, flow: OpenFlow) -> None:
    """In the article and in a short post each way to be rid of it is told, and refused, until the words stand again."""
    piece = await flow().to("review_release")
    good = await piece.args()
    for channel, said in SAID.items():
        assert said in good[channel]
        where = "post site" if channel == "site" else f"post {channel}-1"
        for how, tamper in TAMPERED.items():
            edited = tamper(good[channel], said)
            assert edited != good[channel], how
            await piece.edit(**{channel: edited})
            shown = await piece.shown()
            assert ("release.disclosure", where) in [(v.code, v.where) for v in shown.violations], (channel, how)
            assert "approve" not in shown.open, (channel, how)
            assert (await piece.args())[channel] == edited
        await _refuses_to_approve(piece, "release.disclosure", where)
        await piece.edit(**{channel: good[channel].replace(f"{said} ", "")})
    assert {v.where for v in (await piece.shown()).violations} == {"post site", "post linkedin-1"}
    await piece.edit(site=good["site"], linkedin=good["linkedin"].replace(LABEL, WHOLE))
    assert not await piece.waits()
    release = (await piece.state())["release"]
    assert release is not None
    assert [WHOLE in p.text for p in release.posts] == [True, True]


OFFER: dict[str, Tamper] = {
    "taken away": lambda text, said: text.replace(f"Disclosure: {said}", "Disclosure:"),
    "behind the link": lambda text, said: re.sub(
        r"^(Disclosure: .*)\n((?:.*\n)*?Link: .*)$", r"\2\n\1", text, flags=re.M
    ),
    "into the pitch": lambda text, said: text.replace(f"Disclosure: {said}", "Disclosure:").replace(
        PITCH, f"{PITCH} {said}"
    ),
    "softened": lambda text, said: text.replace(said, "Thanks to our friends!"),
    "a label where a sentence belongs": lambda text, said: text.replace(said, LABEL),
    "split by what nobody sees": lambda text, said: text.replace(said, f"{said[:2]}\u200b{said[2:]}"),
    "in a comment": lambda text, said: text.replace(said, f"<!-- {said} -->"),
    "taken back": lambda text, said: text.replace(said, f"{said} Never mind."),
}


async def test_at_review_offer(flow: OpenFlow) -> None:
    """The offer's line of disclosure is its class's, to the letter, or nobody can approve; put back, the piece goes on."""
    piece = await flow().to("review_offer")
    good = (await piece.args())["offer"]
    for how, tamper in OFFER.items():
        edited = tamper(good, WHOLE)
        assert edited != good, how
        await piece.edit(offer=edited)
        shown = await piece.shown()
        code = "form.unreadable" if how == "behind the link" else "offer.disclosure"
        assert (code, "offer inspection-course") in [(v.code, v.where) for v in shown.violations], how
        assert "approve" not in shown.open, how
    await piece.edit(offer=OFFER["taken away"](good, WHOLE))
    await _refuses_to_approve(piece, "offer.disclosure", "offer inspection-course")
    await piece.edit(offer=good)
    assert (await piece.shown()).point == "review_release"


async def test_an_agent_that_leaves_it_out(with_linkedin: Path, flow: OpenFlow) -> None:
    """What DISTRIBUTION hands over without it comes back to it, and in the end a person is told; nobody can wave it through."""

    def silent(made: Contract | Refusal) -> Release:
        assert isinstance(made, Release)
        posts = [p.model_copy(update={"text": p.text.replace(f"{SAID[p.channel]} ", "")}) for p in made.posts]
        return made.model_copy(update={"posts": tuple(posts)})

    piece = await flow(Acting(distribution=[silent] * 3)).to("review_release")
    assert (await piece.shown()).stuck
    await _refuses_to_approve(piece, "release.disclosure", "post linkedin-1")


@pytest.mark.parametrize(
    ("language", "label"), [("de-CH", "Werbung (in eigener Sache):"), ("fr", "Publicité (mon travail) –")]
)
async def test_in_the_readers_language(with_linkedin: Path, flow: OpenFlow, language: str, label: str) -> None:
    """A workspace for readers of another language discloses in it, in the article and in a short post, and its release passes."""
    file = with_linkedin / "flywheel.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('language = "en"', f'language = "{language}"'))
    piece = await flow().to("review_release")
    shown, args = await piece.shown(), await piece.args()
    assert [v for v in shown.violations if v.severity == "fail"] == []
    assert f"\n{label} {PITCH}" in args["linkedin"]
    assert f"{disclosure_for('own', Form.WHOLE, language)} {PITCH}" in args["site"]


async def test_a_thread_says_it_first(workspace: Path, flow: OpenFlow) -> None:
    """Where there is no article an offer is a paragraph of its thread, and the label the first words of it."""
    text = (workspace / "flywheel.toml").read_text(encoding="utf-8")
    (workspace / "flywheel.toml").write_text(text.replace("[channels.site]", "[channels.mastodon]"), encoding="utf-8")
    changed(workspace, channels__mastodon='server = "https://a.example"')
    piece = await flow().to("review_release")
    assert list(await piece.args()) == ["mastodon", "decision"]
    assert f"\n\n{LABEL} {PITCH}" in (await piece.args())["mastodon"]
