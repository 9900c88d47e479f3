"""A review in the terminal: shown, asked about, answered, and on to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from rich.text import Text

from desk import editor, reviewing
from desk.errors import DeskError, NotTaken
from desk.faults import Fault, explain
from desk.opened import Opened
from desk.output import Output, print_fault
from desk.progress import Watcher
from desk.report import upstream
from desk.reviewing import Reply
from desk.rules_said import say_learnt
from desk.session import Waiting
from desk.texts import editable, joined, read_texts

WORDS: Mapping[str, str] = {
    "approve": "[a]pprove",
    "edit": "[e]dit",
    "rework": "[r]ework",
    "drop": "[d]rop",
    "show": "[s]how again",
    "swap": "s[w]ap the topic",
    "quit": "[q]uit",
}


class Dialogue:
    """Asks about one piece until nothing waits or the person quits."""

    def __init__(self, opened: Opened, piece: str, output: Output) -> None:
        self._opened, self._piece, self._output = opened, piece, output
        self._file: Path | None = None
        """An edit whose words haven't been taken yet, at the review point `_at`."""
        self._at = ""
        self._began = ""
        """What that file held at first."""

    def run(self) -> None:
        """Go on until the piece rests. Ctrl-C raises KeyboardInterrupt, after saying where an edit is kept."""
        told = ""
        try:
            while (waiting := self._opened.do(self._opened.desk.waiting(self._piece))) is not None:
                if waiting.shown.sha256 != told:
                    self._output.markdown(waiting.shown.description)
                    if hint := reviewing.hint_of(waiting.shown, self._piece, self._opened.place):
                        self._output.say(hint)
                reply = self._ask(waiting)
                if reply is None:
                    return
                told = self._give(waiting, reply)
        finally:
            self._say_what_is_kept()

    def _give(self, waiting: Waiting, reply: Reply) -> str:
        """Send it. Returns the hash of the review whose trouble the person has been told, empty otherwise."""
        try:
            learnt = reviewing.send(self._opened, self._piece, waiting, reply, Watcher(self._output.progress))
        except NotTaken as error:
            print_fault(_fault(error))
            again = self._opened.do(self._opened.desk.waiting(self._piece))
            return again.shown.sha256 if again else ""
        except DeskError as error:
            print_fault(_fault(error))
            return ""
        say_learnt(learnt, self._opened.place, self._output)
        if reply.kind == "edit":
            self._forget()
        self._say_what_is_kept()
        self._file = None
        return ""

    def _ask(self, waiting: Waiting) -> Reply | None:
        """A reply, or None to leave it waiting."""
        shown = waiting.shown
        choices = [*shown.open, "show", *(["swap"] if shown.swaps else []), "quit"]
        steps: dict[str, Callable[[], Reply | None]] = {
            "approve": reviewing.approve,
            "edit": lambda: self._edit(waiting),
            "rework": lambda: self._rework(waiting),
            "drop": self._drop,
            "swap": lambda: self._swap(waiting),
        }
        while True:
            chosen = self._choose(choices)
            if chosen == "quit":
                return None
            if chosen == "show":
                self._output.markdown(shown.description)
                continue
            try:
                reply = steps[chosen]()
            except DeskError as error:
                print_fault(_fault(error))
                continue
            if reply is not None:
                return reply

    def _choose(self, choices: list[str]) -> str:
        """One of `choices`, by its word or its letter; the end of input quits."""
        while True:
            said = self._read(f"{'  '.join(WORDS[c] for c in choices)} > ")
            if said is None:
                return "quit"
            found = [c for c in choices if said.strip() and _means(c, said.strip().lower())]
            if found:
                return found[0]
            self._output.say(f"Please say one of: {', '.join(choices)} (a letter will do).")

    def _edit(self, waiting: Waiting) -> Reply | None:
        texts = editable(dict(waiting.shown.args))
        if self._at != waiting.shown.point:
            self._say_what_is_kept()
            self._file, self._at = None, waiting.shown.point
        file = self._file or self._new_file(waiting, joined(texts))
        editor.edit(file)
        edited = read_texts(file, texts)
        if {k: v.strip() for k, v in edited.items()} == {k: v.strip() for k, v in texts.items()}:
            self._output.say("Nothing was changed.")
            self._forget()
            return None
        return reviewing.edit(waiting.shown, edited)

    def _new_file(self, waiting: Waiting, content: str) -> Path:
        folder = Path(self._opened.desk.settings.workspace) / ".flywheel" / "edits"
        self._began = content
        self._file = editor.edit_file(folder, f"{self._piece}-{waiting.shown.point}", content)
        return self._file

    def _rework(self, waiting: Waiting) -> Reply | None:
        allowed = upstream(waiting.shown.point)
        to = self._read(f"Who makes it again? {', '.join(allowed)} [{allowed[-1]}] > ")
        note = None if to is None else self._read("What should be different? (nothing to go back) > ")
        return (
            reviewing.rework(waiting.shown, note.strip(), to or "")
            if to is not None and note and note.strip()
            else None
        )

    def _swap(self, waiting: Waiting) -> Reply | None:
        number = self._read(f"Which runner-up, 1 to {len(waiting.shown.swaps)}? (nothing to go back) > ")
        if not number or not number.strip():
            return None
        return reviewing.swap(waiting.shown, int(number) if number.strip().isdecimal() else 0)

    def _drop(self) -> Reply | None:
        note = self._read("It is dropped for good. Why? (nothing to go back) > ")
        return reviewing.drop(note.strip()) if note and note.strip() else None

    def _read(self, prompt: str) -> str | None:
        """A line; None at the end of input."""
        try:
            return self._output.console.input(Text(prompt))
        except EOFError:
            self._output.say()
            return None

    def _forget(self) -> None:
        if self._file is not None:
            self._file.unlink(missing_ok=True)
            self._file = None

    def _say_what_is_kept(self) -> None:
        """Where an edit lies that wasn't taken; a file that nobody changed is put away."""
        if self._file is None or not self._file.exists():
            return
        if self._file.read_bytes() == self._began.encode():
            self._forget()
        else:
            command = self._opened.place.command("review", self._piece, "--edit", str(self._file))
            self._output.say(f"Your words are kept in {self._file}")
            self._output.say(f"Send them with: {command}")


def _means(choice: str, said: str) -> bool:
    """Whether somebody who says this means the choice: its first letters, or the one in brackets."""
    return choice.startswith(said) or f"[{said}]" in WORDS[choice]


def _fault(error: DeskError) -> Fault:
    return explain(error) or Fault(error.kind, error.what)
