"""What VOICE's writer sees and answers with."""

from __future__ import annotations

from state.base import Frozen
from state.choices import Choice
from state.contracts.brief import Brief
from state.contracts.draft import AuthorNote, Draft
from state.settings import DraftBounds
from state.voice import VoiceProfile
from state.workspace import Framing


class VoiceInput(Frozen):
    """VOICE's slice: the Brief, the author, and what was wrong with the last try. Not the sources."""

    brief: Brief
    author: str
    notes: tuple[AuthorNote, ...]
    """Paragraphs of the author's notes, numbered, and sentences that a reviewer attested."""
    own_note: str = ""
    """Origin of the note that is on this topic."""
    framing: Framing
    language: str = "en"
    profile: VoiceProfile
    sample: str = ""
    """The start of one sample, for a model to hear the author by."""
    bounds: DraftBounds
    angle: Choice | None = None
    """Of the Brief's angles, by their arms, the one that was drawn by what paid; None where nothing was learnt yet."""
    hook: Choice | None = None
    """The kind of opening that was drawn."""
    rules: tuple[str, ...] = ()
    """What the author's edits taught, a line each."""
    previous: Draft | None = None
    variant: int = 0
    """How often this piece was drafted before; the rule-based writer turns its choices by it."""
    mend: tuple[str, ...] = ()
    passes: int = 3
    """How often to go over the text: draft, then edit, then polish."""


class Revision(Frozen):
    """What an edit and a polish begin with."""

    given: VoiceInput
    text: Draft
    off: tuple[str, ...] = ()
    """What is wrong with it, and where it isn't the author's voice."""


class DraftProposal(Frozen):
    title: str
    body: str
    angle: str
