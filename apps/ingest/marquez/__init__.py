"""Marquez's words for what the graph holds, and its calls as OpenLineage events. No database."""
