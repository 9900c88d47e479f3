"""What `flywheel doctor` looks at. Each part gives findings; none of them raises for what it was made to find."""
