"""Links that are redirects, held against the offers and against where they lead."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from state.contracts.disclosing import offers_keep_their_disclosure
from state.contracts.monetized import MonetizedDraft, links_are_tracked
from state.contracts.telling import links_are_allowed
from state.disclosures import Form, disclosure_for
from state.forms import monetized as form
from state.links import code_of, landing_url, tracked_url
from state.settings import Tracking
from tests.state.pieces import COURSE, KIT, PIECE, Chain, broken, fails, told, vary

BASE = "https://go.example.org"
SAYS = disclosure_for("affiliate", Form.WHOLE)
LINK = tracked_url(KIT, PIECE, "mastodon", BASE)


def redirected(made: Chain, **fields: Any) -> tuple[MonetizedDraft, Any]:
    """The kit placed with a redirect, and the facts of a workspace that counts clicks."""
    settings = vary(made.facts.settings, tracking=Tracking(url=BASE).model_dump())
    placed = {
        "offer": KIT.id,
        "text": KIT.pitch_text,
        "label": KIT.name,
        "disclosure": SAYS,
        "url": tracked_url(KIT, PIECE, "site", BASE),
        "landing": landing_url(KIT, PIECE, "site"),
    }
    monetized = made.placing(**placed | fields)
    return monetized, made.knowing(settings=settings, monetized=monetized)


@pytest.mark.parametrize(
    "fields",
    [
        {"url": f"{BASE}/r/{code_of('piece-2', 'site', KIT.id)}"},
        {"url": f"https://evil.example/r/{code_of(PIECE, 'site', KIT.id)}"},
        {"url": landing_url(KIT, PIECE, "site")},
        {"landing": "https://evil.example/"},
        {"landing": ""},
        {"variant": "b"},
    ],
)
def test_a_redirect_that_isnt_the_offers(fields: dict[str, str], made: Chain) -> None:
    """Another piece's code, another host, the bare page, and another place to lead to are named, with what to use."""
    assert links_are_tracked(*redirected(made)) == ()
    violation = broken(links_are_tracked, *redirected(made, **fields))
    assert told(violation) == fails("offer.link", f"offer {KIT.id}")
    assert BASE in violation.fix and KIT.url in violation.fix


def test_a_redirect_where_none_is_meant(made: Chain) -> None:
    """Without an address for redirects in the settings, a link is the offer's own."""
    monetized, _ = redirected(made)
    assert told(broken(links_are_tracked, monetized, made.facts)) == fails("offer.link", f"offer {KIT.id}")


def test_a_variant_has_a_code_of_its_own(made: Chain) -> None:
    """Two ways to place one offer are told apart by code and by tag."""
    url, landing = tracked_url(KIT, PIECE, "site", BASE, "b"), landing_url(KIT, PIECE, "site", "b")
    assert links_are_tracked(*redirected(made, variant="b", url=url, landing=landing)) == ()
    assert landing.endswith(f"utm_content={KIT.id}.b")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{SAYS} {LINK}", ""),
        (LINK, "release.disclosure"),
        (f"{LINK} {SAYS}", "release.disclosure"),
        (f"{SAYS} {landing_url(KIT, PIECE, 'mastodon')}", "release.untracked"),
        (f"{SAYS} {tracked_url(KIT, PIECE, 'site', BASE)}", "release.untracked"),
        (f"{SAYS} {BASE}/r/aaaaaaaaaa", "release.untracked"),
        (f"{SAYS} {BASE.upper().replace('HTTPS', 'https')}/r/aaaaaaaaaa?x", "release.untracked"),
    ],
)
def test_what_a_post_leads_to(text: str, code: str, made: Chain) -> None:
    """By the redirect of its own channel alone, and disclosed: that the redirects' host is the author's excuses no other code."""
    _, facts = redirected(made)
    facts = vary_identity(facts)
    found = offers_keep_their_disclosure(made.posting("mastodon-1", text), facts)
    assert {told(v) for v in found if v.where == "post mastodon-1"} == (
        {fails(code, "post mastodon-1")} if code else set()
    )


def vary_identity(facts: Any) -> Any:
    identity = facts.settings.identity.model_copy(update={"domains": ("go.example.org",)})
    return replace(facts, settings=facts.settings.model_copy(update={"identity": identity}))


def test_a_redirect_is_on_the_list(made: Chain) -> None:
    """The post's own redirect may stand there though nobody named its host; another one may not."""
    _, facts = redirected(made)
    assert links_are_allowed(made.posting("mastodon-1", f"{SAYS} {LINK}"), facts) == ()
    stray = made.posting("mastodon-1", f"{SAYS} {BASE}/r/aaaaaaaaaa")
    assert told(broken(links_are_allowed, stray, facts)) == fails("release.link", "post mastodon-1")


def test_a_correction_keeps_its_links(made: Chain) -> None:
    """A piece that was placed with redirects keeps them when the settings have changed, and one that was placed without does too."""
    _, facts = redirected(made)
    off = made.knowing(monetized=facts.monetized)
    redirect = made.posting("mastodon-1", f"{SAYS} {LINK}")
    assert [v for v in offers_keep_their_disclosure(redirect, off) if v.where == "post mastodon-1"] == []
    plain = f"{disclosure_for('own', Form.WHOLE)} {tracked_url(COURSE, PIECE, 'mastodon')}"
    on = made.knowing(settings=facts.settings)
    assert offers_keep_their_disclosure(made.posting("mastodon-1", plain), on) == ()
    assert links_are_allowed(made.posting("mastodon-1", plain), on) == ()


@pytest.mark.parametrize("variant", ["", "b"])
def test_a_reviewer_sees_where_it_leads(variant: str, made: Chain) -> None:
    """The form says what lies behind a redirect, and an edit of the form keeps it."""
    monetized, _ = redirected(made, variant=variant)
    text = form.render(monetized)
    assert f"<{LINK[: LINK.index('/r/')]}/r/" in text
    assert f", which leads to <{landing_url(KIT, PIECE, 'site')}>" in text
    assert form.parse(text, monetized) == monetized
