"""The Parquet files of neptune-exporter: one long table, a row for each value of an attribute.

`project_id, run_id, attribute_path, attribute_type, step, timestamp` and a column for each type of
value. A run is cut into `<run>_part_<n>.parquet`; part 0 is put in place last, so a run without it
is incomplete. https://github.com/neptune-ai/neptune-exporter, `model.py` and `storage/`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from apps.ingest.connectors.neptune.attributes import Series, Told, Tracked

SCALARS = {
    "int": "int_value",
    "float": "float_value",
    "string": "string_value",
    "bool": "bool_value",
    "datetime": "datetime_value",
    "string_set": "string_set_value",
}
FILES = frozenset({"file", "file_series", "file_set", "artifact"})
SERIES = frozenset({"float_series", "string_series", "histogram_series"})
# The exporter writes none of these.
NOT_EXPORTED = frozenset({"git_ref", "notebook_ref", "run_state"})

NEEDED = ("project_id", "run_id", "attribute_path", "attribute_type")
TEXTS = (*NEEDED, "string_value")
_TYPES: dict[str, Any] = {
    **dict.fromkeys(TEXTS, lambda kind: pa.types.is_string(kind) or pa.types.is_large_string(kind)),
    "step": lambda kind: pa.types.is_decimal(kind) or pa.types.is_floating(kind),
    "int_value": pa.types.is_integer,
    "float_value": pa.types.is_floating,
    "bool_value": pa.types.is_boolean,
    "datetime_value": pa.types.is_timestamp,
    "string_set_value": lambda kind: pa.types.is_list(kind) or pa.types.is_large_list(kind),
    "file_value": pa.types.is_struct,
}
_PART = re.compile(r"(?P<run>.+)_part_(?P<number>\d{1,6})\.parquet(?P<unfinished>\.tmp)?\Z")
ROWS_AT_ONCE = 16_384
MAX_ROW_GROUP_BYTES = 1024 * 1024 * 1024
# Contiguous points of one series that are worth computing with as a column.
A_COLUMN = 16
FAULTS = (pa.ArrowException, OSError, ValueError, OverflowError, KeyError, TypeError)


@dataclass(slots=True)
class Parts:
    """The files of one run, by number."""

    folder: Path
    stem: str
    files: dict[int, Path] = field(default_factory=dict)
    unfinished: bool = False

    @property
    def fault(self) -> str:
        """Why the run is not whole; empty if it is."""
        if self.unfinished or 0 not in self.files:
            return "Part 0 is missing: the export of this run was never finished."
        if missing := set(range(max(self.files))) - self.files.keys():
            return f"Part {min(missing)} is missing, though later parts are there."
        return ""


def parts_in(folder: Path) -> Iterator[Parts]:
    """The runs of one project's folder, in order of name."""
    found: dict[str, Parts] = {}
    for file in sorted(folder.iterdir()):
        if match := _PART.match(file.name):
            parts = found.setdefault(match["run"], Parts(folder, match["run"]))
            if match["unfinished"]:
                parts.unfinished = True
            else:
                parts.files[int(match["number"])] = file
    yield from found.values()


def opened(file: Path) -> Any:
    """The Parquet file, its texts left as dictionaries so that repeated ones cost nothing."""
    parquet = pq.ParquetFile(file, pre_buffer=False, read_dictionary=list(TEXTS))
    schema = parquet.schema_arrow
    for name in NEEDED:
        if name not in schema.names:
            raise ValueError(f"There is no column {name}: not written by neptune-exporter.")
    for name, fits in _TYPES.items():
        kind = schema.field(name).type if name in schema.names else None
        if kind is not None and pa.types.is_dictionary(kind):
            kind = kind.value_type
        if kind is not None and not fits(kind):
            raise ValueError(f"The column {name} is of type {kind}.")
    for index in range(parquet.num_row_groups):
        if parquet.metadata.row_group(index).total_byte_size > MAX_ROW_GROUP_BYTES:
            raise ValueError(f"Row group {index} is larger than {MAX_ROW_GROUP_BYTES:,} bytes.")
    return parquet


def whose(file: Path, wanted: frozenset[str]) -> tuple[str, str, dict[str, str]]:
    """(project, run, the wanted texts) from the first row group that tells anything of the system:
    parameters are written together and before all else."""
    with opened(file) as parquet:
        project = run = ""
        found: dict[str, str] = {}
        columns = [name for name in TEXTS if name in parquet.schema_arrow.names]
        for group in range(parquet.num_row_groups):
            told = False
            for batch in parquet.iter_batches(
                ROWS_AT_ONCE, row_groups=[group], columns=columns, use_threads=False
            ):
                if batch.num_rows and not run:
                    project, run = (str(batch.column(name)[0].as_py()) for name in NEEDED[:2])
                for start, _, path, kind in _stretches(batch):
                    told = told or path.startswith("sys/")
                    if path in wanted and kind == "string":
                        found[path] = str(batch.column("string_value")[start].as_py())
            if told:
                break
        return project, run, found


def tell(file: Path, told: Told) -> None:
    """Add every row of one part. Histograms are counted, not read."""
    with opened(file) as parquet:
        names = set(parquet.schema_arrow.names)
        columns = [name for name in _TYPES if name in names]
        for batch in parquet.iter_batches(ROWS_AT_ONCE, columns=columns, use_threads=False):
            for name, expected in zip(NEEDED[:2], (told.project, told.identifier), strict=True):
                others = pc.unique(batch.column(name)).to_pylist()
                if others not in ([expected], []):
                    raise ValueError(f"Holds rows of more than one {name}.")
            for start, stop, path, kind in _stretches(batch):
                _take(batch.slice(start, stop - start), path, kind, told)


def _stretches(batch: Any) -> Iterator[tuple[int, int, str, str]]:
    """(from, to, path, type) of rows that follow each other and belong to one attribute."""
    if not batch.num_rows:
        return
    both = [batch.column("attribute_path"), batch.column("attribute_type")]
    ends = sorted({end for one in both for end in _ends(one)})
    start = 0
    for end in ends:
        path, kind = (one[start].as_py() for one in both)
        yield start, end, str(path), str(kind)
        start = end


def _ends(column: Any) -> list[int]:
    indices = column.indices if pa.types.is_dictionary(column.type) else column
    ends: list[int] = pc.run_end_encode(indices).run_ends.to_pylist()
    return ends


def _take(rows: Any, path: str, kind: str, told: Told) -> None:
    if kind in SCALARS:
        told.put(path, _cell(rows, SCALARS[kind], rows.num_rows - 1))
    elif kind == "float_series":
        _add_points(rows, told.series_at(path, kind))
    elif kind in SERIES:
        told.series_at(path, kind).points += rows.num_rows
    elif kind in FILES:
        for index in range(rows.num_rows):
            where = _cell(rows, "file_value", index) or {}
            step = _cell(rows, "step", index)
            told.track(
                Tracked(
                    path,
                    kind,
                    str(where.get("path") or ""),
                    None if step is None else float(step),
                )
            )
    elif kind not in NOT_EXPORTED:
        told.adapt(path, "unknown_type", f"Attributes of the type {kind[:80]!r} are not known.")


def _cell(rows: Any, column: str, index: int) -> Any:
    return rows.column(column)[index].as_py() if column in rows.schema.names else None


def _add_points(rows: Any, series: Series) -> None:
    if "float_value" not in rows.schema.names:
        raise ValueError("There is no column float_value.")
    values = pc.cast(rows.column("float_value"), pa.float64())
    steps = (
        pc.cast(rows.column("step"), pa.float64())
        if "step" in rows.schema.names
        else pa.nulls(rows.num_rows, pa.float64())
    )
    chosen = list(range(rows.num_rows))
    if rows.num_rows >= A_COLUMN:
        # Only the first, the last and the extreme points can make a difference.
        finite = pc.if_else(pc.is_finite(values), values, None)
        ends = (*pc.min_max(finite).values(), pc.max(steps))
        found = [pc.index(values, ends[0]), pc.index(values, ends[1]), pc.index(steps, ends[2])]
        places = {one.as_py() for one in found} - {-1} | {0, rows.num_rows - 1}
        series.points += rows.num_rows - len(places)
        chosen = sorted(places)
    for index in chosen:
        series.add(values[index].as_py(), steps[index].as_py())
