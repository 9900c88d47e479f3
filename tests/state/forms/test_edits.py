"""What an edited form means, and what it says when it means nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from state.base import digest_of
from state.contracts.brief import quotes_are_verbatim
from state.contracts.draft import Pass
from state.contracts.monetized import text_is_untouched
from state.contracts.release import Image, PostSentence, Slot, Window
from state.contracts.telling import sentences_name_their_source
from state.forms import brief as brief_form
from state.forms import draft as draft_form
from state.forms import monetized as monetized_form
from state.forms import release as release_form
from state.forms.base import FormError
from tests.state.pieces import NOTE, Chain, vary


def tokyo(channel: str) -> ZoneInfo:
    return ZoneInfo("Asia/Tokyo")


FIRST = "I cross the same bridge most mornings, and I look up when I do."


def test_a_shorter_quote_keeps_its_place(made: Chain) -> None:
    """A quote that is cut gets the offsets of what is left, so it is still to the letter."""
    text = brief_form.render(made.brief).replace("Forty-three people died that morning, and the inquiry", "the inquiry")
    brief = brief_form.parse(text, made.brief)
    assert brief.evidence[0].quote == "the inquiry ran to 1,000 pages."
    assert quotes_are_verbatim(brief, made.facts) == ()


def test_a_quote_that_was_rewritten(made: Chain) -> None:
    """Other words in a quote are read, and then the check refuses them."""
    brief = brief_form.parse(brief_form.render(made.brief).replace("Forty-three", "Forty-four"), made.brief)
    assert [v.code for v in quotes_are_verbatim(brief, made.facts)] == ["brief.quote-not-verbatim"]


def test_evidence_dropped_and_moved(made: Chain) -> None:
    """Evidence can be left out and put in another order."""
    one, two = (f"[{e.id}] {e.quote}\n    {brief_form.source(e)}\n\n" for e in made.brief.evidence[:2])
    brief = brief_form.parse(brief_form.render(made.brief).replace(one + two, two), made.brief)
    assert [e.id for e in brief.evidence] == ["e2", "e3", "e4", "e5"]
    assert brief.evidence == made.brief.evidence[1:]


BAD = {
    "no title": (lambda t: t.replace("# Looking", "Looking"), "brief", "# Title"),
    "a section gone": (lambda t: t.replace("## Angles", "Angles"), "brief", "`## Angles`"),
    "a section twice": (lambda t: t.replace("## Next steps", "## Angles"), "brief", "`## Angles`"),
    "words above the sections": (lambda t: t.replace("## Insight", "Hello.\n\n## Insight"), "brief", "“Hello.”"),
    "an insight that cites nothing": (lambda t: t.replace("that. [e1] [e3]", "that."), "insight", "cites no evidence"),
    "evidence made up": (lambda t: t.replace("[e2] On", "[e7] On"), "evidence e7", "no such evidence"),
    "a step without its dash": (lambda t: t.replace("- Open with", "Open with"), "next steps", "“Open with"),
    "an angle without its dash": (lambda t: t.replace("- What a bridge", "What a bridge"), "angles", "“What a bridge"),
    "evidence without its id": (lambda t: t.replace("[e1] Forty", "Forty"), "evidence", "“Forty-three"),
    "a step of two lines": (lambda t: t.replace("Open with", "Open\nwith"), "brief", "next_steps.0"),
    "an angle without a way in": (
        lambda t: t.replace("  Begin with a walk and end below the deck.", ""),
        "brief",
        "angles.0.approach",
    ),
}


@pytest.mark.parametrize(("edit", "where", "said"), BAD.values(), ids=BAD)
def test_a_brief_that_cant_be_read(edit: Callable[[str], str], where: str, said: str, made: Chain) -> None:
    """What is missing or stray is named with its section; no letter of it is silently lost."""
    text = brief_form.render(made.brief)
    edited = edit(text)
    assert edited != text
    with pytest.raises(FormError) as caught:
        brief_form.parse(edited, made.brief)
    assert caught.value.where == where
    assert said in str(caught.value)


def test_a_title_that_would_forge_a_section(made: Chain) -> None:
    """A page's own title stands on the line of its source, and can open no section and no evidence."""
    forged = vary(made.brief.evidence[0], title="x\n\n## Angles\n\n[e2] y")
    brief = vary(made.brief, evidence=[forged.model_dump(), *(e.model_dump() for e in made.brief.evidence[1:])])
    assert brief_form.parse(brief_form.render(brief), brief) == brief


def test_a_sentence_that_a_reviewer_vouches_for(made: Chain) -> None:
    """A sentence that ends in [me] cites a new note that says it, attested by the decision."""
    text = draft_form.render(made.draft).replace("It pays to look.", "I counted 88 rivets. [me] It pays to look. [me]")
    draft = draft_form.parse(text, made.draft, attested_by="decision:review_draft")
    assert [(n.id, n.text) for n in draft.notes] == [
        ("n1", NOTE),
        ("n2", "I counted 88 rivets."),
        ("n3", "It pays to look."),
    ]
    assert "I counted 88 rivets. [n2] It pays to look. [n3]" in draft.body
    assert {n.origin for n in draft.notes[1:]} == {"decision:review_draft"}


def test_a_persons_words_went_through_no_passes(made: Chain) -> None:
    """How VOICE came to its words stands with them as long as they stand; a Draft without passes has the digest it always had."""
    went = vary(made.draft, passes=[Pass(name="draft", kept=True, after=0.7).model_dump()])
    text = draft_form.render(went)
    assert draft_form.parse(text, went, attested_by="d") == went
    edited = draft_form.parse(text.replace("It pays", "It does pay"), went, attested_by="d")
    assert edited.passes == ()
    assert "passes" not in edited.model_dump()
    assert digest_of(edited) != digest_of(vary(edited, passes=went.passes))


@pytest.mark.parametrize("text", ["", "# ", "No title", "# Title", "#Title\n\nBody"])
def test_a_draft_that_cant_be_read(text: str, made: Chain) -> None:
    """A draft has a title and a body."""
    with pytest.raises(FormError):
        draft_form.parse(text, made.draft, attested_by="d")


def test_a_block_that_moved(made: Chain) -> None:
    """A block that is cut out and put elsewhere moves the offer, and leaves the text alone."""
    text = monetized_form.render(made.monetized)
    start = text.index("\n\n::: offer")
    block = text[start:]
    moved = text[:start].replace("\n\n## What", f"{block}\n\n## What")
    monetized = monetized_form.parse(moved, made.monetized)
    assert monetized.insertions == (
        made.monetized.insertions[0].model_copy(update={"at": monetized.body.index("## What")}),
    )
    assert text_is_untouched(monetized, made.facts) == ()


def test_a_block_that_was_taken_out(made: Chain) -> None:
    """Without its block the offer is gone, and the text is still the draft's."""
    text = monetized_form.render(made.monetized)
    monetized = monetized_form.parse(text[: text.index("::: offer")], made.monetized)
    assert monetized.insertions == ()
    assert text_is_untouched(monetized, made.facts) == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Disclosure: This", "Disclose: This", "Its lines are Disclose"),
        ("Text: I made", "Text: One.\nText: I made", "Text, Text"),
        ("<https://upkeep", "https://upkeep", "The link can't be read"),
        ("Text: I made a course on looking at bridges. It costs 49.00 GBP.", "Text:", "pattern"),
    ],
)
def test_a_block_that_cant_be_read(old: str, new: str, said: str, made: Chain) -> None:
    """Labelled lines stand each once, in their order, and each says something; none is silently lost."""
    text = monetized_form.render(made.monetized)
    assert old in text
    with pytest.raises(FormError, match=said):
        monetized_form.parse(text.replace(old, new), made.monetized)


def test_a_fence_that_never_closes(made: Chain) -> None:
    """What isn't a block is text, so the check sees that the author's text changed."""
    text = monetized_form.render(made.monetized).removesuffix("\n:::")
    assert len(text_is_untouched(monetized_form.parse(text, made.monetized), made.facts)) == 1


def test_a_post_in_a_reviewers_words(made: Chain) -> None:
    """A sentence of the reviewer's is listed as decided; the draft's own keep their sources, other channels stay."""
    release = release_form.parse({"bluesky": f"Do look up. {FIRST}\n\n1/1"}, made.release, made.monetized)
    (post,) = (p for p in release.posts if p.channel == "bluesky")
    assert [s.sources for s in post.sentences] == [("decision",), ("s1",)]
    assert release.decided == ("Do look up.",)
    assert sentences_name_their_source(release, made.facts) == ()
    assert [p for p in release.posts if p.channel != "bluesky"] == [
        p for p in made.release.posts if p.channel != "bluesky"
    ]


def test_a_sentence_that_a_writer_laid_to_the_reviewer(made: Chain) -> None:
    """What stood there before the reviewer came isn't decided, however often the post is edited."""
    laid = made.posting("mastodon-1", "Do look up.\n\nRead it all: {canonical}")
    release = release_form.parse(release_form.render(laid) | {"bluesky": FIRST}, laid, made.monetized)
    assert release.decided == ()
    assert [v.code for v in sentences_name_their_source(release, made.facts)] == ["release.no-source"]


def test_a_thread_that_grows(made: Chain) -> None:
    """A further part answers the last, behind it in the order, and can use the slot of the thread."""
    parts = [FIRST, "It pays to look.", "So look up. {canonical}"]
    release = release_form.parse({"bluesky": "\n-----\n".join(parts)}, made.release, made.monetized)
    assert [p.id for p in release.posts] == ["site", "bluesky-1", "bluesky-2", "bluesky-3", "mastodon-1"]
    third = release.posts[3]
    assert (third.reply_to, third.depends_on, [s.name for s in third.slots]) == ("bluesky-2", ("site",), ["canonical"])
    assert release.posts[2].slots == ()


def test_a_channel_that_is_dropped(made: Chain) -> None:
    """An empty text drops its channel; dropping them all is no release."""
    release = release_form.parse({"bluesky": " \r\n"}, made.release, made.monetized)
    assert release.dropped == ("bluesky",)
    assert {p.channel for p in release.posts} == {"site", "mastodon"}
    with pytest.raises(FormError, match="Every channel is empty"):
        release_form.parse(dict.fromkeys(("site", "bluesky", "mastodon"), ""), made.release, made.monetized)


@pytest.mark.parametrize(
    ("texts", "where", "said"),
    [
        ({"gopher": "Hello."}, "release", "no channel gopher"),
        ({"site": "It pays to look."}, "article", "`Title: `"),
        ({"site": "Title: T\nSlug: Not A Slug\n\nIt pays."}, "channel site", "pattern"),
        ({"bluesky": "One.\n-----\n\n-----\nTwo."}, "channel bluesky", "pattern"),
        ({"bluesky": "Image: media/lamp.jpg\n\nTwo."}, "channel bluesky", "what it shows"),
        ({"site": "Title: T\nSlug: t\nImage: lamp.jpg |\n\nIt pays."}, "channel site", "what it shows"),
        ({"bluesky": "Window: tomorrow\n\nTwo."}, "channel bluesky", "is no window"),
        ({"bluesky": "Window:\n\nTwo."}, "channel bluesky", "is no window"),
        ({"bluesky": "Window: from 2026-02-30 09:00\n\nTwo."}, "channel bluesky", "a day or an hour that there isn't"),
        ({"bluesky": "Window: from 2026-06-03 24:30\n\nTwo."}, "channel bluesky", "a day or an hour that there isn't"),
        ({"bluesky": "Window: from 2026-06-03 09:00 Europe/Berlim\n\nTwo."}, "channel bluesky", "Europe/Berlin"),
        ({"bluesky": "Window: 2026-06-03 09:00 to 2026-06-03 09:00\n\nTwo."}, "channel bluesky", "before it opens"),
        # The clock skips 02:30 that night, so that it is 03:30.
        (
            {"bluesky": "Window: 2026-03-29 02:30 to 2026-03-29 03:10 Europe/Berlin\n\nTwo."},
            "channel bluesky",
            "before it opens",
        ),
        (
            {"bluesky": "Window: from 2026-06-03 09:00\nWindow: until 2026-06-04 09:00\n\nTwo."},
            "channel bluesky",
            "a second one",
        ),
        ({"bluesky": "One.\n-----\nWindow: from 2026-06-03 09:00\n\nTwo."}, "channel bluesky", "above its first"),
        ({"site": "Title: T\nSummary: It pays\nto look.\nSlug: t\n\nIt pays."}, "article", "`to look.`"),
        ({"bluesky": "\udcff"}, "channel bluesky", "broken"),
    ],
)
def test_posts_that_cant_be_read(texts: dict[str, str], where: str, said: str, made: Chain) -> None:
    """What is wrong is named with its channel."""
    with pytest.raises(FormError, match=said) as caught:
        release_form.parse(texts, made.release, made.monetized)
    assert caught.value.where == where


def test_a_picture_is_a_line_above_a_post(made: Chain) -> None:
    """A reviewer names a file and what it shows; an article's stands below its slug, a short post's above its words. Taken out, it is gone."""
    lamp = "Image: media/lamp shade.jpg | A lamp | lit"
    site = release_form.render(made.release)["site"].replace("\n\n", f"\n{lamp}\n\n", 1)
    edited = release_form.parse({"site": site, "bluesky": f"{lamp}\n\n{FIRST}"}, made.release, made.monetized)
    with_one = [p for p in edited.posts if p.images == (Image(path="media/lamp shade.jpg", alt="A lamp | lit"),)]
    assert [p.id for p in with_one] == ["site", "bluesky-1"]
    assert with_one[1].text == FIRST and with_one[0].text == made.release.posts[0].text
    without = {channel: text.replace(f"{lamp}\n", "") for channel, text in release_form.render(edited).items()}
    assert not any(p.images for p in release_form.parse(without, edited, made.monetized).posts)


@pytest.mark.parametrize(
    ("line", "opens", "closes"),
    [
        ("Window: 2026-06-03 09:00 to 2026-06-04 18:30", "2026-06-03T00:00Z", "2026-06-04T09:30Z"),
        ("Window: from 2026-06-03 09:00 - 2026-06-04 18:30 UTC", "2026-06-03T09:00Z", "2026-06-04T18:30Z"),
        ("Window: from 2026-06-03T09:00 Europe/Berlin", "2026-06-03T07:00Z", None),
        ("Window: 2026-06-03 09:00", "2026-06-03T00:00Z", None),
        ("Window: until 2026-06-04 18:30", None, "2026-06-04T09:30Z"),
    ],
)
def test_a_window_is_a_line_above_a_channels_posts(
    line: str, opens: str | None, closes: str | None, made: Chain
) -> None:
    """It holds for every post of the channel, and comes back in the channel's clock as it was. Taken out, it is open again."""
    texts = {"bluesky": f"{line}\n\nOne.\n-----\nTwo.", "site": f"Title: T\nSlug: t\n{line}\n\nIt pays."}
    edited = release_form.parse(texts, made.release, made.monetized, tokyo)
    given = [p for p in edited.posts if p.channel in texts]
    assert {p.window for p in given} == {Window.model_validate({"not_before": opens, "not_after": closes})}
    assert len(given) == 3 and "Window" not in "".join(p.text for p in given)
    shown = release_form.render(edited, tokyo)
    assert release_form.parse(shown, edited, made.monetized, tokyo) == edited
    kept = release_form.parse(shown, edited, made.monetized, lambda _: ZoneInfo("Asia/Kolkata"))
    assert [p.window for p in kept.posts] == [p.window for p in edited.posts]
    without = {c: re.sub(r"Window: .* Asia/Tokyo\n", "", text) for c, text in shown.items()}
    assert not any(p.window != Window() for p in release_form.parse(without, edited, made.monetized, tokyo).posts)


def test_what_joins_a_thread_that_is_out_has_no_window_to_miss(made: Chain) -> None:
    """An amendment's new part goes once it is approved, though the thread's window was over long ago; the reviewer may give all another."""
    over = Window(not_after=datetime(2026, 5, 1, tzinfo=UTC))
    posts = tuple(p.model_copy(update={"window": over}) for p in made.release.posts)
    base = made.release.model_copy(update={"posts": posts, "amends": "0" * 64})
    longer = f"{release_form.render(base)['bluesky']}\n-----\nOne more."
    edited = release_form.parse({"bluesky": longer}, base, made.monetized)
    *there, added = (p for p in edited.posts if p.channel == "bluesky")
    assert [p.window for p in there] == [over] * len(there) and added.window == Window()
    given = longer.replace("until 2026-05-01 00:00", "until 2026-07-01 00:00")
    later = release_form.parse({"bluesky": given}, base, made.monetized)
    assert {p.window.not_after for p in later.posts if p.channel == "bluesky"} == {datetime(2026, 7, 1, tzinfo=UTC)}


def test_a_window_to_the_second_is_kept_where_nobody_touched_it(made: Chain) -> None:
    """The line shows minutes; left as it is, the window keeps its seconds."""
    window = Window(not_before=datetime(2026, 6, 3, 9, 0, 59, tzinfo=UTC))
    base = made.release.model_copy(
        update={"posts": tuple(p.model_copy(update={"window": window}) for p in made.release.posts)}
    )
    assert release_form.parse(release_form.render(base, tokyo), base, made.monetized, tokyo) == base


def test_words_of_another_channels_post(made: Chain) -> None:
    """A post may say what another channel's says, its attribution and its way to the article with it."""
    there = PostSentence(text="— Ludo Marchant", sources=made.release.posts[1].sentences[0].sources)
    slot = Slot(name="canonical", reserve=40)
    posts = [
        p.model_copy(
            update={"sentences": (*p.sentences, there), "slots": (slot,)} if p.channel == "mastodon" else {"slots": ()}
        )
        for p in made.release.posts
    ]
    base = made.release.model_copy(update={"posts": tuple(posts)})
    text = f"{FIRST}\n\n— Ludo Marchant\n\nRead it all: {{canonical}}"
    (post,) = (p for p in release_form.parse({"bluesky": text}, base, made.monetized).posts if p.id == "bluesky-1")
    assert there in post.sentences
    assert post.slots == (slot,)


def test_an_articles_head(made: Chain) -> None:
    """Title, summary and slug are lines of their own above the text; one that is taken out is gone."""
    text = release_form.render(made.release)["site"]
    assert text.startswith(f"Title: {made.draft.title}\nSummary: It pays to look.\nSlug: what-a-bridge-says\n\nI cross")
    article = release_form.parse(
        {"site": text.replace("Summary: It pays to look.\n", "")}, made.release, made.monetized
    )
    assert article.posts[0].summary is None
    assert article.posts[0].text == made.release.posts[0].text
