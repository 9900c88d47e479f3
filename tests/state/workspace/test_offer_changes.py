"""offers.toml, changed by command: what is asked for changes, and not a byte else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.folder import locked, swap
from state.workspace import OfferRefused, WorkspaceError, add_offer, end_offer, load_offers
from state.workspace import offer_changes as changes

Write = Callable[..., Path]
TODAY = date(2026, 6, 1)
KIT: dict[str, Any] = {
    "id": "kit",
    "kind": "own",
    "name": "The Kit",
    "url": "https://x.example/kit",
    "pitch": "It costs {price}.",
    "price": "12.00",
    "currency": "GBP",
    "keywords": ["glue"],
    "disclosure": "own",
}
COURSE = """# What we sell.

[[offer]] # the first
id = "course"   # never change it
kind = "own"
name = 'The Course'
url = "https://x.example/course"
pitch = \"\"\"
It is a
course.\"\"\"
keywords = [
  "bridge", # and
  "arch",
] # two
disclosure = "own"
live_until = 2026-12-31   # the season's end
# the end
"""
ENDS = ["\n", "\r\n", "\r"]


def added(folder: Path, **more: Any) -> Any:
    return add_offer(folder, {**KIT, **more})


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("tail", ["", "\n", "# no end of line"])
def test_what_stands_there_stays(write: Write, end: str, mark: str, tail: str) -> None:
    """The file is what it was, then a blank line and the table, with the line ends that the file has."""
    before = (mark + (COURSE + tail).replace("\n", end)).encode()
    folder = write(before, "offers.toml")
    offer = added(folder)
    after = (folder / "offers.toml").read_bytes()
    assert after.startswith(before)
    more = after.removeprefix(before).decode()
    assert more.replace(end, "\n").lstrip("\n").startswith('[[offer]]\nid = "kit"\n')
    assert (before.decode() + more).replace(end, "\n").count('\n\n[[offer]]\nid = "kit"') == 1
    assert end == "\n" or "\n" not in after.decode().replace(end, "")
    assert load_offers(folder)[1] == offer


@pytest.mark.parametrize("before", [None, "", "\n", "# nothing yet", "\ufeff", " "])
def test_the_first_offer(tmp_path: Path, before: str | None) -> None:
    """The file is made where there is none; an empty one, or one of remarks, is no hindrance."""
    file = tmp_path / "offers.toml"
    if before is not None:
        file.write_bytes(before.encode())
    offer = added(tmp_path)
    assert load_offers(tmp_path) == (offer,)
    assert file.read_bytes().startswith((before or "").encode())


def test_only_what_was_given_is_written(tmp_path: Path) -> None:
    """No key stands there that nobody asked for, and a date is written as one."""
    added(tmp_path, live_from="2026-01-01")
    text = (tmp_path / "offers.toml").read_text(encoding="utf-8")
    assert text.endswith('disclosure = "own"\nlive_from = 2026-01-01\n')
    assert "promises" not in text


@pytest.mark.parametrize("key", ["name", "url", "pitch", "audience", "keywords", "promises"])
def test_bytes_that_are_no_text(tmp_path: Path, key: str) -> None:
    """What a shell passes on that isn't UTF-8 is refused, by its key."""
    odd = "caf\udce9"
    with pytest.raises(OfferRefused) as refused:
        added(tmp_path, **{key: [odd] if key in ("keywords", "promises") else odd})
    assert {inner[0] for inner, _, _ in refused.value.mistakes} == {key}
    assert not (tmp_path / "offers.toml").exists()


texts = st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    name=texts,
    pitch=texts,
    audience=texts,
    promises=st.lists(texts, max_size=3),
    keywords=st.lists(texts, max_size=3),
    price=st.sampled_from(["12.00", "12", "£12", "", "-1"]),
)
def test_any_words_are_read_back_or_refused(tmp_path_factory: pytest.TempPathFactory, **given: Any) -> None:
    """Whatever is typed: the file then holds that offer, word for word as the loader trims it, or is as it was."""
    folder = tmp_path_factory.mktemp("workspace")
    file = folder / "offers.toml"
    file.write_text(COURSE, encoding="utf-8")
    try:
        offer = added(folder, **given)
    except OfferRefused as refused:
        assert refused.mistakes
        assert file.read_text(encoding="utf-8") == COURSE
    else:
        assert load_offers(folder)[1] == offer
        assert (offer.name, offer.audience) == (given["name"].strip(), given["audience"])
        assert offer.promises == tuple(p.strip() for p in given["promises"])


def test_mistakes_are_told_together(write: Write) -> None:
    """Each by its key; an id that is taken is one of them."""
    folder = write(COURSE, "offers.toml")
    with pytest.raises(OfferRefused) as refused:
        added(folder, id="course", kind="owned", url="x.example", currency="£", pitch="{prise}")
    assert [inner[0] for inner, _, _ in refused.value.mistakes] == ["url", "pitch", "currency", "kind", "id"]
    assert "the offer on line 3 of offers.toml has the same id" in str(refused.value)
    assert (folder / "offers.toml").read_text(encoding="utf-8") == COURSE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (COURSE.replace('"own"\nname', '"owned"\nname'), r"offers\.toml:5: \[\[offer\]\] course: kind"),
        (COURSE + "[[offer]\n", r"offers\.toml:18: Not valid TOML"),
        ("offer = []\n", "Begin each of them with"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_a_file_with_mistakes_is_left(write: Write, text: str | bytes, said: str) -> None:
    """Nothing is written into a file that can't be read; its mistakes are told."""
    folder = write(text, "offers.toml")
    before = (folder / "offers.toml").read_bytes()
    for change in (added, lambda folder: end_offer(folder, "course", TODAY, TODAY)):
        if text == "offer = []\n" and change is not added:
            continue
        with pytest.raises(WorkspaceError, match=said):
            change(folder)
    assert (folder / "offers.toml").read_bytes() == before


def end_of(text: str, folder: Path, day: date = TODAY) -> str:
    """The file's text after the offer `course` was ended."""
    file = folder / "offers.toml"
    file.write_bytes(text.encode())
    end_offer(folder, "course", day, TODAY)
    assert load_offers(folder)[0].live_until == day
    return file.read_bytes().decode()


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("old", ["2026-12-31", '"2026-12-31"', "'2026-12-31'", '"""\n2026-12-31"""'])
def test_the_day_is_replaced(tmp_path: Path, end: str, mark: str, old: str) -> None:
    """One value changes, however it was written; remarks, spaces, order and line ends stay."""
    text = mark + COURSE.replace("2026-12-31", old).replace("\n", end)
    expected = mark + COURSE.replace("2026-12-31", "2026-06-01").replace("\n", end)
    assert end_of(text, tmp_path) == expected


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("tail", ["", " # the last", "\n", '\n\n# the next\n[[offer]]\nid = "x"'])
@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_the_day_is_added(tmp_path: Path, end: str, tail: str, indent: str) -> None:
    """Where there was none it stands below the offer's last key, as far in as that."""
    head = "".join(f"{indent}{line}\n" for line in COURSE.splitlines()[2:-3]) + f'{indent}disclosure = "own"'
    rest = COURSE[COURSE.index("kind") : COURSE.index("live_until")]
    tail = f"{tail}\n{rest}" if tail.endswith('"x"') else tail
    same_line, more = tail.partition("\n")[0], tail.partition("\n")[1:]
    expected = f"{head}{same_line}\n{indent}live_until = 2026-06-01{''.join(more)}"
    assert end_of(f"{head}{tail}".replace("\n", end), tmp_path) == expected.replace("\n", end)


def test_tables_in_braces(tmp_path: Path) -> None:
    """Offers in one list are ended there."""
    one = '{id = "course", kind = "own", name = "C", url = "https://x.example", pitch = "p", keywords = ["k"], disclosure = "own"}'
    text = f"offer = [\n  {one}, # one\n]\n"
    assert end_of(text, tmp_path) == text.replace('"own"}', '"own", live_until = 2026-06-01}')


@pytest.mark.long
@given(st.integers(0, 3), st.dates(date(2026, 6, 1), date(2030, 1, 1)))
def test_one_of_many(tmp_path_factory: pytest.TempPathFactory, number: int, day: date) -> None:
    """The others are the very same bytes."""
    folder = tmp_path_factory.mktemp("workspace")
    parts = [COURSE.replace('"course"', f'"course-{n}"').replace("# What", f"# {n}: what") for n in range(4)]
    (folder / "offers.toml").write_text("".join(parts), encoding="utf-8")
    before, after = end_offer(folder, f"course-{number}", day, TODAY)
    parts[number] = parts[number].replace("2026-12-31", str(day))
    assert (folder / "offers.toml").read_text(encoding="utf-8") == "".join(parts)
    assert after == before.model_copy(update={"live_until": day})


@pytest.mark.parametrize(("name", "said"), [("curse", "Did you mean `course`?"), ("x", "Known offers: course.")])
def test_an_offer_that_there_isnt(write: Write, name: str, said: str) -> None:
    """Those that there are are named."""
    with pytest.raises(OfferRefused) as refused:
        end_offer(write(COURSE, "offers.toml"), name, TODAY, TODAY)
    assert said in str(refused.value)
    with pytest.raises(OfferRefused, match=r"There are none\."):
        end_offer(write("", "offers.toml"), name, TODAY, TODAY)


def test_what_has_ended_stays(write: Write) -> None:
    """An offer that is over isn't brought back by ending it later; one that ends on that day has nothing to change."""
    folder = write(COURSE, "offers.toml")
    stamp = (folder / "offers.toml").stat().st_mtime_ns
    end = date(2026, 12, 31)
    for day, today in ((end, TODAY), (end + timedelta(days=9), end + timedelta(days=1))):
        before, after = end_offer(folder, "course", day, today)
        assert before == after
    assert (folder / "offers.toml").stat().st_mtime_ns == stamp


def test_an_end_before_its_beginning(write: Write) -> None:
    """It would never be live, and the file stays."""
    folder = write(COURSE + "\n", "offers.toml")
    text = COURSE.replace("live_until", "live_from = 2026-07-01\nlive_until")
    (folder / "offers.toml").write_text(text, encoding="utf-8")
    with pytest.raises(OfferRefused, match="live_until: 2026-06-01 is before live_from"):
        end_offer(folder, "course", TODAY, TODAY)
    assert (folder / "offers.toml").read_text(encoding="utf-8") == text


def test_many_at_once(tmp_path: Path) -> None:
    """Commands side by side wait for each other: none of their offers is lost."""
    threads = [threading.Thread(target=added, args=(tmp_path,), kwargs={"id": f"kit-{n}"}) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {offer.id for offer in load_offers(tmp_path)} == {f"kit-{n}" for n in range(8)}


def test_an_editor_that_saves_in_between(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its save is kept, and the command says that nothing was written."""
    folder = write(COURSE, "offers.toml")

    def late(path: Path, old: bytes | None, new: bytes) -> None:
        path.write_text("# mine\n" + COURSE, encoding="utf-8")
        swap(path, old, new)

    monkeypatch.setattr(changes, "swap", late)
    with pytest.raises(WorkspaceError, match="Somebody else changed it just now; nothing was written"):
        added(folder)
    assert (folder / "offers.toml").read_text(encoding="utf-8") == "# mine\n" + COURSE


def test_a_command_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another command that holds the file is named, and nothing is written."""
    monkeypatch.setattr(changes, "_PATIENCE", 0.0)
    with locked(tmp_path / ".flywheel", patience=0), pytest.raises(WorkspaceError, match="Another command is writing"):
        added(tmp_path)
    assert not (tmp_path / "offers.toml").exists()
