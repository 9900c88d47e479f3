"""From what VOICE's writer writes to a Draft: `<<e3>>` stands for the words of evidence e3, so that nobody types them."""

from __future__ import annotations

import re

from agents.voice.proposal import DraftProposal, VoiceInput
from state.base import digest_of, one_line
from state.contracts.brief import Brief
from state.contracts.draft import Citation, Draft
from state.text import markers

_PLACE = re.compile(r"<<(e[1-9]\d*)>>(?: ?\[\1\])?")


def filled(body: str, brief: Brief) -> str:
    """`body` with each place filled in: the quotation to the letter, in quotation marks, and its marker."""
    quotes = {e.id: e.quote for e in brief.evidence}
    return _PLACE.sub(lambda m: f"“{quotes[m[1]]}” [{m[1]}]" if m[1] in quotes else m[0], body)


def emptied(body: str, brief: Brief) -> str:
    """`body` with each whole quotation that has its marker behind it made a place again; filling that gives `body` back."""
    for e in brief.evidence:
        said = re.escape(f"“{e.quote}” [{e.id}]")
        body = re.sub(rf"{said}(?! ?\[{e.id}\])", f"<<{e.id}>>", body)
    return body


def assemble(given: VoiceInput, proposal: DraftProposal) -> Draft:
    """The Draft that a proposal means: quotes filled in to the letter, only the notes that it cites."""
    body = filled(proposal.body, given.brief).replace("\r\n", "\n")
    body = re.sub(r"[ \t]+$", "", body, flags=re.MULTILINE).strip()
    cited = set(markers(body))
    return Draft(
        parent=digest_of(given.brief),
        title=one_line(proposal.title),
        body=body,
        angle=one_line(proposal.angle),
        citations=tuple(Citation.of(e) for e in given.brief.evidence),
        notes=tuple(n for n in given.notes if n.id in cited),
    )
