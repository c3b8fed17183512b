"""From what is declared to a recording that has begun, and from there to what is sent."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Optional, Union

from model_lineage import environment, git
from model_lineage.config import Config, find_config
from model_lineage.declared import Declared, Thing, find
from model_lineage.delivery import Destination, deliver, say
from model_lineage.documents import read_document
from model_lineage.errors import ConfigError, LineageError, RefusedError
from model_lineage.hashing import Signature, signature_of
from model_lineage.joining import outer_run
from model_lineage.masking import mask_command
from model_lineage.recording import PRODUCER, Recording, named_version, new_run_id
from model_lineage.records import Key
from model_lineage.values import line, now, seed_value

# Arguments kept; of some programs every file is one.
LONGEST_COMMAND = 500


@dataclass(frozen=True)
class Wanted:
    """What flags or arguments say of a run; they win over what the repository declares."""

    name: str
    command: Sequence[str] = ()
    namespace: str = ""
    inputs: Sequence[Declared] = ()
    outputs: Sequence[Declared] = ()
    params: Sequence[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    metrics: Sequence[str] = ()
    seed: Optional[Union[int, str]] = None
    image: str = ""
    allow_dirty: bool = False
    tag: str = ""
    model: str = ""
    url: str = ""
    to: str = ""


@dataclass
class Session:
    """A recording under way. `before` is how what may be written looked when it began."""

    recording: Recording
    destination: Destination
    folder: Path
    root: Path
    tag: str = ""
    outputs: list[Declared] = field(default_factory=list)
    metrics: list[Path] = field(default_factory=list)
    before: dict[Path, Signature] = field(default_factory=dict)

    def written(self, path: Path) -> bool:
        """Whether the run wrote it: what lay there before and still does is not its work."""
        after = signature_of(path)
        return bool(after) and after != self.before.get(path, ())


def destination_of(config: Config, *, root: Path, url: str = "", to: str = "") -> Destination:
    """Flag, variable, file, in this order; of address and file that which is said nearer."""
    near_url = url or os.environ.get("LINEAGE_URL", "")
    if not to and config.to and not near_url:
        to = str(config.folder / config.to)
    # The program may go elsewhere meanwhile.
    to = str(Path.cwd() / to) if to else ""
    token = os.environ.get("LINEAGE_TOKEN", "")
    return Destination(root, near_url or config.url, token, to)


def begin(wanted: Wanted) -> Session:
    """Everything that can be known before the program runs. RefusedError if it must not run."""
    folder = Path.cwd()
    config = find_config(folder).for_job(wanted.name)
    inputs = _merged(config, config.inputs, wanted.inputs, folder)
    outputs = _merged(config, config.outputs, wanted.outputs, folder)
    metrics = _paths(config, config.metrics, folder, wanted.metrics)
    to = _paths(config, filter(None, [config.to]), folder, filter(None, [wanted.to]))
    hashed = [one for one in (*inputs, *outputs) if one.with_kind() != "code"]
    tree = _tree(folder, [*_places(folder, hashed), *metrics, *to], wanted)
    root = tree.root if tree else config.folder
    namespace = wanted.namespace or os.environ.get("LINEAGE_NAMESPACE") or config.namespace
    namespace = namespace or (tree.repository if tree else root.name or "unnamed")
    recording = Recording(
        key=Key(line(namespace), "run", line(wanted.name), new_run_id()),
        producer=config.producer or PRODUCER,
        owner=line(config.owner, 200),
        started_at=now(),
        seed=seed_value(_seed(wanted)),
        tree=tree,
        locks=environment.lock_files(root),
        image=_image(wanted, config),
    )
    recording.process = _process(wanted, folder, root)
    outer = outer_run()
    recording.started_by = outer.key if outer else None
    tag, recording.model_version = _version(wanted, outputs)
    if tag:
        if tree is None:
            raise RefusedError("--tag needs a git repository.")
        git.refuse_tag(tree, tag)
    for path in _paths(config, config.params, folder, wanted.params):
        recording.take({"parameters": read_document(path)})
    recording.take({"parameters": wanted.parameters})
    recording.inputs = [_found(one, folder, root) for one in inputs]
    watched = [*_places(folder, outputs), *metrics]
    return Session(
        recording=recording,
        destination=destination_of(config, root=root, url=wanted.url, to=wanted.to),
        folder=folder,
        root=root,
        tag=tag,
        outputs=outputs,
        metrics=metrics,
        before={path: signature_of(path) for path in watched},
    )


def _merged(
    config: Config, known: Iterable[Declared], given: Iterable[Declared], folder: Path
) -> list[Declared]:
    """Both; of two for one path that of the flag."""
    moved = [
        one
        if one.is_address
        else replace(one, path=str(config.folder / one.path), kind=one.with_kind())
        for one in known
    ]
    found = {
        one.path if one.is_address else os.path.realpath(folder / one.path): one
        for one in (*moved, *given)
    }
    return list(found.values())


def _paths(config: Config, known: Iterable[str], folder: Path, given: Iterable[str]) -> list[Path]:
    """Those of the file, relative to it, and those of flags."""
    return [*(config.folder / one for one in known), *(folder / one for one in given)]


def _places(folder: Path, declared: Iterable[Declared]) -> list[Path]:
    return [folder / one.path for one in declared if not one.is_address]


def _tree(folder: Path, declared: list[Path], wanted: Wanted) -> Optional[git.Tree]:
    try:
        tree = git.read_tree(folder, declared)
    except git.NoRepositoryError as error:
        say(f"{error}: which code ran is not recorded")
        return None
    except RefusedError as error:
        if not wanted.allow_dirty:
            raise
        say(f"{error} Which code ran is not recorded.")
        return None
    if wanted.allow_dirty:
        if tree.is_dirty:
            say(f"recorded as dirty; files not as committed: {len(tree.changed):,}")
    else:
        git.refuse_dirty(tree)
    return tree


def _seed(wanted: Wanted) -> Optional[Union[int, str]]:
    hashing = os.environ.get("PYTHONHASHSEED", "")
    return wanted.seed if wanted.seed is not None else hashing if hashing != "random" else None


def _image(wanted: Wanted, config: Config) -> Optional[environment.Image]:
    named = wanted.image or os.environ.get("LINEAGE_IMAGE", "") or config.image
    digest = os.environ.get("LINEAGE_IMAGE_DIGEST", "") if not wanted.image else ""
    return environment.image_named(named, digest) if named else None


def _process(wanted: Wanted, folder: Path, root: Path) -> dict[str, Any]:
    try:
        place = folder.relative_to(root.resolve()).as_posix()
    except ValueError:
        place = folder.as_posix()
    command = [line(one) for one in mask_command(wanted.command)]
    if len(command) > LONGEST_COMMAND:
        left = len(command) - LONGEST_COMMAND
        command = [*command[:LONGEST_COMMAND], f"… and {left:,} more"]
    return {
        "command": command,
        "working_directory": line(place),
        "host": environment.host(),
    }


def _version(wanted: Wanted, outputs: Sequence[Declared]) -> tuple[str, Optional[tuple[str, str]]]:
    """(git tag, version of the model), as far as they are asked for."""
    asked = wanted.tag or wanted.model
    if not asked:
        return "", None
    if wanted.tag and wanted.model and wanted.tag != wanted.model:
        raise ConfigError("--tag and --model name two versions; give one of them.")
    models = [one for one in outputs if one.with_kind() == "model"]
    if len(models) != 1:
        raise ConfigError(
            f"{asked} names the model that the run writes, and {len(models)} are declared; "
            "declare one with --output model=PATH."
        )
    name, version = named_version(asked)
    return f"model/{name}/{version}" if wanted.tag else "", (name, version)


def _found(declared: Declared, folder: Path, root: Path) -> Thing:
    try:
        return find(declared, folder=folder, root=root)
    except OSError as error:
        raise RefusedError(
            f"The input {line(declared.path)} cannot be read: {error.strerror or error}."
        ) from error


def finish(session: Session, *, state: str, told: Iterable[Mapping[str, Any]] = ()) -> None:
    """Take in what the program told, hash what it wrote, tag if asked for, and deliver.

    Never raises: the program has run, and its own outcome is what counts.
    """
    recording = session.recording
    recording.state = state
    recording.ended_at = recording.ended_at or now()
    try:
        for said in told:
            _take(recording, said)
        _gather(session)
        if session.tag:
            _tag(session, state)
        deliver(recording.batch(), session.destination, name=recording.key.version)
    except Exception as error:  # a fault of ours must not become one of the program's
        say(f"the run could not be recorded: {type(error).__name__}: {error}")


def _take(recording: Recording, said: Mapping[str, Any]) -> None:
    try:
        recording.take(said)
    except (LineageError, AttributeError, KeyError, TypeError, ValueError) as error:
        say(f"what the program told is not understood and left out: {str(said)[:200]} ({error})")


def _gather(session: Session) -> None:
    """What the run wrote."""
    recording = session.recording
    for one in session.outputs:
        if thing := _output(session, one):
            recording.outputs.append(thing)
    for path in session.metrics:
        if session.written(path):
            try:
                recording.take({"metrics": read_document(path)})
            except LineageError as error:
                say(str(error))
        else:
            say(f"{path} was not written by this run; its metrics are not recorded")
    for problem in recording.problems():
        say(problem)


def _output(session: Session, declared: Declared) -> Optional[Thing]:
    place = session.folder / declared.path
    if not declared.is_address and not session.written(place):
        was = "was not written by this run" if place.exists() else "is not there"
        say(f"the output {line(declared.path)} {was}; it is not recorded")
        return None
    try:
        return find(declared, folder=session.folder, root=session.root)
    except OSError as error:
        say(f"the output {line(declared.path)} cannot be read: {error.strerror or error}")
        return None


def _tag(session: Session, state: str) -> None:
    model, tree = session.recording.model(), session.recording.tree
    if state != "completed" or model is None or tree is None:
        say(f"not tagged {session.tag}: the run {state} and wrote {'a' if model else 'no'} model")
        return
    run = session.recording.key
    message = (
        f"{session.tag}\n\nartifact-{model.digest.replace(':', ': ', 1)}\nrun: {run.version}\n"
    )
    try:
        git.make_tag(tree, session.tag, message)
    except RefusedError as error:
        say(str(error))
