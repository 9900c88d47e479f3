"""voice/: how the author sounds, what the author knows and may name, and how texts are joined.

voice/*.md, *.txt          samples; voice/notes/ has the notes, in the same two kinds of file
voice/glossary.txt         one name a line; a line that begins with # is a remark
voice/framing.toml         joining sentences, a list a key
README.*, _* and .*        never read: they are for people
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from state.base import Frozen
from state.wording import JOINING, joining_in
from state.workspace.document import Document, read_document, read_text
from state.workspace.explain import fill
from state.workspace.problems import Problem, WorkspaceError

GLOSSARY = "voice/glossary.txt"
FRAMING = "voice/framing.toml"
_TEXTS = (".md", ".txt")
_HINTS: Mapping[str, str] = dict.fromkeys(
    ("attribution", "bridge", "contrast", "opening", "closing"), "Give a sentence or more, or leave the key out."
)

_OURS = JOINING["en"]
Sentences = Annotated[tuple[str, ...], Field(min_length=1)]


class Framing(Frozen):
    """The author's own sentences that join other people's. They state no fact, so they fit any piece."""

    attribution: Sentences = _OURS.attribution
    """Each stands before a quotation; `{who}` is where it comes from."""
    bridge: Sentences = _OURS.bridge
    """From one quotation to the next."""
    contrast: Sentences = _OURS.contrast
    """From one source to another."""
    opening: Sentences = _OURS.opening
    """Used when no note of the author's opens the piece."""
    closing: Sentences = _OURS.closing
    """Used when no note of the author's closes it."""

    def said_in(self, language: str) -> Framing:
        """With what the author gave, and in the author's language what we put where nothing was given."""
        ours = joining_in(language)
        given = {kind: getattr(self, kind) for kind in Framing.model_fields}
        return Framing.model_validate(
            {kind: getattr(ours, kind) if said == getattr(_OURS, kind) else said for kind, said in given.items()}
        )


class VoiceFolder(Frozen):
    samples: tuple[tuple[str, str], ...] = ()
    """(path relative to the workspace, text), in order of path; so are the notes."""
    notes: tuple[tuple[str, str], ...] = ()
    glossary: tuple[str, ...] = ()
    framing: Framing = Framing()


def load_voice(workspace: Path) -> VoiceFolder:
    """Read voice/; what isn't there is empty, or our own default.

    Reads files, so give it a thread of its own in async code. Raises `WorkspaceError` with every problem found.
    """
    problems: list[Problem] = []
    samples = tuple(_texts(workspace, "voice", problems))
    notes = tuple(_texts(workspace, "voice/notes", problems))
    glossary = tuple(_names(_text(workspace, GLOSSARY, problems)))
    framing = _framing(workspace, problems)
    if problems:
        raise WorkspaceError(problems)
    return VoiceFolder(samples=samples, notes=notes, glossary=tuple(dict.fromkeys(glossary)), framing=framing)


def _texts(workspace: Path, folder: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Read the texts that lie right in `folder`; one without a word in it doesn't count."""
    top = workspace / folder
    names = sorted(path.name for path in top.iterdir() if path.is_file()) if top.is_dir() else []
    for name in names:
        path = f"{folder}/{name}"
        if _for_people(name) or not name.lower().endswith(_TEXTS) or path == GLOSSARY:
            continue
        text = _text(workspace, path, problems)
        if re.search(r"\w", text):
            yield path, text


def _for_people(name: str) -> bool:
    return name.startswith(("_", ".")) or Path(name).stem.casefold() == "readme"


def _text(workspace: Path, path: str, problems: list[Problem]) -> str:
    try:
        return read_text(workspace, path)
    except FileNotFoundError:
        return ""
    except WorkspaceError as error:
        problems += error.problems
        return ""


def _names(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def _framing(workspace: Path, problems: list[Problem]) -> Framing:
    try:
        document = read_document(workspace, FRAMING)
    except FileNotFoundError:
        return Framing()
    except WorkspaceError as error:
        problems += error.problems
        return Framing()
    framing, found = fill(Framing, document, (), document.data, _HINTS)
    problems += (*document.problems, *found, *_ill_formed(document))
    return framing


def _ill_formed(document: Document) -> Iterator[Problem]:
    """Judge each sentence: one line, and `{who}` where it belongs and nowhere else."""
    for key in Framing.model_fields:
        sentences = document.data.get(key)
        for index, sentence in enumerate(sentences if isinstance(sentences, list) else []):
            if isinstance(sentence, str) and (said := _fault(key, sentence)):
                yield document.problem((key, index), *said)


def _fault(key: str, sentence: str) -> tuple[str, str] | None:
    if not sentence.strip() or not sentence.isprintable():
        return "must be a sentence on one line.", "Fill it in, or take it out."
    slots = re.findall(r"\{[^}]*\}?|\}", sentence)
    if key == "attribution" and slots != ["{who}"]:
        return "must say {who} once, for the source's name, and hold no other braces.", 'Such as "{who} writes:".'
    if key != "attribution" and slots:
        return f"`{slots[0]}` would be printed as it stands.", "Only attribution has a slot, {who}."
    return None
