"""What of this machine's environment no test may see."""

from __future__ import annotations

STRAY = (
    *("OPENAI_", "ANTHROPIC_", "LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_", "FLYWHEEL_", "DATABASE_URL", "ALERT_URLS"),
    *("GIT_TOKEN", "WORDPRESS_", "GHOST_", "SMTP_", "DEVTO_", "BLUESKY_", "MASTODON_", "LINKEDIN_", "X_ACCESS_TOKEN"),
)
"""How the names of variables begin that no test may have from this machine: keys, addresses, databases, tracing."""
