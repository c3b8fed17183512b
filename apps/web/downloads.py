"""Files that are written while they are sent."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

# A cell that begins with one of these is a formula to a spreadsheet.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """Hands each written line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_download(
    *, filename: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """UTF-8, one row a line. Text that a spreadsheet would run gets an apostrophe before it."""
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(header)
    for row in rows:
        yield writer.writerow([harmless(cell) for cell in row])


def harmless(cell: object) -> object:
    """The cell as it may stand in a spreadsheet."""
    if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS):
        return f"'{cell}"
    return cell
