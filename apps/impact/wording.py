"""What the counts of a report say, in sentences."""

from collections.abc import Mapping
from typing import Any

from apps.graph.vocabulary import Consequence, kind_label

Counts = Mapping[str, Any]

DATA_KINDS = frozenset({"dataset", "feature_set"})


def many(count: int, singular: str, plural: str = "") -> str:
    """
    >>> many(1, "model"), many(1200, "model")
    ('1 model', '1,200 models')
    """
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def joined(parts: list[str]) -> str:
    """
    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def headline(*, counts: Counts, kind: str) -> str:
    """What the flagged artifact touched, from the counts of `apps.impact.tally`.

    `kind` is the flagged artifact's.
    """
    if not counts.get("findings"):
        return "Nothing is recorded downstream of it."
    contaminated = counts["kinds_by_consequence"].get(Consequence.CONTAMINATES, {})
    doubtful = counts["kinds_by_consequence"].get(Consequence.EVIDENCE, {})
    sentences = [
        _reach(counts, contaminated, kind),
        _doubt(contaminated, doubtful, kind),
        _doubtful_production(counts),
    ]
    return " ".join(sentence for sentence in sentences if sentence) or _others(counts)


def _reach(counts: Counts, contaminated: Mapping[str, int], kind: str) -> str:
    models, applications = contaminated.get("model", 0), contaminated.get("application", 0)
    live = counts["live_contaminated"]
    clauses = []
    if models:
        was = "was" if models == 1 else "were"
        how = f"{was} trained on it" if kind in DATA_KINDS else f"{was} made from it"
        clauses.append(f"{many(models, 'model')} {how}")
    if live:
        clauses.append(_serving(live, counts["production_contaminated"], models))
    owners = f"with {many(counts['owners'], 'owner')}" if counts["owners"] else ""
    if live:
        behind = f", behind {many(applications, 'application')}" if applications else ""
        return f"{joined(clauses)}{behind} {owners}".rstrip() + "."
    if applications:
        depend = "depends" if applications == 1 else "depend"
        what = "them" if models > 1 else "it"
        clauses.append(f"{many(applications, 'application')} {depend} on {what}")
    if not clauses:
        return ""
    ended = " No deployment of it is live now." if contaminated.get("deployment") else ""
    return f"{joined(clauses)}{', ' if owners else ''}{owners}.{ended}"


def _serving(live: int, production: int, models: int) -> str:
    what = "them" if models > 1 else "it"
    serves = "serves" if live == 1 else "serve"
    if production == live:
        return f"{many(live, 'deployment')} in production {serves} {what}"
    where = f"{production:,} of them in production" if production else "none in production"
    return f"{many(live, 'deployment')} ({where}) {serves} {what}"


def _doubt(contaminated: Mapping[str, int], doubtful: Mapping[str, int], kind: str) -> str:
    models = doubtful.get("model", 0)
    if models:
        more = " more" if contaminated.get("model") else ""
        who = f"{models:,}{more} {'model' if models == 1 else 'models'}"
        its = "its" if models == 1 else "their"
        used = "used it only" if kind in DATA_KINDS else "depends on it only"
        if models > 1 and kind not in DATA_KINDS:
            used = "depend on it only"
        return (
            f"{who} {used} for testing or validation: {its} metrics are in doubt, "
            f"{its} weights are not."
        )
    if runs := sum(doubtful.values()):
        are = "is" if runs == 1 else "are"
        return f"The evidence of {many(runs, 'further artifact')} {are} in doubt."
    return ""


def _doubtful_production(counts: Counts) -> str:
    """Deployments in production of models whose evidence, and only that, is in doubt."""
    doubtful = counts["production"] - counts["production_contaminated"]
    if not doubtful:
        return ""
    rests = "rests" if doubtful == 1 else "rest"
    return f"{many(doubtful, 'deployment')} in production {rests} on such evidence."


def _others(counts: Counts) -> str:
    kinds = [
        many(count, kind_label(kind).lower())
        for kind, count in sorted(counts["kinds"].items(), key=lambda one: (-one[1], one[0]))
    ]
    if counts["kinds"].get("deployment"):
        return f"{joined(kinds)} came of it; no deployment is live now."
    return f"{joined(kinds)} came of it; no model, deployment or application is recorded below."


def remedy_sentence(remedy: Mapping[str, Any]) -> str:
    """What one remedy of a report would do."""
    name = f"{remedy['name']}@{remedy['version']}" if remedy["version"] else remedy["name"]
    live = remedy["live"]
    among = f", {many(live, 'live deployment')} among them" if live else ""
    return (
        f"Retraining {name} on clean data would clean {remedy['cleans']:,} of the "
        f"{remedy['of']:,} contaminated models, deployments and applications{among}."
    )


def completeness_sentences(*, completeness: Counts, revision: int) -> list[str]:
    """How whole the answer is: first the revision, then each gap."""
    found = [f"Complete at revision {revision:,}."]
    if completeness.get("truncated"):
        nearest = f"only the nearest {completeness['limit']:,} artifacts"
        found = [f"Not complete: {nearest} at revision {revision:,} were followed."]
    if models := completeness.get("models_without_training_data", {}).get("count", 0):
        has = "has" if models == 1 else "have"
        what = f"{many(models, 'model')} {has} no recorded training data"
        found.append(f"{what}: unknown, not clean.")
    if conflicts := completeness.get("conflicts", {}).get("count", 0):
        found.append(
            f"{many(conflicts, 'edge')} below it {'was' if conflicts == 1 else 'were'} refused "
            "because of a cycle: what lies behind may be missing here."
        )
    if placeholders := completeness.get("placeholders", {}).get("count", 0):
        is_ = "is" if placeholders == 1 else "are"
        found.append(
            f"{many(placeholders, 'artifact')} {is_} known only by name; no source has described "
            f"{'it' if placeholders == 1 else 'them'} yet."
        )
    return found
