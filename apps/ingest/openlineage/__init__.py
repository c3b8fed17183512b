"""OpenLineage: reading events, folding those of one run, mapping both to records. No database."""

PRODUCER = "openlineage"
