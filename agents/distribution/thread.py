"""From a proposal to short posts: links, counters and offers are put in here, so that no writer types them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agents.distribution.proposal import SentenceProposal, ThreadInput, ThreadsProposal
from state.base import Frozen, one_line
from state.channels import ChannelRules, measure
from state.contracts.fitting import stand_in
from state.contracts.monetized import Insertion, MonetizedDraft
from state.contracts.release import Post, Slot, Window
from state.contracts.tracing import FURNITURE, PostSentence
from state.disclosures import form_on, in_form
from state.links import link_on
from state.text import statements
from state.wording import words_in

UNBOUNDED = 10_000
"""What a channel without a limit is taken to hold."""


class Paragraph(Frozen):
    """A paragraph of a post, and what its sentences come from."""

    said: tuple[PostSentence, ...]

    @property
    def text(self) -> str:
        return " ".join(s.text for s in self.said)

    def traced(self) -> Iterator[PostSentence]:
        """The sentences as the contract reads them, each with the sources that were named for it."""
        for s in statements(self.text):
            named = next((p for p in self.said if s.text in p.text or p.text in s.text), self.said[0])
            yield PostSentence(text=s.text, sources=named.sources)


_BESIDE = 200
"""Bytes that a counter and the link to the article take at most."""


def room(rules: ChannelRules) -> int:
    """What a post may hold beside its counter (`1/4`, and the line before it)."""
    return (rules.limit or UNBOUNDED) - (len("\n\n9/9") if rules.threads else 0)


def size(text: str, rules: ChannelRules) -> int:
    """As the channel counts; where its bytes would be too many beside a counter and a link, more than any post holds."""
    heavy = rules.byte_limit is not None and len(text.encode()) > rules.byte_limit - _BESIDE
    return UNBOUNDED + 1 if heavy else measure(text, rules)


def room_for_link(given: ThreadInput, rules: ChannelRules) -> int:
    """What the line that leads to the article takes, and the line before it."""
    lead = len(f"\n\n{words_in(given.language).read_all} ")
    return lead + (rules.url_length or given.reserve) if given.canonical else 0


def assemble(given: ThreadInput, proposal: ThreadsProposal, window: Window) -> tuple[Post, ...]:
    """The posts of each channel that the proposal has a part for."""
    return tuple(post for rules in given.channels for post in _posts(given, rules, proposal, window))


def _posts(given: ThreadInput, rules: ChannelRules, proposal: ThreadsProposal, window: Window) -> Iterator[Post]:
    proposed = next((p.parts for p in proposal.posts if p.channel == rules.name), ())
    parts = [paragraphs for part in proposed if (paragraphs := list(_paragraphs(part)))]
    if not rules.threads:
        parts = [[paragraph for part in parts for paragraph in part]] if parts else []
    if not parts:
        return
    parts = _leading_on(parts, given, rules)
    for i, part in enumerate(parts, 1):
        counter = [_furniture(f"{i}/{len(parts)}")] if len(parts) > 1 else []
        yield _post(given, rules, i, [*part, *counter], window)


def _paragraphs(part: Sequence[SentenceProposal]) -> Iterator[Paragraph]:
    said: list[PostSentence] = []
    for s in part:
        if said and s.paragraph:
            yield Paragraph(said=tuple(said))
            said = []
        if s.text.strip():
            said.append(PostSentence(text=one_line(s.text), sources=_sources(s)))
    if said:
        yield Paragraph(said=tuple(said))


def _sources(s: SentenceProposal) -> tuple[str, ...]:
    """The ids that were named; `decision` is a reviewer's to give, and a sentence without any comes from nowhere."""
    return tuple(ref for ref in s.sources if ref != "decision") or ("nowhere",)


def _furniture(text: str) -> Paragraph:
    return Paragraph(said=(PostSentence(text=text, sources=(FURNITURE,)),))


def _leading_on(parts: list[list[Paragraph]], given: ThreadInput, rules: ChannelRules) -> list[list[Paragraph]]:
    """The parts with what they lead to: the offers where there is room for them whole, then the article. What doesn't fit behind the last
    part gets one of its own, where there are threads. Where an offer isn't the end, the link behind it has to fit as well.
    """
    link = [_furniture(f"{words_in(given.language).read_all} {{canonical}}")] if given.canonical else []
    for end in [*_offers(given, rules), *link]:
        if _size([*parts[-1], end], given, rules) <= room(rules) - (0 if end in link else room_for_link(given, rules)):
            parts = [*parts[:-1], [*parts[-1], end]]
        elif rules.threads or end in link:
            parts = [*parts, [end]]
    return parts


def _size(part: Sequence[Paragraph], given: ThreadInput, rules: ChannelRules) -> int:
    """With a URL that is as long as the article's may get."""
    return measure(text_of(part).replace("{canonical}", stand_in(given.reserve)), rules)


def _offers(given: ThreadInput, rules: ChannelRules) -> Iterator[Paragraph]:
    """The piece's offer, disclosed, by this channel's own link, where the channel shows one: of several the first that has room, in the order
    in which they fit. Short posts have no room to space two.
    """
    if rules.offers == "article" and given.canonical:
        return
    for n, insertion in _by_fit(given.monetized):
        offered = Paragraph(
            said=(
                PostSentence(
                    text=_offer(insertion, link_on(insertion, given.piece, rules.name), rules), sources=(f"i{n}",)
                ),
            )
        )
        if size(offered.text, rules) <= room(rules):
            yield offered
            return


def _by_fit(monetized: MonetizedDraft) -> list[tuple[int, Insertion]]:
    """The insertions by their numbers, the best fit first; one that was never weighed, as a reviewer's, comes last."""
    fits = {c.offer: c.fit for c in monetized.considered}
    return sorted(enumerate(monetized.insertions, 1), key=lambda pair: -fits.get(pair[1].offer, 0.0))


def _offer(i: Insertion, url: str, rules: ChannelRules) -> str:
    """The disclosure first: it is what a reader meets of the offer before anything else."""
    return " ".join(t for t in (in_form(i.disclosure, form_on(rules)), i.lead, i.text, url) if t)


def text_of(paragraphs: Sequence[Paragraph]) -> str:
    return "\n\n".join(p.text for p in paragraphs)


def _post(given: ThreadInput, rules: ChannelRules, i: int, paragraphs: Sequence[Paragraph], window: Window) -> Post:
    text = text_of(paragraphs)
    return Post(
        id=f"{rules.name}-{i}",
        channel=rules.name,
        text=text,
        window=window,
        sentences=tuple(s for p in paragraphs for s in p.traced()),
        slots=(Slot(name="canonical", reserve=given.reserve),) if "{canonical}" in text else (),
        depends_on=(given.canonical,) if given.canonical else (),
        reply_to=f"{rules.name}-{i - 1}" if i > 1 else None,
    )
