"""Every form of every contract comes back as it was, and no edit of it is met with anything but a FormError."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from state.contracts import Brief, Draft, MonetizedDraft, Release
from state.contracts.draft import AuthorNote, Pass
from state.contracts.release import SLOT, SlotName
from state.contracts.tracing import trace
from state.forms import brief as brief_form
from state.forms import draft as draft_form
from state.forms import monetized as monetized_form
from state.forms import release as release_form
from state.forms.base import FormError
from state.text import MARKER, blocks
from tests.state.pieces import NOW, chain, vary

pytestmark = pytest.mark.long

MADE = chain()
VISIBLE = st.characters(exclude_categories=("Cs", "Cc"))
LINE = (
    st.one_of(
        st.text(alphabet=VISIBLE, min_size=1, max_size=20),
        st.sampled_from(
            [
                *(
                    "# Title",
                    "## Evidence",
                    "## Insight",
                    "## Disputed",
                    "- item",
                    "[e1] quoted",
                    "[e1]",
                    "a: b",
                    "Text: c",
                    "Title: d",
                ),
                *(
                    "“quoted”",
                    "«q»",
                    "'",
                    '"',
                    "::: offer x",
                    ":::",
                    "-----",
                    "> q",
                    "* * *",
                    "<b>",
                    "a <b",
                    "<u> <v>",
                    "{canonical}",
                ),
                *(
                    "naïve 日本 👩‍🚀",
                    "\u202eright",
                    "x" * 3000,
                    "\\",
                    "[a](https://a.example)",
                    "decision: drop",
                    "=== site",
                ),
            ]
        ),
    )
    .map(str.strip)
    .filter(lambda line: bool(line) and "\n" not in line)
)
UNMARKED = LINE.filter(lambda line: not MARKER.search(line))
PARAGRAPHS = st.lists(LINE | LINE.map(lambda t: f"{t} [e1]"), min_size=1, max_size=6)
BODY = (
    st.tuples(PARAGRAPHS, st.sampled_from(["\n\n", "\n", "\n\n\n", "\n \n"]))
    .map(lambda parts: parts[1].join(parts[0]).strip())
    .filter(lambda body: bool(body) and "[me]" not in body)
)


@st.composite
def briefs(draw: st.DrawFn) -> Brief:
    quotes = draw(st.lists(LINE, max_size=4))
    starts = draw(st.lists(st.integers(0, 10**6), min_size=len(quotes), max_size=len(quotes)))
    evidence = [
        {
            "id": f"e{i}",
            "quote": quote,
            "snapshot": "0" * 64,
            "start": start,
            "end": start + len(quote),
            "title": draw(st.text(max_size=12)),
            "origin": draw(LINE),
            "author": draw(st.none() | LINE),
            "published": draw(st.none() | st.dates(min_value=date(1900, 1, 1))),
            "retrieved_at": NOW,
        }
        for i, (quote, start) in enumerate(zip(quotes, starts, strict=True), 1)
    ]
    cites = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    return vary(
        MADE.brief,
        topic=draw(LINE),
        insight={"text": draw(UNMARKED), "evidence": [f"e{n}" for n in cites]},
        evidence=evidence,
        angles=[{"title": draw(LINE), "approach": draw(LINE)} for _ in range(draw(st.integers(0, 3)))],
        next_steps=draw(st.lists(LINE, max_size=3)),
        disputes=[
            {
                "between": [f"e{n}" for n in draw(st.lists(st.integers(1, 12), min_size=2, max_size=3))],
                "about": draw(UNMARKED),
            }
            for _ in range(draw(st.integers(0, 2)))
        ],
    )


DISTANCE = st.none() | st.floats(0, 2, allow_nan=False)
PASS = st.builds(
    Pass,
    name=st.sampled_from(["draft", "edit", "polish"]),
    kept=st.booleans(),
    before=DISTANCE,
    after=DISTANCE,
    reason=st.text(max_size=20),
).map(Pass.model_dump)


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    return vary(MADE.draft, title=draw(LINE), body=draw(BODY), passes=draw(st.lists(PASS, max_size=3)))


@st.composite
def monetized_drafts(draw: st.DrawFn) -> MonetizedDraft:
    body = draw(BODY.filter(lambda body: ":::" not in body))
    places = [*(b.start for b in blocks(body)), len(body)]
    insertions = [
        {
            "at": at,
            "offer": draw(st.sampled_from(["bridge-course", "a", "x-1"])),
            "disclosure": draw(st.just("") | LINE),
            "lead": draw(st.just("") | LINE),
            "text": draw(LINE),
            "label": draw(LINE),
            "url": f"https://a.example/{draw(st.text(alphabet='abc?=&%#:()', max_size=9))}",
        }
        for at in sorted(draw(st.lists(st.sampled_from(places), max_size=4)))
    ]
    return vary(MADE.monetized, title=draw(LINE), body=body, insertions=insertions)


TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
WINDOWS = st.fixed_dictionaries({}, optional={"not_before": TIMES, "not_after": TIMES}).filter(
    lambda w: len(w) < 2 or w["not_before"] < w["not_after"]
)


@st.composite
def releases(draw: st.DrawFn) -> Release:
    posts: list[dict[str, Any]] = []
    counts: dict[str, int] = {}
    windows: dict[str, dict[str, Any]] = {}
    for channel in draw(st.lists(st.sampled_from(["site", "bluesky", "mastodon"]), min_size=1, max_size=6)):
        article = channel == "site"
        if article and "site" in counts:
            continue
        counts[channel] = counts.get(channel, 0) + 1
        text = draw(BODY.filter(lambda body: not re.search(r"^-----[ \t]*$", body, re.MULTILINE)))
        posts.append(
            {
                "id": channel if article else f"{channel}-{counts[channel]}",
                "channel": channel,
                "text": text,
                "title": draw(LINE) if article else None,
                "summary": draw(st.none() | LINE) if article else None,
                "slug": draw(st.none() | st.just("a-slug")) if article else None,
                "sentences": [s.model_dump() for s in trace(text, MADE.monetized)],
                "slots": [{"name": n, "reserve": 40} for n in get_args(SlotName) if n in SLOT.findall(text)],
                "window": windows.setdefault(channel, draw(WINDOWS)),
                "images": draw(st.just([]) | st.just([{"path": "media/a.jpg", "alt": "A"}])),
            }
        )
    return vary(MADE.release, posts=posts, dropped=draw(st.just([]) | st.just(["gopher"])))


@settings(deadline=None)
@given(briefs())
@example(MADE.brief)
def test_a_brief_comes_back(brief: Brief) -> None:
    """Every field that the form shows is read back as it was, whatever it looks like."""
    assert brief_form.parse(brief_form.render(brief), brief) == brief


@settings(deadline=None)
@given(drafts())
@example(MADE.draft)
def test_a_draft_comes_back(draft: Draft) -> None:
    """Title and body come back byte for byte, and no note is made."""
    assert draft_form.parse(draft_form.render(draft), draft, attested_by="decision:review_draft") == draft


@settings(deadline=None)
@given(monetized_drafts())
@example(MADE.monetized)
def test_a_monetized_draft_comes_back(monetized: MonetizedDraft) -> None:
    """Insertions come back at their places, several at one place and at the end too, and the body byte for byte."""
    assert monetized_form.parse(monetized_form.render(monetized), monetized) == monetized


@settings(deadline=None)
@given(releases())
@example(MADE.release)
def test_a_release_comes_back(release: Release) -> None:
    """Every post comes back as it was, in its order, with its sources, slots, images and head."""
    assert release_form.parse(release_form.render(release), release, MADE.monetized) == release


@settings(deadline=None, max_examples=30)
@given(briefs(), drafts(), monetized_drafts(), releases())
def test_a_browsers_line_ends_are_no_edit(
    brief: Brief, draft: Draft, monetized: MonetizedDraft, release: Release
) -> None:
    """A form that comes back with CR LF, and with white space round it, is the same."""

    def sent(text: str) -> str:
        return f"\r\n {text} \n".replace("\n", "\r\n").replace("\r\r", "\r")

    assert brief_form.parse(sent(brief_form.render(brief)), brief) == brief
    assert draft_form.parse(sent(draft_form.render(draft)), draft, attested_by="d") == draft
    assert monetized_form.parse(sent(monetized_form.render(monetized)), monetized) == monetized
    texts = {channel: sent(text) for channel, text in release_form.render(release).items()}
    assert release_form.parse(texts, release, MADE.monetized) == release


FORMS = {
    "brief": brief_form.render(MADE.brief),
    "draft": draft_form.render(MADE.draft),
    "offer": monetized_form.render(MADE.monetized),
    **release_form.render(MADE.release),
}


def read(name: str, text: str) -> object:
    match name:
        case "brief":
            return brief_form.parse(text, MADE.brief)
        case "draft":
            return draft_form.parse(text, MADE.draft, attested_by="decision:review_draft")
        case "offer":
            return monetized_form.parse(text, MADE.monetized)
        case channel:
            return release_form.parse({channel: text}, MADE.release, MADE.monetized)


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str]:
    """A form and what became of it: stretches of it cut out, doubled, moved or overwritten."""
    name = draw(st.sampled_from(sorted(FORMS)))
    text = FORMS[name]
    for _ in range(draw(st.integers(1, 4))):
        a, b = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        new = draw(
            st.sampled_from(["", text[a:b] * 2, "\n", "[me]", ":::", "-----", "## ", "[e9]", "{parent}"])
            | st.text(max_size=9)
        )
        text = text[:a] + new + text[b:]
    return name, text


@settings(deadline=None, max_examples=300)
@given(edits() | st.tuples(st.sampled_from(sorted(FORMS)), st.text()))
@example(("draft", "# A title\n\nHalf a \ud800 character [me]"))
@example(("brief", "\ud800"))
@example(("bluesky", "\ud800"))
@example(("offer", "# T\n\n::: offer x\n\n:::"))
@example(("site", "Title: \nSummary: \nSlug: NOT A SLUG\n\ntext"))
@example(("site", "Title: t"))
@example(("bluesky", "-----"))
def test_any_edit_at_all(edit: tuple[str, str]) -> None:
    """An edit is read, or refused with where and what to do; what is read fits its schema."""
    with suppress(FormError):
        contract = read(*edit)
        assert isinstance(contract, Brief | Draft | MonetizedDraft | Release)
        assert type(contract).model_validate(contract.model_dump()) == contract
    try:
        read(*edit)
    except FormError as error:
        assert error.where and error.message and error.fix
        assert str(error) == f"{error.where}: {error.message} {error.fix}"


@settings(deadline=None)
@given(st.lists(st.sampled_from(["One.", "Two [me]", "Three [n1]", "[me]"]), min_size=1, max_size=5))
def test_attested_sentences_are_notes(parts: list[str]) -> None:
    """Each [me] makes a note of its own sentence, numbered on from those there are."""
    with suppress(FormError):
        draft = draft_form.parse("# T\n\n" + "\n\n".join(parts), MADE.draft, attested_by="decision:review_draft")
        fresh = draft.notes[1:]
        assert [n.id for n in fresh] == [f"n{i + 2}" for i in range(len(fresh))]
        assert all(n == AuthorNote(id=n.id, text="Two", origin="decision:review_draft") for n in fresh)
        assert "[me]" not in draft.body


@pytest.mark.parametrize("text", ["# T\n\n[me]", "# T\n\nOne.\n\n[me]", "# T\n\n- [me]"])
def test_vouching_for_nothing(text: str) -> None:
    """A [me] behind no sentence is refused with where to write it."""
    with pytest.raises(FormError, match="stands behind no sentence"):
        draft_form.parse(text, MADE.draft, attested_by="decision:review_draft")
