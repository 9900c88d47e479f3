"""Makes a folder of one folder an author from the Python Enhancement Proposals that one person wrote, each in two halves.

    python -m benchmarks.voice.peps CHECKOUT/peps FOLDER

Only documents that say they are in the public domain, only paragraphs of prose, only authors with some 10,000 words.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LEAST, LEAST_HALF = 10_000, 4_500
"""Words of an author, and of each half: halves are whole documents."""
_AUTHOR = re.compile(r"^Author: ?(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_END = re.compile(r"(References|Copyright|Footnotes)\n[=-]")
_NOT_PROSE = re.compile(r"""^[=\-~^'"*`]{3,}$""", re.MULTILINE)
_MARKUP = (
    (r":(\w+):`([^`<]*)(<[^>]*>)?`", r"\2"),
    (r"``[^`]*``", ""),
    (r"`([^`<]*)(<[^>]*>)?`_*", r"\1"),
    (r"\[[#\w]+\]_|\*+|https?://\S+", ""),
)


def main(source: Path, target: Path) -> None:
    documents: dict[str, list[str]] = {}
    for path in sorted(source.glob("pep-*.rst")):
        text = path.read_text(encoding="utf-8", errors="replace")
        author = sole_author(text)
        if author and re.search(r"public\s+domain", text, re.IGNORECASE):
            documents.setdefault(author, []).append(prose(text))
    for author, found in documents.items():
        halves = halved(found)
        sizes = [len(half.split()) for half in halves]
        if sum(sizes) >= LEAST and min(sizes) >= LEAST_HALF:
            folder = target / re.sub(r"\W", "", author.split()[-1])
            folder.mkdir(parents=True, exist_ok=True)
            for i, half in enumerate(halves):
                (folder / f"part{i}.txt").write_text(half, encoding="utf-8")


def sole_author(text: str) -> str:
    """The one author of a document; empty if there are several."""
    found = _AUTHOR.search(text)
    name = re.sub(r"<[^>]*>|\([^)]*\)", "", found[1]).strip() if found else ""
    return "" if "," in name or " and " in name else name


def prose(text: str) -> str:
    """The paragraphs of twelve words or more that end as sentences do, without markup; up to the references."""
    kept = []
    for block in re.split(r"\n\s*\n", text.partition("\n\n")[2]):
        if _END.match(block):
            break
        if block[:1] in " \t.|+>=#" or _NOT_PROSE.search(block):
            continue
        plain = " ".join(line.strip() for line in re.sub(r"^[-*+] |^\d+\. ", "", block).split("\n"))
        for pattern, instead in _MARKUP:
            plain = re.sub(pattern, instead, plain)
        if len(plain.split()) >= 12 and re.search(r"[.:!?]\)?$", plain.strip()):
            kept.append(plain.strip())
    return "\n\n".join(kept)


def halved(documents: list[str]) -> tuple[str, str]:
    """Two halves of whole documents, the longest first, each to the shorter side."""
    halves: tuple[list[str], list[str]] = ([], [])
    sizes = [0, 0]
    for text in sorted(documents, key=len, reverse=True):
        side = int(sizes[1] < sizes[0])
        halves[side].append(text)
        sizes[side] += len(text.split())
    return " ".join(halves[0]), " ".join(halves[1])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
