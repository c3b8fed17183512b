"""Stanford's Ecosystem Graphs."""
