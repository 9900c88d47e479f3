"""What is chosen by what paid: shared by the agents, each for its own part. No file, no network, no clock."""
