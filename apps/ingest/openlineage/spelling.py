"""One spelling for the names of tables that producers quote, or do not.

Quotes are SQL's spelling of a name, not part of it: sqlmesh writes `"db"."shop"."orders"` where it
writes and `db.shop.orders` where it reads. They are taken off, nothing else: case is kept, since a
producer names what the catalog holds, in quotes or not, and OpenLineage's names are case-sensitive.
"""

import re

# Where quotes and brackets are characters of a path or a topic like any other.
_NO_SQL = frozenset(
    {
        *("file", "s3", "s3a", "s3n", "gs", "gcs", "hdfs", "dbfs", "abfs", "abfss", "wasb"),
        *("wasbs", "oss", "http", "https", "ftp", "sftp", "kafka"),
    }
)
# By the name's first character; the same one doubled, or the bracket, stands for itself inside.
_QUOTED = re.compile(r'"(?:[^"]|"")+"|`(?:[^`]|``)+`|\[(?:[^\]]|\]\])+\]')
_PART = re.compile(rf"(?:{_QUOTED.pattern}|[^\s\"`\[\].]+)")
_PATH = re.compile(rf"{_PART.pattern}(?:\.{_PART.pattern})*\Z")


def plain_name(namespace: str, name: str) -> str:
    """The name without the quotes of SQL, where that leaves no doubt.

    >>> plain_name("postgres://db:5432", '"db"."shop"."raw_orders"')
    'db.shop.raw_orders'
    >>> plain_name("sqlserver://h", "[db].dbo.[Raw Orders]")
    'db.dbo.Raw Orders'
    >>> plain_name("bigquery", "`acme.shop.orders`"), plain_name("x", '"a.b".c')
    ('acme.shop.orders', '"a.b".c')
    >>> plain_name("s3://lake", '"raw"/x.csv')
    '"raw"/x.csv'
    """
    if not any(quote in name for quote in '"`[') or _scheme(namespace) in _NO_SQL:
        return name
    if not _PATH.match(name):
        return name
    parts = [_unquoted(part) for part in _PART.findall(name)]
    # A dot inside quotes is none of the path's, unless the quotes are round the whole of it.
    return name if len(parts) > 1 and any("." in part for part in parts) else ".".join(parts)


def _scheme(namespace: str) -> str:
    return namespace.partition(":")[0].lower()


def _unquoted(part: str) -> str:
    if not _QUOTED.fullmatch(part):
        return part
    end = part[-1]
    return part[1:-1].replace(end * 2, end)
