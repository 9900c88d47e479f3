"""Whatever is offered, wherever: a short post says what it is before it says anything of it."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.distribution.by_rule import by_rule
from agents.distribution.proposal import ThreadInput
from agents.distribution.thread import assemble
from state.base import one_line
from state.channels import RULES, ChannelRules, over_limit
from state.contracts import Release
from state.contracts.disclosing import offers_keep_their_disclosure
from state.contracts.fitting import filled
from state.contracts.monetized import Insertion
from state.contracts.release import Window
from state.disclosures import WORDS, DisclosureClass, Form, disclosure_for
from state.links import landing_url, link_on, tracked_url
from state.offers import Offer
from tests.state.pieces import PIECE, Chain, chain, vary

pytestmark = pytest.mark.long

MADE: Chain = chain()
LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"]), max_size=90).map(
    one_line
)
TRICKY = st.sampled_from(
    [
        "Ad", "(my own):", "~~", "*", "**bold**", "_", "`", "[", "](", ")", "<!--", "-->", "![x](y)", "“", "”", "“So.”",
        "This is not", "\u2028", "1/2", "https://shop.example/else", "Look up.", "It costs {price}.", "Ç'est", "🎁",
        "A course on looking at bridges, in twelve parts.", "#ad", "\\", "|", "::: offer",
    ]
)  # fmt: skip
WORDED = (LINE | st.lists(TRICKY, max_size=8).map(" ".join)).map(one_line)
CLASSES: tuple[DisclosureClass, ...] = get_args(DisclosureClass)
RULED = st.builds(
    lambda rules, limit, threads: vary(rules, limit=limit, threads=threads),
    st.sampled_from([rules for rules in RULES.values() if not rules.article]),
    st.none() | st.integers(min_value=100, max_value=3000),
    st.booleans(),
)


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    cls = draw(st.sampled_from(CLASSES))
    kind = {"affiliate": "affiliate", "sponsored": "sponsor", "tips": "tip-jar", "none": "newsletter"}.get(cls, "own")
    paid = {"slots": 3, "live_from": "2026-01-01", "live_until": "2026-12-31"} if kind == "sponsor" else {}
    priced = draw(st.booleans()) and cls != "none"
    pitch = draw(WORDED.filter(bool))
    return Offer.model_validate(
        {
            "id": draw(st.sampled_from(["kit", "bridge-course", "a-1"])),
            "kind": kind,
            "name": draw(WORDED.filter(bool)),
            "url": draw(st.sampled_from(["https://shop.example/kit", "https://shop.example/a_(b)?c=d&e=f#g"])),
            "pitch": pitch if priced else pitch.replace("{price}", "nothing"),
            "keywords": ("bridge",),
            "disclosure": cls,
            **({"price": "49.00", "currency": "GBP"} if priced else {}),
            **paid,
        }
    )


def placed(offer: Offer, lead: str, language: str, base: str) -> Insertion:
    return Insertion(
        at=len(MADE.draft.body),
        offer=offer.id,
        disclosure=disclosure_for(offer.disclosure, Form.WHOLE, language),
        lead=lead,
        text=one_line(offer.pitch_text),
        label=offer.name,
        url=tracked_url(offer, PIECE, "site", base),
        landing=landing_url(offer, PIECE, "site") if base else "",
    )


@settings(max_examples=150, deadline=None)
@given(
    offers(),
    WORDED,
    RULED,
    st.sampled_from([*WORDS, "it"]),
    st.sampled_from(["", "https://go.example.org"]),
    st.booleans(),
)
def test_the_disclosure_stands_before_the_offer(
    offer: Offer, lead: str, rules: ChannelRules, language: str, base: str, leading: bool
) -> None:
    """For any offer, lead-in, pitch, language and channel's rules: its paragraph begins with the label of its class, then come its words and its link;
    the post fits, and the contract finds the same.
    """
    insertion = placed(offer, lead, language, base)
    monetized = vary(MADE.monetized, insertions=[insertion.model_dump()])
    wanted = ThreadInput(
        piece=PIECE, monetized=monetized, channels=(rules,), canonical="site" if leading else None, reserve=60, most=8
    )
    posts = assemble(wanted, by_rule(wanted), Window())
    link, label = link_on(insertion, PIECE, rules.name), disclosure_for(offer.disclosure, Form.LABEL, language)
    for post in posts:
        for paragraph in post.text.split("\n\n"):
            if link in paragraph:
                assert paragraph.startswith(label)
                assert paragraph.endswith(f"{insertion.text} {link}")
                assert over_limit(filled(post), rules) is None
    identity = MADE.facts.settings.identity.model_copy(update={"language": language})
    tracking = MADE.facts.settings.tracking.model_copy(update={"url": base})
    changed = MADE.facts.settings.model_copy(update={"identity": identity, "tracking": tracking})
    facts = MADE.knowing(monetized=monetized, offers={offer.id: offer}, settings=changed)
    release = Release(parent="", piece=PIECE, posts=posts)
    assert [v for v in offers_keep_their_disclosure(release, facts) if v.code == "release.disclosure"] == []
    bare = [p.model_dump() | {"text": p.text.replace(f"{label} ", "")} for p in posts] if label else []
    if any(link in p.text for p in posts) and label and label not in lead:
        stripped = vary(release, posts=bare)
        assert "release.disclosure" in {v.code for v in offers_keep_their_disclosure(stripped, facts)}


@settings(max_examples=60, deadline=None)
@given(offers(), WORDED)
def test_linkedin_has_room_for_most_of_them(offer: Offer, lead: str) -> None:
    """The offers of the property above do come to stand in posts: it holds of something."""
    monetized = vary(MADE.monetized, insertions=[placed(offer, lead, "en", "").model_dump()])
    wanted = ThreadInput(
        piece=PIECE, monetized=monetized, channels=(RULES["linkedin"],), canonical="site", reserve=60, most=1
    )
    (post,) = assemble(wanted, by_rule(wanted), Window())
    assert link_on(monetized.insertions[0], PIECE, "linkedin") in post.text
