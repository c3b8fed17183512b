"""What must not reach a spreadsheet as it is."""

# A cell that begins with one of these is a formula to a spreadsheet.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: object) -> object:
    """The cell as it may stand in a CSV file: text that would run gets an apostrophe before it.

    >>> harmless("=1+1"), harmless("raw"), harmless(-1)
    ("'=1+1", 'raw', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell
