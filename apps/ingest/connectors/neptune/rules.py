"""What a path means. Neptune prescribes none of them, so these are the names people mostly give.

To read a project with other habits, change these tables: the first rule that fits decides.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What a file at such a path is, and whether the run `read` or `wrote` it."""

    path: str
    kind: str
    direction: str


FILE_RULES = (
    Rule(r"^source_code(/|$)", "", ""),
    Rule(r"(^|/)(models?|checkpoints?|weights)(/|$)", "model", "wrote"),
    Rule(r"(^|/)(predictions?|outputs?)(/|$)", "dataset", "wrote"),
    Rule(r"(^|/)(data|datasets?)(/|$)", "dataset", "read"),
)
# A list of tracked files is a dataset wherever it stands.
ARTIFACT_RULES = (
    Rule(r"(^|/)(predictions?|outputs?)(/|$)", "dataset", "wrote"),
    Rule(r"", "dataset", "read"),
)
ROLES = (
    (r"(^|[/_.-])train(ing)?([/_.-]|$)", "training"),
    (r"(^|[/_.-])(val|valid|validation|dev)([/_.-]|$)", "validation"),
    (r"(^|[/_.-])(test|testing|eval|evaluation|holdout)([/_.-]|$)", "testing"),
)
PARAMETERS = r"^(parameters|params|hyper_?param(eter)?s|hparams|configs?)/"
# In Neptune 2 a number outside of the parameters is a result; in Neptune 3 every scalar is a
# configuration, unless its path says otherwise.
RESULTS = r"(^|/)(metrics?|scores?|results?|train|val|valid|validation|test|eval|evaluation)(/|$)"
SEEDS = frozenset({"seed", "random_seed", "random_state"})

_SOURCE = r"(^|/)(git|source|source_code|code|vcs)/([^/]+/)*"
COMMIT = _SOURCE + r"(git_)?(commit|commit_id|commit_sha|sha|revision)$"
REPOSITORY = _SOURCE + r"(git_)?(repo|repository|remote|remote_url|repo_url|url)$"
BRANCH = _SOURCE + r"(git_)?(branch|current_branch)$"
DIRTY = _SOURCE + r"(git_)?(dirty|is_dirty)$"
IMAGE = r"(^|/)(docker_image|docker|container_image|image|image_uri)$"
MODEL_URI = r"models:/(m-[0-9a-f]{32}|[^/@]+/[^/@]+)"
BASE_MODEL = r"(^|/)(base_model|pretrained_model|init_from|fine_?tuned_from)(/[^/]+)?$"
# Of a model version: the run that made it.
MADE_BY = ("run/id", "run_id", "run", "run/sys/id", "source_run", "source_run/id")
RUN_URL = r"https?://[^/]+/(?P<project>[^/]+/[^/]+)/(?:e|runs)/(?P<run>[^/?#]+)"


def meaning_of(path: str, *, is_list: bool = False) -> Rule:
    """The rule that decides, with an empty kind if the file is no artifact of its own.

    >>> meaning_of("model/churn").kind, meaning_of("charts/roc").kind
    ('model', '')
    >>> meaning_of("model/files", is_list=True).kind
    'dataset'
    """
    for rule in ARTIFACT_RULES if is_list else FILE_RULES:
        if re.search(rule.path, path, re.IGNORECASE):
            return rule
    return Rule("", "", "")


def role_of(path: str) -> str:
    """What a dataset at such a path was read for.

    >>> role_of("data/train"), role_of("data/raw")
    ('training', 'input')
    """
    found = (role for words, role in ROLES if re.search(words, path, re.IGNORECASE))
    return next(found, "input")
