"""CONTENT finds insights and does the research. It hands over a Brief."""
