"""What each piece was like, so that what it earned can be told of its angle, its hook and its theme."""

from __future__ import annotations

from collections.abc import Iterable

from state.ledger import tables
from state.ledger.store import Store
from state.trade import Trait

_traits = tables.traits


class Traits(Store):
    """Written when a piece is first learnt from; `likenesses` gives them back."""

    async def write_traits(self, traits: Iterable[Trait]) -> None:
        """Write them; once more changes nothing. Raises LedgerMissing for an unknown piece."""
        rows = [trait.model_dump() for trait in traits]
        if not rows:
            return
        async with self._database.writing() as connection:
            await connection.execute(self._database.insert(_traits).on_conflict_do_nothing(), rows)
