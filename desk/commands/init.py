"""`flywheel init`: a new workspace, and what to do next."""

from __future__ import annotations

from pathlib import Path

from desk.output import Output
from desk.place import Place
from state.settings import Identity
from state.workspace import write_workspace


def run(folder: Path, *, name: str | None, author: str | None, as_json: bool) -> int:
    """Raises WorkspaceError where there is a workspace already, or for a name that won't do."""
    output, given = Output(as_json=as_json), Identity()
    folder = folder.expanduser()
    written = write_workspace(
        folder, name=given.name if name is None else name, author=given.author if author is None else author
    )
    place = Place(workspace=folder, named=True)
    steps = [place.command("doctor"), place.command("run", "a topic")]
    files = [path.relative_to(folder).as_posix() for path in written]
    output.say(f"A new workspace is in {folder}:")
    for file in files:
        output.say(file, indent=2)
    output.say()
    output.say("Put texts of yours into voice/ and what is to be read into sources/. Then:")
    for step in steps:
        output.say(step, indent=2)
    output.result({"workspace": str(folder.resolve()), "written": files, "next": steps})
    return 0
