"""Where people work: the command line, and the session that it drives pieces with."""
