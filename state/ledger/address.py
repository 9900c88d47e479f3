"""Where a ledger is: the URL a person writes, made into the one SQLAlchemy wants, and into one that may be shown."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from state.ledger.errors import LedgerAddressError

_EXAMPLES = "Write sqlite:////folder/ledger.db or postgresql://user:password@host:5432/name."
_SECRET = frozenset({"password", "sslpassword"})


def address(url: str) -> URL:
    """Parse `url` and set the driver we use. Raises LedgerAddressError.

    `sqlite`, `postgres` and `postgresql` are understood, with any driver or none.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerAddressError("This is not a database URL", where="with an unreadable URL", fix=_EXAMPLES) from None
    match parsed.drivername.split("+")[0]:
        case "sqlite":
            return _file(parsed)
        case "postgres" | "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise LedgerAddressError(f"{other!r} is not a database we can use", where=shown(parsed), fix=_EXAMPLES)


def _file(url: URL) -> URL:
    if not url.database or url.database.startswith((":memory:", "file:")):
        what = "A ledger must be a file, since more than one connection uses it"
        raise LedgerAddressError(what, where=shown(url), fix=_EXAMPLES)
    if url.query or url.host:
        what = "An SQLite address is a path alone: three slashes, or four for an absolute path, and no options"
        raise LedgerAddressError(what, where=shown(url), fix=_EXAMPLES)
    return url.set(drivername="sqlite+aiosqlite")


def shown(url: URL) -> str:
    """`url` with its passwords masked, for people and logs."""
    masked = {key: "***" if key in _SECRET else value for key, value in url.query.items()}
    return url.set(query=masked).render_as_string(hide_password=True)
