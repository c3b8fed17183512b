"""What can be wrong with lineage that someone hands us."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apps.graph.records import ArtifactKey, Refusal


class LineageError(Exception):
    """Base of every error the graph raises on purpose."""


class RecordError(LineageError):
    """One value is not acceptable. `path` names it as `$.artifacts[3].name`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class BatchRefusedError(LineageError):
    """An atomic batch had refusals, so nothing of it was written."""

    def __init__(self, refusals: Sequence["Refusal"]) -> None:
        self.refusals = tuple(refusals)
        first = f": {self.refusals[0].path}: {self.refusals[0].message}" if self.refusals else ""
        super().__init__(f"{len(self.refusals)} of the batch's records were refused{first}")


class CycleError(LineageError):
    """It would close a cycle. `path` leads from the one artifact to the other."""

    def __init__(self, path: Sequence["ArtifactKey"]) -> None:
        steps = " → ".join(str(key) for key in path)
        super().__init__(f"One was made from the other, so they are two: {steps}.")
        self.path = tuple(path)
