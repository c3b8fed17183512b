"""The closed part of the language: kinds, roles and what each role carries.

Both are open-ended on purpose: an unknown kind or role is kept as given. What stands here is what
the product can say something about: how to label it and how taint crosses it.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an artifact is."""

    DATASET = "dataset"
    FEATURE_SET = "feature_set"
    CODE = "code"
    ENVIRONMENT = "environment"
    RUN = "run"
    MODEL = "model"
    EVALUATION = "evaluation"
    DEPLOYMENT = "deployment"
    APPLICATION = "application"

    @property
    def label(self) -> str:
        """Words for people: `Feature set`."""
        return self.value.replace("_", " ").capitalize()


class Consequence(StrEnum):
    """What a bad upstream does to a downstream. Ordered: contaminates is the stronger."""

    CONTAMINATES = "contaminates"
    EVIDENCE = "evidence"

    @property
    def label(self) -> str:
        """Words for people, as a finding shows them."""
        return "Contaminated" if self is Consequence.CONTAMINATES else "Evidence in doubt"


@dataclass(frozen=True, slots=True)
class Role:
    """What the upstream was in the making of the downstream.

    `phrase` reads from downstream to upstream: "fraud-xgb *was trained on* train@v14".
    """

    name: str
    phrase: str
    carries: Consequence = Consequence.CONTAMINATES


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role("training", "was trained on"),
        Role("validation", "was validated on", Consequence.EVIDENCE),
        Role("testing", "was tested on", Consequence.EVIDENCE),
        Role("input", "read"),
        Role("code", "ran the code"),
        Role("environment", "ran in"),
        Role("features", "used the features"),
        Role("output", "was written by"),
        Role("derived", "was derived from"),
        Role("dependency", "depends on"),
        Role("reuse", "took over the result of"),
        Role("orchestration", "was started by"),
        Role("fine_tuning", "was fine-tuned from"),
        Role("adapter", "adapts"),
        Role("quantization", "was quantised from"),
        Role("pruning", "was pruned from"),
        Role("distillation", "was distilled from"),
        Role("merge", "was merged from"),
        Role("conversion", "was converted from"),
        Role("evaluation", "evaluates"),
        Role("deployment", "deploys"),
        Role("serving", "is served by"),
    )
}

POST_TRAINING_ROLES = frozenset(
    {
        "fine_tuning",
        "adapter",
        "quantization",
        "pruning",
        "distillation",
        "merge",
        "conversion",
    }
)


# The words that sources use for the environment where a fault hurts.
PRODUCTION = frozenset({"production", "prod", "live"})


def is_production(environment: str) -> bool:
    """Whether the word that a source uses for an environment means production.

    >>> is_production("Prod"), is_production("pre-production")
    (True, False)
    """
    return environment.strip().lower() in PRODUCTION


def role_named(name: str) -> Role:
    """The role, or for an unknown name one that contaminates: doubt must not hide damage.

    >>> role_named("testing").carries
    <Consequence.EVIDENCE: 'evidence'>
    >>> role_named("brewing").phrase
    'has as brewing'
    """
    return ROLES.get(name) or Role(name, f"has as {name.replace('_', ' ')}")


def kind_label(kind: str) -> str:
    """Words for any kind, known or not.

    >>> kind_label("feature_set"), kind_label("prompt_template")
    ('Feature set', 'Prompt template')
    """
    return kind.replace("_", " ").capitalize()


def kind_words(kind: str, amount: int) -> str:
    """The kind as a noun after a number.

    >>> kind_words("model", 1), kind_words("feature_set", 2), kind_words("code", 3)
    ('model', 'feature sets', 'code')
    """
    words = kind_label(kind).lower()
    return words if amount == 1 or kind == Kind.CODE else f"{words}s"
