"""Short posts without a model: the insight first, the author's own thought on it, more evidence, and the author's last word.

A channel gets as many posts as its limit makes of that, and no more: two on Mastodon, four on Bluesky, one on LinkedIn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from agents.distribution.proposal import SentenceProposal, ThreadInput, ThreadProposal, ThreadsProposal
from agents.distribution.thread import room, room_for_link, size
from state.base import Frozen
from state.channels import ChannelRules
from state.contracts.draft import Citation
from state.contracts.telling import SHORTEST
from state.notes import terms
from state.text import Statement, quotations, statements, words

Paragraph = list[Statement]
LONG = 1000
"""Characters from which a post has room for a second round of evidence and thought."""
PARTS = 4
"""Posts of a thread: longer ones aren't read to their end."""


class Beat(Frozen):
    """One thing that is said in one breath; the first to be left out is the one of the highest `rank`."""

    said: tuple[SentenceProposal, ...]
    rank: int

    @property
    def text(self) -> str:
        return " ".join(s.text for s in self.said)


def by_rule(given: ThreadInput) -> ThreadsProposal:
    """Raises nothing: a piece of which not one sentence fits is told by its title."""
    piece = _Piece(given)
    return ThreadsProposal(
        posts=tuple(ThreadProposal(channel=rules.name, parts=tuple(_parts(piece, rules))) for rules in given.channels)
    )


def _parts(piece: _Piece, rules: ChannelRules) -> list[tuple[SentenceProposal, ...]]:
    """The beats, packed into as few posts as they fit in; those that there is no post for are left out."""
    most = min(PARTS, piece.given.most) if rules.threads else 1
    beats = piece.beats(rules, most)
    while True:
        parts = _packed(beats, rules, room_for_link(piece.given, rules))
        if len(parts) <= most or len(beats) == 1:
            return parts
        beats.remove(max(beats, key=lambda beat: beat.rank))


def _packed(beats: Sequence[Beat], rules: ChannelRules, link: int) -> list[tuple[SentenceProposal, ...]]:
    parts: list[list[Beat]] = []
    for beat in beats:
        taken = link if beat is beats[-1] else 0
        together = "\n\n".join(b.text for b in (*parts[-1], beat)) if parts else ""
        if parts and size(together, rules) + taken <= room(rules):
            parts[-1].append(beat)
        else:
            parts.append([beat])
    return [tuple(s for beat in part for s in beat.said) for part in parts]


class _Piece:
    """The piece as a short post can use it."""

    def __init__(self, given: ThreadInput) -> None:
        self.given = given
        self._told = [s for s in statements(given.monetized.body) if s.kind not in ("heading", "quote")]
        self._citations = {c.id: c for c in given.monetized.citations}

    def beats(self, rules: ChannelRules, most: int) -> list[Beat]:
        """In the order in which they are read. Where there is only one post, the link has to fit behind whatever stands there."""
        link = room_for_link(self.given, rules)
        whole = room(rules) - (link if most == 1 else 0)
        hook = next((s for s in self._hooks() if self._fits(s, rules, whole)), None)
        if hook is None:
            return [Beat(said=(SentenceProposal(text=self.given.monetized.title, sources=("title",)),), rank=0)]
        rounds = 2 if rules.limit is None or rules.limit >= LONG else 1
        thoughts, close = self._taken(self._thoughts(hook), rounds, rules, whole)
        evidence = list(islice((s for s in self._evidence(hook) if self._fits(s, rules, whole)), rounds))
        beats = [Beat(said=(self._shown(hook),), rank=0)]
        for n in range(rounds):
            if n < len(thoughts):
                beats.append(Beat(said=self._opening_of(thoughts[n], rules, whole), rank=3 + 2 * n))
            if n < len(evidence):
                beats.append(Beat(said=(self._shown(evidence[n]),), rank=2 + 2 * n))
        last = self._opening_of(close, rules, room(rules) - link)
        return [*beats, Beat(said=last, rank=1)] if last else beats

    def _taken(
        self, thoughts: Sequence[Paragraph], most: int, rules: ChannelRules, room: int
    ) -> tuple[list[Paragraph], Paragraph]:
        """Of the thoughts that fit: the first ones, and the last, which closes the thread; no close where there is only one."""

        def fits(thought: Paragraph) -> bool:
            return size(thought[0].text, rules) <= room

        first = list(islice(filter(fits, thoughts), most + 1))
        if len(first) < 2:
            return first, []
        close = next(filter(fits, reversed(thoughts)))
        return [thought for thought in first[:most] if thought is not close], close

    def _hooks(self) -> Iterator[Statement]:
        """What can open: what the insight rests on, then other evidence, then whatever the piece says. Each try of a rework begins one later."""
        cited = [s for s in self._told if _evidence_of(s)]
        insight = [s for s in cited if set(s.cites) & set(self.given.insight)]
        order = list(dict.fromkeys([*insight, *cited, *self._told]))
        start = self.given.variant % len(order) if order else 0
        yield from (*order[start:], *order[:start])

    def _evidence(self, hook: Statement) -> list[Statement]:
        """What another source than the hook's says comes first, what speaks of the title before what doesn't, then by CONTENT's own rank."""
        others = [s for s in self._told if _evidence_of(s) and s != hook]
        heard, title = self._sources(hook), set(terms(self.given.monetized.title))
        return sorted(
            others,
            key=lambda s: (
                bool(self._sources(s) & heard),
                -len(title & set(terms(s.text))),
                min(map(_number, _evidence_of(s))),
            ),
        )

    def _sources(self, s: Statement) -> set[str]:
        return {c.author or c.origin for ref in s.cites if (c := self._citations.get(ref))}

    def _thoughts(self, hook: Statement) -> list[Paragraph]:
        """The author's own paragraphs behind the hook; those before it, the opening aside, where there are none."""
        found: dict[int, Paragraph] = {}
        for s in self._told:
            found.setdefault(s.block, []).append(s)
        own = [
            p for p in found.values() if p[0].kind == "paragraph" and not any(map(_evidence_of, p)) and hook not in p
        ]
        return [p for p in own if p[0].block > hook.block] or own[1:]

    def _opening_of(
        self, paragraph: Iterable[Statement], rules: ChannelRules, most: int
    ) -> tuple[SentenceProposal, ...]:
        """The paragraph's sentences from its first on, whole, as far as they fit."""
        said: list[SentenceProposal] = []
        for s in paragraph:
            if size(" ".join([*(p.text for p in said), s.text]), rules) > most:
                break
            said.append(SentenceProposal(text=s.text, sources=(s.id,), paragraph=not said))
        return tuple(said)

    def _fits(self, s: Statement, rules: ChannelRules, most: int) -> bool:
        return size(self._shown(s).text, rules) <= most

    def _shown(self, s: Statement) -> SentenceProposal:
        """A sentence; one that only introduces a quotation is turned round: the quotation, and who said it."""
        who = next((n for ref in s.cites if (c := self._citations.get(ref)) and (n := _speaker(c, s.text))), "")
        quoted = _introduced(s.text) if who else ""
        return SentenceProposal(text=f"{quoted} — {who}" if quoted else s.text, sources=(s.id,), paragraph=True)


def _evidence_of(s: Statement) -> list[str]:
    return [ref for ref in s.cites if ref.startswith("e")]


def _number(ref: str) -> int:
    return int(ref[1:])


def _speaker(citation: Citation, text: str) -> str:
    """Who is quoted, as `text` names them; empty where it doesn't."""
    return next((name for name in (citation.author, citation.title) if name and name in text), "")


def _introduced(text: str) -> str:
    """The quotation, with its marks, that a sentence leads up to with a colon and ends with; else nothing."""
    said = quotations(text)
    at = text.find(said[0]) if len(said) == 1 and len(words(said[0])) >= SHORTEST else -1
    if at < 1:
        return ""
    before, quoted = text[: at - 1].rstrip(), text[at - 1 :]
    return quoted if before.endswith(":") and len(quoted) == len(said[0]) + 2 else ""
