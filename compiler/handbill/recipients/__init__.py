"""Many recipients in a file: their rows, each with its place, and the message of each."""
