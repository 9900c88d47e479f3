"""Where the words go: people's to the terminal or a pipe, one JSON object for machines."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from desk.faults import Fault

NARROW = 72
"""Columns below which a table becomes a list."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal obeys: control characters, and marks that turn the order of what is read."""
_ADDRESS = re.compile(r"(?<!\\)<(?=https?://)")
"""An address in angle brackets, which a terminal would be shown twice."""
_LINE_END = re.compile(r"(?<=\S)\n(?=[^\n])")


def safe(text: str) -> str:
    """Text from elsewhere without the characters that a terminal would obey."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


class Output:
    """What a command prints. With `as_json`, stdout holds the one object that `result` is given, and nothing else."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.console = _console(to_stderr=as_json)
        self.progress = _console(to_stderr=True)

    @property
    def interactive(self) -> bool:
        """Whether somebody sits there who can be asked."""
        return not self.as_json and all(s.isatty() for s in (sys.stdin, sys.stdout, sys.stderr))

    @property
    def piped(self) -> bool:
        return not sys.stdout.isatty()

    def say(self, text: str | Text = "", *, indent: int = 0) -> None:
        """One paragraph to stdout; nothing with `as_json`."""
        line = Text(safe(text)) if isinstance(text, str) else text
        if self.piped:
            self._write(" " * indent + line.plain if line else "")
        else:
            self._show(Padding(line, (0, 0, 0, indent)))

    def markdown(self, text: str) -> None:
        """Rendered for a terminal; as it is for a pipe. Every link shows where it leads."""
        if self.piped:
            self._write(safe(text))
            return
        from rich.markdown import Markdown  # with what parses it, a tenth of a second, which most commands do without

        self._show(Markdown(_faithful(safe(text)), hyperlinks=False))

    def rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; a list where the terminal is narrow, and lines with tabs in a pipe."""
        clean = [[" ".join(safe(cell).split()) for cell in row] for row in rows]
        if self.piped:
            self._write("\n".join("\t".join(row) for row in [list(heads), *clean]))
        elif self.console.width < NARROW:
            self._show(Text("\n").join(_stacked(heads, row) for row in clean))
        else:
            self._show(_table(heads, clean))

    def result(self, value: Mapping[str, object]) -> None:
        """The one object, with `as_json`."""
        if self.as_json:
            print_json(value)

    def _show(self, what: RenderableType) -> None:
        if not self.as_json:
            self.console.print(what)

    def _write(self, text: str) -> None:
        """To a pipe: not wrapped, no colours, tabs left alone."""
        if not self.as_json:
            sys.stdout.write(f"{text}\n")


def print_json(value: Mapping[str, object]) -> None:
    plain = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(value, ensure_ascii=plain, indent=2)
    sys.stdout.write(_CONTROL.sub(lambda m: f"\\u{ord(m.group()):04x}", text) + "\n")
    sys.stdout.flush()


def print_fault(fault: Fault) -> None:
    """What happened, where, what to do; to stderr."""
    console = _console(to_stderr=True)
    lines = [Text.assemble(("Error: ", "bold red"), safe(fault.message))]
    for label, value in (("Where", fault.where), ("What to do", fault.fix)):
        if value:
            lines.append(Text.assemble((f"  {label}: ", "bold"), safe(value)))
    lines += [problem_text(problem) for problem in fault.problems if problem["message"] != fault.message]
    lines += [Text(safe(note)) for note in fault.notes]
    for line in lines:
        console.print(line, soft_wrap=not console.is_terminal)


def problem_text(problem: Mapping[str, str]) -> Text:
    """One problem on one line: where, what, and its mending."""
    where = " ".join(
        part
        for part in (problem.get("code", ""), f"({problem['where']})" if problem.get("code") else problem["where"])
        if part
    )
    said = f"{problem['message']} {problem['fix']}".strip()
    return Text.assemble("  - ", (safe(where), "bold"), ": " if where else "", safe(said))


def _console(*, to_stderr: bool) -> Console:
    """No markup, no emoji codes, no guessed highlights: `[e1]` in a text is a marker of ours, not a style."""
    return Console(stderr=to_stderr, markup=False, emoji=False, highlight=False)


def _faithful(markdown: str) -> str:
    """Markdown that shows all there is: lines end where they end, and nothing in it is hidden."""
    from state.markup import nothing_loaded

    return _LINE_END.sub("  \n", _ADDRESS.sub(r"\\<", nothing_loaded(markdown)))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*heads, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _stacked(heads: Sequence[str], row: Sequence[str]) -> Text:
    first, *rest = row
    lines = [f"  {head}: {cell}" for head, cell in zip(heads[1:], rest, strict=True) if cell]
    return Text.assemble((first, "bold"), *(f"\n{line}" for line in lines))
