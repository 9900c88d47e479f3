"""What is passed between rooms and what is kept. Imports no room of ours."""
