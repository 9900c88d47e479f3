"""What is answered over HTTP: by `flywheel up`, and beside LangGraph's server."""
