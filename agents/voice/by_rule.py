"""VOICE without a model: an attributed digest. The author's own note carries the thread; sources are quoted, never paraphrased.

Other people's sentences under the author's name would be plagiarism, so each stands in quotation marks with who said it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from agents.voice.opening import angle_of
from agents.voice.proposal import DraftProposal, Revision, VoiceInput
from state.base import digest_of
from state.contracts.brief import Evidence
from state.contracts.draft import AuthorNote
from state.hooks import hook_of
from state.notes import terms
from state.text import numbers
from state.wording import words_in


def draft(given: VoiceInput) -> DraftProposal:
    """An opening, the quotes in the order in which the author's paragraphs call for them, an end."""
    own = _own_paragraphs(given)
    opening, middle, closing = _frame(own, given)
    lines, quotes = _Lines(given), _ordered(given)
    lead = openings(given).get(given.hook.picked, opening) if given.hook else opening
    if quotes and lead == _quoted_first(given):
        body, quotes = [lines.quoting(quotes[:1]), opening], quotes[1:]
    else:
        body = [lead] if lead == opening or len(own) < 2 else [lead, opening]
    for paragraph, group in _woven(middle, quotes, given):
        body += [lines.quoting(pair) for pair in _pairs(group)]
        body += [paragraph] if paragraph else []
    return DraftProposal(title=_title(given), body="\n\n".join([*body, closing]), angle=angle_of(given).title)


def openings(given: VoiceInput) -> dict[str, str]:
    """The kinds of opening that the author's own lines and the evidence have to offer, with the first paragraph of each.

    The one that would be taken without a choice comes first in its kind.
    """
    own, framing, turn = _own_paragraphs(given), given.framing.opening, _turn(given)
    turned = (framing[(turn + n) % len(framing)] for n in range(len(framing)))
    leads = (_frame(own, given)[0], *turned, _quoted_first(given))
    found: dict[str, str] = {}
    for lead in leads:
        found.setdefault(hook_of(lead), lead)
    return found


def _quoted_first(given: VoiceInput) -> str:
    """The paragraph of a piece that opens with what its insight rests on."""
    return _Lines(given).quoting(_ordered(given)[:1])


def revise(revision: Revision) -> DraftProposal:
    """The text as it stands: what the rules can do, they did at once."""
    text = revision.text
    return DraftProposal(title=text.title, body=text.body, angle=text.angle)


def _own_paragraphs(given: VoiceInput) -> tuple[AuthorNote, ...]:
    """The paragraphs of the one note that is on this topic, in the author's order; none if none is."""
    return tuple(n for n in given.notes if n.origin == given.own_note) if given.own_note else ()


def _frame(own: Sequence[AuthorNote], given: VoiceInput) -> tuple[str, list[str], str]:
    """The opening, the author's paragraphs in between, and the end; a reviewer's attested sentences join the middle."""
    attested = [_with_marker(n) for n in given.notes if n.origin.startswith("decision:")]
    if len(own) >= 2:
        return _with_marker(own[0]), [*map(_with_marker, own[1:-1]), *attested], _with_marker(own[-1])
    framing, turn = given.framing, _turn(given)
    single = [_with_marker(n) for n in own]
    return _pick(framing.opening, turn), [*single, *attested], _pick(framing.closing, turn)


def _with_marker(note: AuthorNote) -> str:
    return f"{note.text} [{note.id}]"


def _pick(options: Sequence[str], turn: int) -> str:
    return options[turn % len(options)]


def _ordered(given: VoiceInput) -> list[Evidence]:
    """What the insight rests on first; a later variant leaves out its weakest quotes, as long as enough are left."""
    brief = given.brief
    first = list(brief.cited(brief.insight.evidence))
    rest = [e for e in brief.evidence if e not in first]
    keep = max(3, len(brief.evidence) - given.variant)
    ordered = [*first, *rest][:keep]
    return _in_turn(ordered) if angle_of(given).kind == "witnesses" else ordered


def _in_turn(quotes: list[Evidence]) -> list[Evidence]:
    """One quote of each voice before the second of any, so that witnesses stand side by side."""
    heard: Counter[str] = Counter()
    rounds = []
    for quote in quotes:
        who = quote.author or quote.title
        rounds.append(heard[who])
        heard[who] += 1
    return [quote for _, quote in sorted(zip(rounds, quotes, strict=True), key=lambda pair: pair[0])]


def _woven(middle: list[str], quotes: list[Evidence], given: VoiceInput) -> Iterator[tuple[str, list[Evidence]]]:
    """Quotes, then the paragraph of the author's that they lead to: each quote goes where the most words are shared.

    The insight's comes first. No gap takes more than its share, so that the author's voice returns at an even pace.
    """
    slots: list[list[Evidence]] = [[] for _ in range(max(len(middle), 1))]
    most = -(-len(quotes) // len(slots))
    slots[0] += quotes[:1]
    for quote in quotes[1:]:
        open_slots = [i for i, s in enumerate(slots) if len(s) < most]
        best = max(open_slots, key=lambda i: (len(_content(quote.quote) & _content(middle[i])) if middle else 0, -i))
        slots[best].append(quote)
    yield from zip(middle or [""], slots, strict=True)


def _pairs(quotes: list[Evidence]) -> Iterator[list[Evidence]]:
    """Two quotes a paragraph, so that it can be read on a phone."""
    yield from (quotes[i : i + 2] for i in range(0, len(quotes), 2))


def _turn(given: VoiceInput) -> int:
    """Where in the author's lines to begin: its own for each Brief, so that two pieces don't open alike, and repeatable."""
    return given.variant + int(digest_of(given.brief)[:8], 16)


class _Lines:
    """The author's joining sentences, each used once before any is used again."""

    def __init__(self, given: VoiceInput) -> None:
        self._framing, self._turn = given.framing, _turn(given)
        self._of = words_in(given.language).of
        self._used: dict[str, int] = {}
        self._spoken: list[str] = []

    def _next(self, kind: str, options: Sequence[str]) -> str:
        at = self._used.get(kind, 0)
        self._used[kind] = at + 1
        return options[(at + self._turn) % len(options)] if at < len(options) else ""

    def quoting(self, quotes: Sequence[Evidence]) -> str:
        """One paragraph: who says it, what they say, and a joining sentence before the second voice."""
        parts: list[str] = []
        for e in quotes:
            who = e.author or e.title
            if parts:
                parts.append(self._joining(who))
            frame = self._next("attribution", self._framing.attribution) or "{who}:"
            parts.append(f"{frame.replace('{who}', self._name(e, who))} “{e.quote}” [{e.id}]")
            self._spoken.append(who)
        return " ".join(p for p in parts if p)

    def _joining(self, who: str) -> str:
        """Leads on with the same voice, or to a new one; a voice that was heard before needs no introduction."""
        if self._spoken[-1] == who:
            return self._next("bridge", self._framing.bridge)
        return "" if who in self._spoken else self._next("contrast", self._framing.contrast)

    def _name(self, e: Evidence, who: str) -> str:
        """In full at the first mention, with where it was written; the bare name after that."""
        plain = who in self._spoken or not e.author or e.origin.startswith("file:")
        return who if plain else self._of.format(who=who, where=e.origin)


def _title(given: VoiceInput) -> str:
    """The topic; if it states a number that no evidence holds, the title of the source that the insight comes from."""
    topic, brief = given.brief.topic.strip().rstrip("."), given.brief
    if numbers(topic) - numbers(" ".join(e.quote for e in brief.evidence)):
        topic = brief.cited(brief.insight.evidence)[0].title
    return topic[:1].upper() + topic[1:]


def _content(text: str) -> set[str]:
    return set(terms(text))
