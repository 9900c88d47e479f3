"""A workspace: the folder with its owner's settings, voice, sources, images and offers, read from disk and checked.

Everything here reads or writes files and is sync: async code calls it through `asyncio.to_thread`.
"""

from __future__ import annotations

from state.workspace.checks import load_checks
from state.workspace.config import load_settings
from state.workspace.database import database_url
from state.workspace.media import media_files
from state.workspace.offer_changes import OfferRefused, add_offer, end_offer
from state.workspace.offers import load_offers
from state.workspace.problems import Problem, WorkspaceError
from state.workspace.scaffold import write_workspace
from state.workspace.voice import Framing, VoiceFolder, load_voice

__all__ = [
    "Framing",
    "OfferRefused",
    "Problem",
    "VoiceFolder",
    "WorkspaceError",
    "add_offer",
    "database_url",
    "end_offer",
    "load_checks",
    "load_offers",
    "load_settings",
    "load_voice",
    "media_files",
    "write_workspace",
]
