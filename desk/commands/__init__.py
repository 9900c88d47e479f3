"""One file a command. Each is imported when it is called, not before: `flywheel --help` has to be quick."""
