"""What can be told of a Draft without Facts, from the Brief and the bounds: so that its writer can look for itself."""

from __future__ import annotations

from state.contracts.brief import Brief
from state.contracts.draft import Draft, bad_markers, copied, untold, untraceable
from state.contracts.prose import concealed, off_length, off_phrases, off_structure, said_twice
from state.settings import DraftBounds
from state.violations import Violation


def faults(draft: Draft, brief: Brief, bounds: DraftBounds) -> tuple[Violation, ...]:
    """Violations that the Draft's checks will find. They may find more: they see the whole sources, not the quotes alone."""
    return (
        *bad_markers(draft),
        *untraceable(draft, brief),
        *untold(draft, brief),
        *copied(draft, ((e.title, e.quote) for e in brief.evidence)),
        *off_length(draft, bounds),
        *off_structure(draft, bounds),
        *concealed(draft),
        *said_twice(draft),
        *off_phrases(draft, bounds),
    )
