"""What a trace says of a node's run. LangGraph gives a node metadata, but no tags, and it doesn't know the attempt."""

from __future__ import annotations

from langsmith import get_current_run_tree

from state.records import ContractName


def label_run(agent: str, contract: ContractName, attempt: int) -> None:
    """Tag the running node's trace, if there is one, so that LangSmith can filter by agent, contract and attempt.

    `agent` is a handoff's producer, or `person` at a review; `attempt` starts at 1.
    """
    run = get_current_run_tree()
    if run is not None:
        run.add_tags([f"agent:{agent}", f"contract:{contract}"])
        run.add_metadata({"agent": agent, "contract": contract, "attempt": attempt})
