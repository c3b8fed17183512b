"""The graph and the received events as Marquez divides them: namespaces, datasets, jobs, runs.

Marquez has two sorts of thing: jobs, whose runs are our runs, and datasets, which are here all that
a run reads or writes.
"""
