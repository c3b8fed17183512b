"""What is said of a way that breaks, and which kind of source usually says what is missing."""

from collections.abc import Collection
from dataclasses import dataclass

from apps.graph.connectedness import Answer, Aspect, Gap, Verdict
from apps.graph.vocabulary import kind_words

# `{at}` is the artifact at which the way breaks, `{kind}` its kind, `{said_by}` who names it.
SENTENCES: dict[Gap, str] = {
    Gap.CUT_SHORT: "The graph is larger than was walked, so this was not settled.",
    Gap.NAMED_ONLY: "It was only ever named: no source has described it.",
    Gap.REMOVED: "Its content was removed, and what is said of it since is not taken in.",
    Gap.PLACEHOLDER_UPSTREAM: "It leads back to the {kind} {at}, a placeholder of unknown making.",
    Gap.REMOVED_UPSTREAM: "It leads back to the {kind} {at}, whose content was removed.",
    Gap.RUN_WITHOUT_DATA: "Its run {at} names no data.",
    Gap.RUN_WITHOUT_CODE: "Its run {at} names no code.",
    Gap.RUN_WITHOUT_ENVIRONMENT: "Its run {at} names no environment.",
    Gap.ONLY_TESTED: "All data that it leads back to is what it was tested on.",
    Gap.IMAGE_WITHOUT_MODEL: "It names an image and no model.",
    Gap.NO_MODEL: "It names no model.",
    Gap.NOTHING_UPSTREAM: "No source says what it was made from.",
    Gap.NO_RUN: "No run is recorded: stated only by {said_by}.",
    Gap.NOT_DEPLOYED: "No deployment is recorded that came from it.",
}

# The gap in a word or two, where a reader picks from a list.
LABELS: dict[Gap, str] = {
    Gap.CUT_SHORT: "Cut short",
    Gap.NAMED_ONLY: "Only ever named",
    Gap.REMOVED: "Content removed",
    Gap.PLACEHOLDER_UPSTREAM: "Placeholder upstream",
    Gap.REMOVED_UPSTREAM: "Removed upstream",
    Gap.RUN_WITHOUT_DATA: "Run without data",
    Gap.RUN_WITHOUT_CODE: "Run without code",
    Gap.RUN_WITHOUT_ENVIRONMENT: "Run without environment",
    Gap.ONLY_TESTED: "Only test data",
    Gap.IMAGE_WITHOUT_MODEL: "Image without model",
    Gap.NO_MODEL: "No model",
    Gap.NOTHING_UPSTREAM: "Nothing upstream",
    Gap.NO_RUN: "No run",
    Gap.NOT_DEPLOYED: "Not deployed",
}

# Roads in that are no kind of source to import: the client's commands, and the API itself.
COMMANDS = frozenset({"lineage run", "lineage deployed", "api"})


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do. `sources` are kinds of source, or ways in of `COMMANDS`, that can say it."""

    text: str
    sources: tuple[str, ...] = ()


GENERAL: dict[Gap, Advice] = {
    Gap.CUT_SHORT: Advice("Open its graph: a walk from one artifact goes further."),
    Gap.NAMED_ONLY: Advice(
        "Import the tracker, the registry or the repository that holds it.",
        ("wandb", "neptune", "mlmd", "huggingface", "git"),
    ),
    Gap.REMOVED: Advice("Nothing mends this: the removal is kept. A new version can be recorded."),
    Gap.PLACEHOLDER_UPSTREAM: Advice(
        "Import its model card or registry, or the tracker of the team that made it.",
        ("huggingface", "cyclonedx", "wandb", "mlmd"),
    ),
    Gap.REMOVED_UPSTREAM: Advice("Nothing mends this: the removal is kept. Its edges still hold."),
    Gap.RUN_WITHOUT_DATA: Advice(
        "Have the run log its inputs, or run it under `lineage run`, which records what it read.",
        ("lineage run", "openlineage", "dvc"),
    ),
    Gap.RUN_WITHOUT_CODE: Advice(
        "Start the run inside a git repository, or under `lineage run`, which records the commit.",
        ("lineage run", "git", "dvc"),
    ),
    Gap.RUN_WITHOUT_ENVIRONMENT: Advice(
        "Run it in an image that the tracker records, or under `lineage run`, which records the "
        "packages.",
        ("lineage run", "wandb", "kubeflow", "cyclonedx"),
    ),
    Gap.ONLY_TESTED: Advice(
        "Have whoever trained it say what it was trained on: the run's inputs, or the card's "
        "`datasets`.",
        ("lineage run", "openlineage", "huggingface"),
    ),
    Gap.IMAGE_WITHOUT_MODEL: Advice(
        "An image build record, a CycloneDX BOM, or `lineage deployed` says which model is in it.",
        ("cyclonedx", "lineage deployed"),
    ),
    Gap.NO_MODEL: Advice(
        "Import the serving manifest that names the model, or say it with `lineage deployed`.",
        ("deployments", "lineage deployed", "api"),
    ),
    Gap.NOTHING_UPSTREAM: Advice(
        "Import the tracker that saw its training, its model card, or the repository it came from.",
        ("wandb", "neptune", "mlmd", "dvc", "huggingface"),
    ),
    Gap.NO_RUN: Advice(
        "Import the tracker that saw it being made, or make it under `lineage run`.",
        ("lineage run", "wandb", "neptune", "mlmd", "openlineage"),
    ),
    Gap.NOT_DEPLOYED: Advice(
        "If it runs somewhere, import the serving manifests or say it with `lineage deployed`.",
        ("deployments", "lineage deployed"),
    ),
}

# Where the producer of the edges beside the break is known, what it takes there.
OF_PRODUCER: dict[tuple[Gap, str], Advice] = {
    (Gap.RUN_WITHOUT_CODE, "mlflow"): Advice(
        "MLflow records the commit when the run starts inside a git repository; `lineage run` "
        "records it always.",
        ("lineage run",),
    ),
    (Gap.RUN_WITHOUT_CODE, "wandb"): Advice(
        "W&B records the commit when the run starts inside a git repository with a remote; "
        "`run.log_code` and `lineage run` record it elsewhere.",
        ("wandb", "lineage run"),
    ),
    (Gap.RUN_WITHOUT_CODE, "neptune"): Advice(
        "Neptune records the commit when the run starts inside a git repository; `lineage run` "
        "records it always.",
        ("neptune", "lineage run"),
    ),
    (Gap.RUN_WITHOUT_CODE, "openlineage"): Advice(
        "Have the job send the facet `sourceCodeLocation` with its repository and commit, or run "
        "it under `lineage run`.",
        ("openlineage", "lineage run"),
    ),
    (Gap.RUN_WITHOUT_CODE, "mlmd"): Advice(
        "Set the property `git_commit` on the execution or its pipeline run, or run it under "
        "`lineage run`.",
        ("mlmd", "lineage run"),
    ),
    (Gap.RUN_WITHOUT_CODE, "dvc"): Advice(
        "DVC names the commit when the stage's script is among its `deps` and was committed as it "
        "ran.",
        ("dvc",),
    ),
    (Gap.RUN_WITHOUT_ENVIRONMENT, "openlineage"): Advice(
        "OpenLineage has no facet for it; `lineage run` records the packages.",
        ("lineage run",),
    ),
    (Gap.RUN_WITHOUT_ENVIRONMENT, "mlmd"): Advice(
        "Set the property `image` on the execution, or run it under `lineage run`.",
        ("mlmd", "lineage run"),
    ),
    (Gap.RUN_WITHOUT_ENVIRONMENT, "dvc"): Advice(
        "Put `requirements.txt` or the lock file among the stage's `deps`.", ("dvc",)
    ),
    (Gap.RUN_WITHOUT_DATA, "mlflow"): Advice(
        "MLflow records data given to `mlflow.log_input`; `lineage run` records what was read.",
        ("lineage run",),
    ),
    (Gap.RUN_WITHOUT_DATA, "wandb"): Advice(
        "W&B records data fetched with `run.use_artifact`; `lineage run` records what was read.",
        ("wandb", "lineage run"),
    ),
    (Gap.NAMED_ONLY, "deployments"): Advice(
        "A serving manifest names it by its registry or its path: import that registry or tracker.",
        ("wandb", "mlmd", "huggingface"),
    ),
    (Gap.PLACEHOLDER_UPSTREAM, "deployments"): Advice(
        "A serving manifest names it by its registry or its path: import that registry or tracker.",
        ("wandb", "mlmd", "huggingface"),
    ),
    (Gap.NO_RUN, "huggingface"): Advice(
        "A model card names data and base models, never the run. Import the tracker that saw it, "
        "or put `training_run` into the weights' metadata.",
        ("wandb", "lineage run", "huggingface"),
    ),
    (Gap.NO_RUN, "cyclonedx"): Advice(
        "A BOM names the run in `formulation`; have the build write it, or import the tracker.",
        ("cyclonedx", "wandb", "lineage run"),
    ),
}


def advice_for(gap: Gap, producers: Collection[str]) -> Advice:
    """What would mend it; for the first of the producers of which there is more to say. A source
    asserts as `mlflow/prod`: its kind, then its name.

    >>> advice_for(Gap.RUN_WITHOUT_ENVIRONMENT, ["shop", "dvc"]).sources
    ('dvc',)
    """
    known = (OF_PRODUCER.get((gap, one.partition("/")[0])) for one in sorted(producers))
    return next(filter(None, known), GENERAL[gap])


def sentence(gap: Gap, *, kind: str = "", at: str = "", said_by: Collection[str] = ()) -> str:
    """The break in words. Without `at`, the place is further up than anybody looked.

    >>> sentence(Gap.RUN_WITHOUT_CODE, kind="run", at="fit")
    'Its run fit names no code.'
    >>> sentence(Gap.REMOVED_UPSTREAM)
    'It leads back to the artifact further up, whose content was removed.'
    """
    before, after = around_place(gap, kind=kind, said_by=said_by)
    return f"{before}{at or 'further up'}{after}" if "{at}" in SENTENCES[gap] else before


def around_place(gap: Gap, *, kind: str = "", said_by: Collection[str] = ()) -> tuple[str, str]:
    """What stands before and after the name of the place, for a page that makes it a link."""
    before, _, after = SENTENCES[gap].partition("{at}")
    words = kind_words(kind or "artifact", 1)
    producers = ", ".join(sorted(said_by)) or "no source"
    return before.replace("{kind}", words).replace("{said_by}", producers), after


def summary(found: Collection[Verdict]) -> str:
    """The answers in one line.

    >>> summary([Verdict(Aspect.RUN, Answer.CONNECTED), Verdict(Aspect.DATA, Answer.CONNECTED),
    ...     Verdict(Aspect.CODE, Answer.UNKNOWN), Verdict(Aspect.ENVIRONMENT, Answer.MISSING)])
    'Connected to data, run; no environment; code unknown'
    """
    answers = {one.aspect: one.answer for one in found}
    connected, missing, unknown = (
        ", ".join(one for one in Aspect if answers.get(one) is answer) for answer in Answer
    )
    parts = [f"Connected to {connected or 'nothing'}"]
    parts += [f"no {missing}"] if missing else []
    return "; ".join([*parts, f"{unknown} unknown"] if unknown else parts)
