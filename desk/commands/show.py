"""`flywheel show`: the whole story of one piece, or one of its contracts as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from desk.brief import page
from desk.errors import DeskError, WrongUsage
from desk.opened import Opened, opened
from desk.output import Output
from desk.place import Place
from desk.provenance import provenance
from desk.report import Report, contract, report
from desk.report import as_json as report_json
from desk.story import say_story
from graph.boundaries import BOUNDARIES
from graph.shown import form_of
from state.base import AgentName
from state.contracts.base import Contract
from state.contracts.brief import Brief
from state.contracts.release import Release

Part = Literal["brief", "draft", "offer", "release"]
MAKER: Mapping[Part, AgentName] = {"brief": "content", "draft": "voice", "offer": "revenue", "release": "distribution"}


def run(name: str, place: Place, parts: Mapping[Part, bool], *, as_json: bool) -> int:
    """Raises NoSuchPiece; DeskError for a contract that the piece doesn't have yet."""
    chosen = [part for part, wanted in parts.items() if wanted]
    if len(chosen) > 1:
        raise WrongUsage(f"--{' and --'.join(chosen)} exclude each other.", fix="Give one of them.")
    output = Output(as_json=as_json)
    with opened(place) as desk:
        told = report(desk, desk.do(desk.desk.find(name)))
        if chosen:
            _say_part(chosen[0], told, desk, output)
            return 0
        origins = desk.do(provenance(desk, told.release)) if told.release else None
        say_story(told, origins, desk, output)
        output.result({**report_json(told, desk), "provenance": origins.model_dump(mode="json") if origins else None})
    return 0


def _say_part(part: Part, told: Report, desk: Opened, output: Output) -> None:
    boundary = BOUNDARIES[MAKER[part]]
    digest = told.standing(boundary.contract)
    found = desk.do(contract(desk, boundary.contract, digest))
    if found is None:
        fix = f"`{desk.place.command('show', told.row.piece)}` tells how far it got."
        raise DeskError(f"Piece {told.row.piece} has no {boundary.contract} yet.", fix=fix, piece=told.row.piece)
    text = _text(found, form_of(boundary, found, desk.desk.settings))
    output.markdown(page(found) if isinstance(found, Brief) else text)
    output.result(
        {**report_json(told, desk), part: {"digest": digest, "text": text, "body": found.model_dump(mode="json")}}
    )


def _text(found: Contract, forms: Mapping[str, str]) -> str:
    if isinstance(found, Release):
        return "\n\n".join(f"## {channel}\n\n{text}" for channel, text in forms.items())
    return "\n\n".join(forms.values())
