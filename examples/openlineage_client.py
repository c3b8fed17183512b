"""Report a run with the ordinary OpenLineage client (`pip install openlineage-python`).

    python examples/openlineage_client.py http://127.0.0.1:8000 TOKEN

The run is the repair of the worked example: October is loaded again, with one row a purchase. The
token needs the scope `record`.
"""

import argparse
import sys
import uuid
from datetime import UTC, datetime

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.generated.base import DatasetFacet
from openlineage.client.generated.dataset_version_dataset import DatasetVersionDatasetFacet
from openlineage.client.generated.output_statistics_output_dataset import (
    OutputStatisticsOutputDatasetFacet,
)
from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport
from requests import RequestException

NAMESPACE = "payments/warehouse"
PRODUCER = "https://example.com/warehouse-loads"
MONTH, REPAIRED, PURCHASES = "2026-10", "2026-10-repaired", 4000


def main() -> None:
    """Say that the run began, then that it completed and what it wrote."""
    parser = argparse.ArgumentParser(description="Report a run with the OpenLineage client.")
    parser.add_argument("url", help="where the site answers, such as http://127.0.0.1:8000")
    parser.add_argument("token", help="an API token with the scope record")
    given = parser.parse_args()
    key = ApiKeyTokenProvider({"apiKey": given.token})
    # The client adds api/v1/lineage to the address.
    client = OpenLineageClient(transport=HttpTransport(HttpConfig(url=given.url, auth=key)))
    run = Run(runId=str(uuid.uuid4()))
    for event in (event_of(run, RunState.START), event_of(run, RunState.COMPLETE)):
        try:
            client.emit(event)
        except RequestException as error:
            sys.exit(f"Not accepted: {error}")
        print(f"Sent {event.eventType} of run {run.runId}.")


def event_of(run: Run, state: RunState) -> RunEvent:
    """One event of the repaired load of October."""
    written = OutputStatisticsOutputDatasetFacet(rowCount=PURCHASES)
    return RunEvent(
        eventTime=datetime.now(UTC).isoformat(),
        producer=PRODUCER,
        eventType=state,
        run=run,
        job=Job(namespace=NAMESPACE, name="load_transactions"),
        inputs=[
            InputDataset(namespace=NAMESPACE, name=name, facets=_version(MONTH))
            for name in ("gateway_export", "refunds")
        ],
        outputs=[
            OutputDataset(
                namespace=NAMESPACE,
                name="raw_transactions",
                facets=_version(REPAIRED),
                outputFacets={"outputStatistics": written} if state is RunState.COMPLETE else {},
            )
        ],
    )


def _version(version: str) -> dict[str, DatasetFacet]:
    return {"version": DatasetVersionDatasetFacet(datasetVersion=version)}


if __name__ == "__main__":
    main()
