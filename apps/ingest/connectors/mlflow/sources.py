"""Where a version of a registered model comes from, by its `source`.

SQL stores keep no model id with a version, so that it has to be read from the source. One of
MLflow 2 is the address of files, in which the run's id stands.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_MODELS = re.compile(r"models:/{1,3}([^/@]+)(?:/([^/@]+)|@([^/@]+))?/?\Z")
_MODEL_ID = re.compile(r"(?:^|/)(m-[0-9a-f]{32})(?:/|\Z)")
_RUN = re.compile(r"(?:^|/)([0-9a-f]{32})/artifacts(?:/(.*))?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One of: a logged model, a version, a name that moves, files of a run. Empty if none."""

    model: str = ""
    name: str = ""
    version: str = ""
    moving: str = ""
    run: str = ""
    path: str = ""


def source_of(said: str) -> Source:
    """
    >>> source_of("models:/churn/2").name, source_of("models:/churn/2").version
    ('churn', '2')
    >>> source_of("models:/m-" + "0e" * 16).model == "m-" + "0e" * 16
    True
    >>> source_of("s3://lake/1/" + "ab" * 16 + "/artifacts/model").path
    'model'
    >>> source_of("runs:/cd/legacy/model").run, source_of("models:/churn@champion").moving
    ('cd', 'champion')
    """
    said = said.strip()
    if found := _MODELS.match(said):
        name, version, alias = (unquote(part or "") for part in found.groups())
        if _MODEL_ID.match(name):
            return Source(model=name)
        exact = version.isdecimal()
        return Source(
            name=name,
            version=version if exact else "",
            moving="" if exact else alias or version or "latest",
        )
    if said.startswith("runs:/"):
        run, _, path = said.removeprefix("runs:").strip("/").partition("/")
        return Source(run=run, path=path)
    path = said.partition("?")[0]
    if logged := _MODEL_ID.search(path):
        return Source(model=logged[1])
    if of_run := _RUN.search(path):
        return Source(run=of_run[1], path=(of_run[2] or "").strip("/"))
    return Source()


def public(uri: str) -> str:
    """An address without whoever may read it: no user, no password, no signed query.

    >>> public("https://me:secret@store.example/data.csv?X-Amz-Signature=ab&versionId=3")
    'https://store.example/data.csv?versionId=3'
    >>> public("data/train.csv")
    'data/train.csv'
    """
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if not parts.scheme or not parts.netloc:
        return uri.partition("?")[0]
    # In `abfss://container@account` and the like, what stands first is no user but a place.
    place = parts.username if parts.scheme[:4] in {"abfs", "wasb"} and not parts.password else ""
    kept = re.search(r"(?<![^&])(?:versionId|generation)=[\w.-]+", parts.query)
    query = f"?{kept.group()}" if kept else ""
    return f"{parts.scheme}://{f'{place}@' * bool(place)}{host}{port}{parts.path}{query}"
