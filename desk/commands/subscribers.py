"""`flywheel subscribers`: who gets the newsletter; added, imported, removed; and what became of a mailing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from desk.errors import WrongUsage
from desk.kept import Kept, ask
from desk.output import Output
from desk.place import Place
from desk.posts import find_post, name_of
from state.base import one_line
from state.ledger import Ledger
from state.records import OutboxRow
from state.subscribers import Mail, NoAddress, Subscriber, SubscriberState, address_of

_HEADS = frozenset(("address", "email", "e-mail", "mail", "email address"))
"""What the column of addresses is called in the lists that others export."""


def show(place: Place, *, as_json: bool) -> int:
    output = Output(as_json=as_json)
    readers = ask(place, lambda kept: kept.ledger.subscribers())
    count = Counter(reader.state for reader in readers)
    if readers:
        cells = [(r.address, r.state.value, r.source, r.reason, f"{r.at:%Y-%m-%d}") for r in readers]
        output.rows(("address", "state", "from", "why", "since"), cells)
        output.say(f"{count[SubscriberState.ACTIVE]} of {len(readers)} get the newsletter.")
    else:
        output.say(f"Nobody subscribes yet. Add somebody with: {place.command('subscribers', 'add', 'ADDRESS')}")
    output.result({"subscribers": [_public(reader) for reader in readers]})
    return 0


def add(place: Place, address: str, *, source: str, as_json: bool) -> int:
    """Raises WrongUsage for what is no address. Who had left is taken in again: this is one person, who said so."""
    whom = _address(address)
    output = Output(as_json=as_json)
    said = ask(place, lambda kept: _added(kept.ledger, whom, one_line(source)))
    output.say(f"{whom} {said}.")
    output.result({"address": whom, "done": said})
    return 0


def bring(place: Place, file: Path, *, source: str, as_json: bool) -> int:
    """Raises WrongUsage, with every line that is wrong, and then adds nobody. Who has left isn't brought back."""
    if not one_line(source):
        raise WrongUsage(
            "--source says where these people gave their consent.", fix='Such as --source "form on my site, 2025".'
        )
    addresses = _addresses(file)
    output = Output(as_json=as_json)
    now = datetime.now(UTC)
    added = ask(place, lambda kept: kept.ledger.subscribe(addresses, source=one_line(source), now=now))
    before = len(addresses) - len(added)
    output.say(f"{len(added)} added." + (f" {before} were known already, and stay as they are." if before else ""))
    output.result({"added": list(added), "known": before})
    return 0


def remove(place: Place, address: str, *, as_json: bool) -> int:
    """Raises WrongUsage. The address stays in the ledger as one that isn't written to, or an import would bring it back."""
    whom = _address(address)
    now = datetime.now(UTC)
    found = ask(place, lambda kept: kept.ledger.remove_subscriber(whom, reason="removed by the owner", now=now))
    if found is None:
        fix = f"`{place.command('subscribers', 'list')}` lists who does."
        raise WrongUsage(f"{whom} doesn't subscribe.", fix=fix)
    output = Output(as_json=as_json)
    output.say(f"{whom} is sent nothing any more.")
    output.result({"subscriber": _public(found)})
    return 0


def mailing(place: Place, post: str, *, as_json: bool) -> int:
    """Raises NoSuchPost, NoSuchPiece, and WrongUsage for a post that wasn't mailed."""

    async def found(kept: Kept) -> tuple[OutboxRow, tuple[Mail, ...]]:
        row = await find_post(kept.ledger, place, post)
        return row, await kept.ledger.mailing(row.key)

    row, mails = ask(place, found)
    if not mails:
        raise WrongUsage(f"No mailing of {name_of(row)} has begun.", fix="Name a post that went out by e-mail.")
    output = Output(as_json=as_json)
    output.rows(
        ("address", "state", "why", "at (UTC)"),
        [(mail.address, mail.state.value, mail.reason, f"{mail.at:%Y-%m-%d %H:%M}") for mail in mails],
    )
    count = Counter(mail.state.value for mail in mails)
    output.say(", ".join(f"{number} {state}" for state, number in count.items()))
    output.result({"post": post, "mails": [mail.model_dump(mode="json", exclude={"post"}) for mail in mails]})
    return 0


async def _added(ledger: Ledger, address: str, source: str) -> str:
    now = datetime.now(UTC)
    if await ledger.subscribe([address], source=source, now=now):
        return "is added"
    active = await ledger.subscribers(SubscriberState.ACTIVE)
    if any(reader.address == address for reader in active):
        return "subscribes already"
    await ledger.resubscribe(address, source=source, now=now)
    return "is taken in again"


def _address(text: str) -> str:
    try:
        return address_of(text)
    except NoAddress as error:
        raise WrongUsage(str(error), fix="Give the address alone, such as reader@example.org.") from error


def _addresses(file: Path) -> tuple[str, ...]:
    """The addresses of a CSV file, each once. Raises WrongUsage with every line that holds none."""
    problems: list[Mapping[str, str]] = []
    found: dict[str, None] = {}
    for line, text in _cells(file):
        try:
            found[address_of(text)] = None
        except NoAddress as error:
            problems.append({"where": f"{file}:{line}", "message": str(error), "fix": "Mend the line, or take it out."})
    if problems:
        raise WrongUsage(f"Nobody was added: {len(problems)} of the lines can't be read.", problems=problems)
    if not found:
        raise WrongUsage(f"{file} holds no addresses.", fix="Put one on each line, or in a column called email.")
    return tuple(found)


def _cells(file: Path) -> Iterator[tuple[int, str]]:
    """(line, address): of the column that its first line calls `email` or `address`, or of the only one there is."""
    rows = csv.reader(io.StringIO(_text(file), newline=""), skipinitialspace=True)
    try:
        lines = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise WrongUsage(f"{file}:{rows.line_num}: {error}.", fix="Save it as CSV, with commas.") from error
    if not lines:
        return
    at = next((i for i, name in enumerate(lines[0][1]) if name.strip().casefold() in _HEADS), None)
    if at is None and len(lines[0][1]) > 1:
        fix = "Call the column of addresses `email` in the file's first line."
        raise WrongUsage(f"{file}:{lines[0][0]} names no column of addresses.", fix=fix)
    for line, row in lines if at is None else lines[1:]:
        yield line, row[at or 0] if len(row) > (at or 0) else ""


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUsage(f"{file} is not UTF-8 at byte {error.start} (from 0).", fix="Save it as UTF-8.") from error
    except OSError as error:
        raise WrongUsage(f"{file} can't be read: {error.strerror}.", fix="Check the path.") from error


def _public(reader: Subscriber) -> dict[str, object]:
    """A reader for machines, without the token, which lets anybody unsubscribe them."""
    return reader.model_dump(mode="json", exclude={"token"})
