from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from desk.faults import Fault
from desk.output import Output, print_fault, safe


@pytest.fixture
def screen() -> Output:
    """Output to a terminal of 60 columns without colours."""

    class Screen(Output):
        @property
        def piped(self) -> bool:
            return False

    output = Screen(as_json=False)
    output.console = Console(file=io.StringIO(), width=60, markup=False, emoji=False, highlight=False, no_color=True)
    return output


def shown(output: Output) -> str:
    file = output.console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@pytest.mark.parametrize(
    ("hidden", "seen"),
    [
        ("<script>run()</script>", "<script>run()</script>"),
        ("a <!-- remark --> b", "<!-- remark -->"),
        ("![image](https://x.example/a.png)", "https://x.example/a.png"),
        ("[e1]: https://x.example/b", "[e1]: https://x.example/b"),
        ("[a](https://x.example/c)", "https://x.example/c"),
        ("Link: Kit <https://x.example/d_e_f>", "Link: Kit <https://x.example/d_e_f>"),
    ],
)
def test_a_reviewer_sees_all_there_is(screen: Output, hidden: str, seen: str) -> None:
    """What Markdown would hide is shown: HTML, remarks, addresses of images and links, definitions."""
    screen.markdown(f"Before.\n\n{hidden}\n\nAfter.")
    assert seen in shown(screen)


def test_markers_and_brackets_are_no_styles(screen: Output) -> None:
    """`[e1]`, `[bold]` and `:smile:` in a text are words like any others."""
    screen.say("Said [e1] in [bold]bold[/bold] :smile:")
    assert "Said [e1] in [bold]bold[/bold] :smile:" in shown(screen)


def test_lines_end_where_they_end(screen: Output) -> None:
    """An offer's labelled lines stay lines."""
    screen.markdown("::: offer kit\nDisclosure: mine\nText: buy\n:::")
    assert [line.strip() for line in shown(screen).splitlines() if line.strip()] == [
        "::: offer kit",
        "Disclosure: mine",
        "Text: buy",
        ":::",
    ]


def test_a_narrow_terminal_gets_a_list(screen: Output) -> None:
    """Below 72 columns a table becomes a list, with nothing cut off."""
    screen.rows(("piece", "about"), [("ab12", "A title that is rather longer than the terminal is wide, and goes on")])
    assert "…" not in shown(screen)
    assert "about: A title" in shown(screen)


def test_a_wide_terminal_gets_a_table(screen: Output) -> None:
    """From 72 columns on it is a table."""
    screen.console.width = 100
    screen.rows(("piece", "about"), [("ab12", "A title")])
    assert shown(screen).splitlines()[0].split() == ["piece", "about"]


def test_control_characters_reach_no_terminal() -> None:
    """A text from elsewhere can't move the cursor or ring the bell; lines and tabs stay."""
    assert safe("a\x1b[2Jb\x07c\x9bd\te\r\nf") == "a\ufffd[2Jb\ufffdc\ufffdd\te\nf"
    assert safe("evil\u202egnp.exe\u2066x\u2069") == "evil\ufffdgnp.exe\ufffdx\ufffd"


def test_machines_get_control_characters_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    """What `--json` prints into a terminal moves nothing there, and says to a parser what it said before."""
    Output(as_json=True).result({"title": "a\x1b[2Jb\x9b5n\x7f\u202ec é"})
    out = capsys.readouterr().out
    assert not set(out) & set("\x1b\x9b\x7f\u202e")
    assert json.loads(out) == {"title": "a\x1b[2Jb\x9b5n\x7f\u202ec é"}


def test_json_keeps_stdout_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json nothing but the object is printed."""
    output = Output(as_json=True)
    output.say("words")
    output.markdown("# words")
    output.rows(("a",), [("b",)])
    output.result({"a": "é"})
    assert capsys.readouterr().out == '{\n  "a": "é"\n}\n'


def test_a_fault_says_what_where_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """An error goes to stderr in full, each problem on its line."""
    problem = {"code": "brief.repeat", "where": "insight", "message": "Said before.", "fix": "Say another."}
    print_fault(Fault("x", "It broke.", where="here", fix="Mend it.", problems=(problem,), notes=("Later.",)))
    said = capsys.readouterr()
    assert said.out == ""
    assert [line.strip() for line in said.err.splitlines()] == [
        "Error: It broke.",
        "Where: here",
        "What to do: Mend it.",
        "- brief.repeat (insight): Said before. Say another.",
        "Later.",
    ]
