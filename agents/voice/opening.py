"""Which angle a piece takes, and how it opens: what was drawn for it, and what VOICE's writer made of that."""

from __future__ import annotations

from agents.optimizer.choosing import settled
from agents.voice.proposal import VoiceInput
from state.contracts.brief import Angle, Brief
from state.contracts.draft import Draft
from state.hooks import hook_of


def angle_of(given: VoiceInput) -> Angle:
    """The angle that was drawn, or the Brief's first."""
    wanted = given.angle.picked if given.angle else ""
    return next((a for a in given.brief.angles if a.arm == wanted), given.brief.angles[0])


def arm_of(brief: Brief, draft: Draft) -> str:
    """By which the Draft's angle is learnt about; its title where the Brief has no such angle."""
    return next((a.arm for a in brief.angles if a.title == draft.angle), draft.angle)


def recorded(given: VoiceInput, draft: Draft) -> Draft:
    """The Draft with what was drawn for it, and whether that was followed."""
    angle, hook = settled(given.angle, arm_of(given.brief, draft)), settled(given.hook, hook_of(draft.body))
    return draft.model_copy(update={"choices": (*angle, *hook)})
