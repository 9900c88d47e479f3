"""`python -m desk` is `flywheel`."""

from desk.cli import main

main()
