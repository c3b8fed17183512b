"""The files that the server keeps of a run and that tell how it was made."""

import hashlib

from apps.ingest.connectors.contract import ConnectorError
from apps.ingest.connectors.wandb import queries
from apps.ingest.connectors.wandb.answers import held, inner, text
from apps.ingest.connectors.wandb.api import Api
from apps.ingest.connectors.wandb.making import (
    DIFF,
    MAX_BYTES,
    METADATA,
    REQUIREMENTS,
    metadata_in,
    take_metadata,
    take_requirements,
)
from apps.ingest.connectors.wandb.runs import Run

NAMES = (METADATA, REQUIREMENTS, DIFF)


def add_files(api: Api, run: Run) -> None:
    """The code's repository, packages and Python. What cannot be read is remarked upon."""
    data = api.ask(
        "RunFiles",
        queries.RUN_FILES,
        entity=run.team,
        project=run.project,
        name=run.run_id,
        fileNames=list(NAMES),
        fileLimit=len(NAMES),
    )
    found = held(inner(data, "project", "run", "files"))
    files = {text(one, "name"): one for one in found if inner(one, "sizeBytes") != 0}
    if METADATA in files:
        said = _content(api, run, METADATA, files[METADATA]).decode("utf-8", "replace")
        take_metadata(run, metadata_in(said, run, run.place))
    if REQUIREMENTS in files:
        content = _content(api, run, REQUIREMENTS, files[REQUIREMENTS])
        take_requirements(run, content.decode("utf-8", "replace"))
    if DIFF in files and (content := _content(api, run, DIFF, files[DIFF])):
        run.diff = hashlib.sha256(content).hexdigest()


def _content(api: Api, run: Run, name: str, about: object) -> bytes:
    size = inner(about, "sizeBytes")
    if isinstance(size, int) and size > MAX_BYTES:
        run.adapt(name, "too_large", f"Is over {MAX_BYTES:,} bytes; not read.")
        return b""
    try:
        return api.file(text(about, "directUrl"))
    except ConnectorError as error:
        if not error.permanent:
            raise
        run.adapt(name, "unreadable", str(error))
        return b""
