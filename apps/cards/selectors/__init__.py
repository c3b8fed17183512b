"""What a card needs to know, read from the graph."""
