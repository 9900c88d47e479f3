from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.content.sources.files import FolderSource
from agents.revenue.fit import ENOUGH
from state.channels import RULES
from state.settings import Settings
from state.workspace import (
    VoiceFolder,
    WorkspaceError,
    load_offers,
    load_settings,
    load_voice,
    media_files,
    write_workspace,
)
from state.workspace.problems import Refused
from state.workspace.scaffold import TEMPLATES, _texts
from state.workspace.values import one_line

UPKEEP = Path(__file__).parents[3] / "examples" / "upkeep"


def switched_on(text: str) -> str:
    """`text` with every remark that holds a setting made a setting; of two in one table, the later one stays."""
    lines: list[str] = []
    table = 0
    for remark in text.splitlines():
        line = re.sub(r"^# (?=\[|[a-z_]+ = )", "", remark)
        if line.startswith("["):
            table = len(lines)
        elif key := re.match("[a-z_]+ = ", line):
            lines[table:] = [old for old in lines[table:] if not old.startswith(key[0])]
        lines.append(line)
    return "\n".join(lines)


async def test_a_new_workspace_loads_as_it_is(tmp_path: Path) -> None:
    """What is written is valid, and nothing in it counts as the author's words or as a source."""
    folder = tmp_path / "new" / "letter"
    written = write_workspace(folder, name="The Letter", author="Ann Example")
    assert {path.relative_to(folder).as_posix() for path in written} == set(TEMPLATES)
    assert all(path.is_file() for path in written)
    settings = load_settings(folder)
    assert (settings.identity.name, settings.identity.author) == ("The Letter", "Ann Example")
    assert load_voice(folder) == VoiceFolder()
    assert load_offers(folder) == ()
    assert media_files(folder) == frozenset()
    reading = await FolderSource(folder, "sources").read()
    assert [problem.code for problem in reading.problems] == ["source.folder-empty"]


def test_what_it_leaves_to_switch_on_is_valid_too(tmp_path: Path) -> None:
    """Every remark that shows a setting can be switched on as it stands; a default shown is the default."""
    write_workspace(tmp_path, name="The Letter", author="Ann Example")
    for path in ("flywheel.toml", "offers.toml"):
        file = tmp_path / path
        file.write_text(switched_on(file.read_text(encoding="utf-8")), encoding="utf-8")
    settings, plain = load_settings(tmp_path), Settings(workspace="", database="")
    assert [channel.name for channel in settings.channels] == list(RULES)
    assert settings.schedule == plain.schedule.model_copy(update={"quiet": "22:00-07:00"})
    assert (settings.bounds, settings.reviews) == (plain.bounds, plain.reviews)
    shown = settings.contracts.draft.model_copy(update={"banned_phrases": ()})
    assert settings.contracts.model_copy(update={"draft": shown}) == plain.contracts
    assert (settings.models.timeout, settings.models.retries) == (plain.models.timeout, plain.models.retries)
    assert settings.sources.budget == plain.sources.budget
    assert settings.sources.searches.results == plain.sources.searches.results
    assert settings.sources.searches.on == ("searxng", "tavily", "wikipedia", "arxiv", "hacker_news")
    assert (settings.sources.novelty, settings.sources.contact) == (plain.sources.novelty, "you@example.org")
    assert (settings.revenue.fit, settings.revenue.enough) == (plain.revenue.fit, ENOUGH["words"])
    assert [offer.id for offer in load_offers(tmp_path)] == ["field-course"]


def test_a_workspace_is_never_written_over(tmp_path: Path) -> None:
    """A folder with a flywheel.toml is refused and left as it was."""
    (tmp_path / "flywheel.toml").write_text("# mine\n")
    with pytest.raises(WorkspaceError, match="is a workspace already, and nothing was written"):
        write_workspace(tmp_path, name="The Letter", author="Ann Example")
    assert [path.name for path in tmp_path.iterdir()] == ["flywheel.toml"]


def test_files_that_are_there_stay(tmp_path: Path) -> None:
    """A folder with files of its own becomes a workspace, and keeps them; only what was written is returned."""
    (tmp_path / "README.md").write_text("mine")
    written = write_workspace(tmp_path, name="The Letter", author="Ann Example")
    assert (tmp_path / "README.md").read_text() == "mine"
    assert tmp_path / "README.md" not in written


def test_a_place_that_cannot_hold_a_workspace_is_told(tmp_path: Path) -> None:
    """A file in the folder's place is a problem for a person, not a traceback."""
    (tmp_path / "taken").write_text("x")
    with pytest.raises(WorkspaceError, match="it can't be written to"):
        write_workspace(tmp_path / "taken", name="The Letter", author="Ann Example")


def test_a_name_that_will_not_do_writes_nothing(tmp_path: Path) -> None:
    """Both are judged before the first file is written."""
    with pytest.raises(WorkspaceError) as caught:
        write_workspace(tmp_path / "new", name=" ", author="two\nlines")
    assert [problem.key for problem in caught.value.problems] == ["[identity] name", "[identity] author"]
    assert not (tmp_path / "new").exists()


@given(st.text(min_size=1), st.text(min_size=1) | st.just('@NAME@ "\\'))
def test_any_printable_name_goes_into_the_file_as_it_is(name: str, author: str) -> None:
    """Quotes, backslashes and our own slots don't break the file or get filled in."""
    try:
        wanted = {"name": one_line(name), "author": one_line(author)}
        text = _texts(name, author)["flywheel.toml"]
    except (Refused, WorkspaceError):
        return
    identity = tomllib.loads(text)["identity"]
    assert {key: identity[key] for key in wanted} == wanted


def test_the_example_workspace_loads() -> None:
    """The Upkeep Letter is a workspace without a mistake, and tighter than the defaults."""
    settings, plain = load_settings(UPKEEP), Settings(workspace="", database="")
    assert (settings.identity.author, settings.identity.timezone) == ("Nora Whitlock", "Europe/London")
    assert settings.models.default == "extractive"
    assert settings.reviews == plain.reviews
    assert settings.contracts.draft.min_words == 300
    assert [channel.name for channel in settings.channels] == ["site"]
    assert len(load_offers(UPKEEP)) == 3
    voice = load_voice(UPKEEP)
    assert (len(voice.samples), len(voice.notes)) == (4, 5)
    assert len(voice.framing.attribution) == 10


def test_the_example_s_remarks_are_valid_too(tmp_path: Path) -> None:
    """What the example shows switched off can be switched on."""
    text = (UPKEEP / "flywheel.toml").read_text(encoding="utf-8")
    (tmp_path / "flywheel.toml").write_text(switched_on(text), encoding="utf-8")
    assert [channel.name for channel in load_settings(tmp_path).channels] == list(RULES)


def test_nothing_is_needed_that_a_wheel_would_leave_out() -> None:
    """No template is hidden or would be read as an ignore file, and every template is used."""
    folder = Path(__file__).parents[3] / "state" / "workspace" / "templates"
    assert {path.name for path in folder.iterdir()} == set(TEMPLATES.values())
    assert not [name for name in TEMPLATES.values() if name.startswith(".")]
