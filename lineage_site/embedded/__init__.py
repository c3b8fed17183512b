"""The whole site on one machine, with nothing else to install.

`python -m lineage_site.embedded` is what `make run` runs. A supervisor starts a broker, the web
server, a worker and the scheduler, and keeps all it needs under `var/` (or VAR_DIR). Larger
installations start these processes by their own means; docs/running.md says how.
"""
