"""What is asked of the public API of Weights & Biases: the operations of its own client.

Names, arguments and fields are those of `wandb` 0.31 (`apis/public/runs.py`, `files.py`,
`apis/_generated/operations.py`, `sdk/artifacts/_generated/operations.py`), less what is not read.
`Run.updatedAt` is the one field that the client filters by and does not ask for; see `TYPE_FIELDS`.
"""

_PAGE = "pageInfo { endCursor hasNextPage }"
_PROJECT = "project { name entity { name } }"
_ARTIFACT = (
    " fragment ArtifactFragment on Artifact {"
    f" id artifactSequence {{ name {_PROJECT} }} versionIndex artifactType {{ name }}"
    " description metadata tags { name } state size digest fileCount createdAt updatedAt"
    f" aliases {{ alias artifactCollection {{ __typename name {_PROJECT} }} }} }}"
)

VIEWER = "query GetViewer { viewer { username entity } }"

# The client asks in this way which fields a server knows.
TYPE_FIELDS = "query TypeFields($name: String!) { type: __type(name: $name) { fields { name } } }"

PROJECTS = (
    "query GetProjects($entity: String, $cursor: String, $perPage: Int = 50) {"
    " models(entityName: $entity, after: $cursor, first: $perPage) {"
    f" {_PAGE} edges {{ node {{ name }} }} }} }}"
)


def runs(when: str) -> str:
    """Which runs a project has, and by the field `when` the time of their last change."""
    return (
        "query Runs($project: String!, $entity: String!, $cursor: String, $perPage: Int = 50,"
        " $order: String) { project(name: $project, entityName: $entity) { runCount"
        " runs(after: $cursor, first: $perPage, order: $order) {"
        f" edges {{ node {{ name state {when} }} }} {_PAGE} }} }} }}"
    )


def run(when: str) -> str:
    """One run."""
    return (
        "query Run($project: String!, $entity: String!, $name: String!) {"
        " project(name: $project, entityName: $entity) { run(name: $name) {"
        " id name displayName sweepName state group jobType tags notes commit config"
        f" summaryMetrics createdAt heartbeatAt {'' if when == 'heartbeatAt' else when}"
        " user { username } } } }"
    )


RUN_FILES = (
    "query RunFiles($project: String!, $entity: String!, $name: String!,"
    " $fileLimit: Int = 50, $fileNames: [String] = []) {"
    " project(name: $project, entityName: $entity) { run(name: $name) {"
    " files(names: $fileNames, first: $fileLimit) {"
    f" edges {{ node {{ name sizeBytes directUrl }} }} {_PAGE} }} }} }} }}"
)


def run_artifacts(operation: str, field: str) -> str:
    """The artifacts in the connection `inputArtifacts` or `outputArtifacts` of a run."""
    return (
        f"query {operation}($entity: String!, $project: String!, $run: String!, $cursor: String,"
        " $perPage: Int) { project(entityName: $entity, name: $project) { run(name: $run) {"
        f" artifacts: {field}(after: $cursor, first: $perPage) {{ {_PAGE}"
        " edges { node { ...ArtifactFragment } } } } } }" + _ARTIFACT
    )


USED = ("RunInputArtifacts", run_artifacts("RunInputArtifacts", "inputArtifacts"))
LOGGED = ("RunOutputArtifacts", run_artifacts("RunOutputArtifacts", "outputArtifacts"))

MANIFEST = (
    "query FetchArtifactManifest($id: ID!) {"
    " artifact(id: $id) { currentManifest { file { directUrl } } } }"
)
