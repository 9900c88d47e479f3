"""What a post says of an offer before the reader meets it, by class, form of channel and language."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from state.channels import RULES
from state.contracts.disclosing import offers_keep_their_disclosure
from state.contracts.tracing import trace
from state.disclosures import Form, disclosure_for, form_on
from state.links import tracked_url
from tests.state.pieces import COURSE, KIT, PIECE, Chain, Known, broken, fails, told, vary

SAYS = disclosure_for("affiliate", Form.WHOLE)
LABEL = disclosure_for("affiliate", Form.LABEL)
LINK = tracked_url(KIT, PIECE, "mastodon")
PITCH = KIT.pitch_text
MISSING = fails("release.disclosure", "post mastodon-1")


def affiliate(made: Chain, text: str, post: str = "mastodon-1") -> tuple[Any, Known]:
    """A release whose post leads to the affiliate's kit, and the facts that allow it."""
    placed = made.placing(
        offer=KIT.id, disclosure=SAYS, text=PITCH, label=KIT.name, url=tracked_url(KIT, PIECE, "site")
    )
    return made.posting(post, text), made.knowing(monetized=placed)


def found(made: Chain, text: str) -> set[Any]:
    release, facts = affiliate(made, text)
    return {told(v) for v in offers_keep_their_disclosure(release, facts) if v.where == "post mastodon-1"}


@pytest.mark.parametrize(
    "text",
    [
        f"{SAYS} [The Paint Kit]({LINK})",
        f"{SAYS} {LINK}",
        f"{LABEL} {LINK}",
        f"{LABEL} {PITCH} {LINK}",
        f"It pays to look.\n\n{LABEL} For the next coat: {PITCH} {LINK}",
        f"It pays to look. {LABEL} {PITCH} {LINK}",
        f"**{LABEL}** {PITCH} {LINK}",
        f"📣 {LABEL} {PITCH} {LINK}",
        f"{LABEL}\n\n{PITCH} {LINK}",
        f"{LABEL.replace(' ', chr(10))} {PITCH} {LINK}",
        "It pays to look.",
    ],
)
def test_a_post_that_says_so(text: str, made: Chain) -> None:
    """The channel's label or the whole sentence, however it is set, with whatever is said beside it; and where there is no offer, nothing."""
    assert found(made, text) == set()


@pytest.mark.parametrize(
    "text",
    [
        f"[The Paint Kit]({LINK}) {SAYS}",
        f"{LINK}",
        f"Advertisement. [The Paint Kit]({LINK})",
        f"[x](https://upkeep.example '{SAYS}') [The Paint Kit]({LINK})",
        f"[The Paint Kit]({LINK}) {SAYS} [The Paint Kit]({LINK})",
        f"[The Paint Kit]({LINK.replace('&', '&amp;')}) {SAYS}",
        f"[{SAYS}]({LINK})",
        f"{PITCH} {LABEL} {LINK}",
        f"{PITCH} {LINK} {LABEL}",
        f"{PITCH}\n\n{LABEL} {LINK}",
        f"{PITCH} {LINK}\n\n{LABEL}",
        f"{LABEL}\n\nIt pays to look.\n\n{PITCH} {LINK}",
        f"Thanks to our friends! {PITCH} {LINK}",
        f"Affiliate link: {PITCH} {LINK}",
        f"#aff {PITCH} {LINK}",
        f"Ad: {PITCH} {LINK}",
        f"{disclosure_for('own', Form.LABEL)} {PITCH} {LINK}",
        f"This is not an {LABEL} {PITCH} {LINK}",
        f"{LABEL.lower()} {PITCH} {LINK}",
        f"A\u200bd (I earn a commission): {PITCH} {LINK}",
        f"\u202e{LABEL[::-1]}\u202c {PITCH} {LINK}",
        f"<!-- {LABEL} --> {PITCH} {LINK}",
        f"<!-- {LABEL} {PITCH} {LINK}",
        f"~~{LABEL}~~ {PITCH} {LINK}",
        f"[//]: # ({LABEL})\n\n{PITCH} {LINK}",
        f"```{LABEL}\n```\n\n{PITCH} {LINK}",
        f"::: offer {LABEL}\n{PITCH} {LINK}\n:::",
        f"![{LABEL}](https://upkeep.example/a.png) {PITCH} {LINK}",
        PITCH,
    ],
)
def test_a_post_that_doesnt(text: str, made: Chain) -> None:
    """Left out, behind the link or the offer's words, far from them, softened, taken back or hidden: each is told, and no person can waive it."""
    assert found(made, text) == {MISSING}


def test_what_to_do_about_it(made: Chain) -> None:
    """It is said which words stand where, and who wants them."""
    violation = broken(offers_keep_their_disclosure, *affiliate(made, f"{PITCH} {LINK}"))
    assert LABEL in violation.fix
    assert "16 CFR 255.5(a)" in violation.message and "CAP Code 2.1" in violation.message


def test_a_long_run_of_dots_is_read_at_once(made: Chain) -> None:
    """A paragraph that is nearly all punctuation takes no time to be judged."""
    began = time.monotonic()
    assert found(made, f"{'.' * 100_000} {PITCH} {LINK}") == {MISSING}
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("channel", [name for name, rules in RULES.items() if not rules.article])
def test_an_article_says_the_whole_sentence(channel: str, made: Chain) -> None:
    """What is enough for a short post is too little for an article, and never the other way round."""
    url = tracked_url(KIT, PIECE, "site")
    link = f'[The Paint Kit]({url} "sponsored")'
    short = broken(offers_keep_their_disclosure, *affiliate(made, f"::: offer\n{LABEL} {PITCH} {link}\n:::", "site"))
    assert told(short) == fails("release.disclosure", "post site")
    assert SAYS in short.fix
    assert offers_keep_their_disclosure(*affiliate(made, f"::: offer\n{SAYS} {PITCH} {link}\n:::", "site")) == ()
    assert form_on(RULES[channel]) is Form.LABEL


@pytest.mark.parametrize("after", [")", ' "nofollow")', ' "sponsored)")'])
def test_a_paid_link_in_an_article_is_marked(after: str, made: Chain) -> None:
    """Taking the mark off a link that is paid for is told."""
    text = f"{SAYS} {PITCH} [The Paint Kit]({tracked_url(KIT, PIECE, 'site')}{after}"
    violation = broken(offers_keep_their_disclosure, *affiliate(made, text, "site"))
    assert told(violation) == fails("release.sponsored", "post site")
    assert '"sponsored")' in violation.fix


def test_two_offers_in_one_post(made: Chain) -> None:
    """Each says it for itself: what stood before the first link is not said of the second."""
    course = f"{disclosure_for('own', Form.LABEL)} {COURSE.pitch_text} {tracked_url(COURSE, PIECE, 'mastodon')}"
    monetized = affiliate(made, "x")[1].monetized
    assert monetized is not None
    both = vary(
        made.monetized,
        insertions=[
            made.monetized.insertions[0].model_dump(),
            monetized.insertions[0].model_dump(),
        ],
    )
    twin = vary(KIT, disclosure="own", kind="own")
    for kit, label, good in ((KIT, LABEL, True), (twin, "", False), (twin, disclosure_for("own", Form.LABEL), True)):
        facts = made.knowing(monetized=both, offers={COURSE.id: COURSE, KIT.id: kit})
        for gap in (" ", "\n\n"):
            release = made.posting("mastodon-1", f"{course}{gap}{label} {PITCH} {LINK}".replace("  ", " "))
            left = [v for v in offers_keep_their_disclosure(release, facts) if v.where == "post mastodon-1"]
            assert [told(v) for v in left] == ([] if good else [MISSING])


def test_an_offer_that_nobody_earns_by(made: Chain) -> None:
    """It is disclosed by nothing, and needs nothing."""
    release, facts = affiliate(made, f"{PITCH} {LINK}")
    free = vary(KIT, kind="newsletter", disclosure="none")
    assert offers_keep_their_disclosure(release, replace(facts, offers={KIT.id: free})) == ()


def test_the_authors_own_words_are_no_offers(made: Chain) -> None:
    """A sentence of the pitch that the piece has too may stand in a post by itself."""
    release, facts = affiliate(made, PITCH)
    assert facts.monetized is not None
    body = f"{facts.monetized.body}\n\n{PITCH}"
    spoken = replace(facts, monetized=vary(facts.monetized, body=body))
    assert offers_keep_their_disclosure(release, spoken) == ()


@pytest.mark.parametrize("language", ["de", "de-CH", "fr", "es"])
def test_readers_of_another_language(language: str, made: Chain) -> None:
    """It is said in theirs; what was placed in English stays enough where the language was changed since, and only there."""
    identity = made.facts.settings.identity.model_copy(update={"language": language})
    settings = made.facts.settings.model_copy(update={"identity": identity})
    label, whole = (disclosure_for("affiliate", form, language) for form in (Form.LABEL, Form.WHOLE))
    for placed, text, good in (
        (whole, label, True),
        (whole, whole, True),
        (whole, LABEL, False),
        (SAYS, LABEL, True),
        (SAYS, label, True),
        ("A word from our friends.", "A word from our friends.", False),
    ):
        release, facts = affiliate(made, f"{text} {PITCH} {LINK}")
        assert facts.monetized is not None
        insertion = facts.monetized.insertions[0].model_dump() | {"disclosure": placed}
        facts = replace(facts, settings=settings, monetized=vary(facts.monetized, insertions=[insertion]))
        left = [told(v) for v in offers_keep_their_disclosure(release, facts) if v.where == "post mastodon-1"]
        assert left == ([] if good else [MISSING]), (placed, text)


def test_one_links_beginning_is_anothers(made: Chain) -> None:
    """A link that begins like another offer's is not taken for it."""
    longer = vary(KIT, id="paint-kit-two", kind="own", disclosure="own")
    text = (
        f"{disclosure_for('own', Form.LABEL)} Two: {tracked_url(longer, PIECE, 'mastodon')}\n\n{LABEL} {PITCH} {LINK}."
    )
    release, facts = affiliate(made, text)
    facts = replace(facts, offers={KIT.id: KIT, longer.id: longer})
    assert [v for v in offers_keep_their_disclosure(release, facts) if v.where == "post mastodon-1"] == []


@pytest.mark.parametrize("form", Form)
def test_where_a_disclosed_offer_comes_from(form: Form, made: Chain) -> None:
    """An offer's sentences are traced to it in either form, so that an edit elsewhere makes none of them a reviewer's own."""
    i = made.monetized.insertions[0]
    text = f"It pays to look.\n\n{disclosure_for('own', form)} {i.lead} {i.text}"
    assert {s.sources for s in trace(text, made.monetized)} == {("s2",), ("i1",)}


@pytest.mark.parametrize(
    "url",
    [
        KIT.url,
        f"{KIT.url}/",
        f"{KIT.url}#top",
        f"{KIT.url}?a=1",
        LINK.replace("mastodon", "bluesky"),
        KIT.url.replace("https", "HTTPS"),
    ],
)
def test_an_offers_page_by_another_link(url: str, made: Chain) -> None:
    """The bare address of an offer's page, and another channel's link to it, aren't tracked here."""
    violation = broken(offers_keep_their_disclosure, *affiliate(made, f"{SAYS} {url}"))
    assert told(violation) == fails("release.untracked", "post mastodon-1")
    assert LINK in violation.fix


def test_the_authors_own_offer_on_the_authors_own_host(made: Chain) -> None:
    """That a host is the author's excuses no offer on it from being tracked and disclosed."""
    bare = made.posting("mastodon-1", f"It pays to look: {COURSE.url}")
    assert told(broken(offers_keep_their_disclosure, bare, made.facts)) == fails("release.untracked", "post mastodon-1")
    undisclosed = made.posting("mastodon-1", f"It pays to look: {tracked_url(COURSE, PIECE, 'mastodon')}")
    assert told(broken(offers_keep_their_disclosure, undisclosed, made.facts)) == MISSING
