"""`lineage`: run, push, deployed, retired."""

import argparse
import os
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional

from model_lineage import git, session
from model_lineage.arguments import REFUSED, parser
from model_lineage.client import Client
from model_lineage.config import Config, find_config
from model_lineage.declared import input_from, output_from
from model_lineage.delivery import Destination, deliver, push, say
from model_lineage.deploying import Deployed, compact, moment, retired
from model_lineage.documents import typed
from model_lineage.environment import Image, image_named, python_of
from model_lineage.errors import ConfigError, LineageError
from model_lineage.joining import open_file, read_told
from model_lineage.recording import PRODUCER, named_version, run_name
from model_lineage.records import Key
from model_lineage.running import BY_SIGNAL, NotStartedError, listening, run_program
from model_lineage.values import MAX_VERSION_BYTES, line, now

NOT_DONE = 1


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The exit status. Under `run` it is the program's."""
    given = parser().parse_args(arguments)
    try:
        return _DOES[given.does](given)
    except (LineageError, OSError) as error:
        say(str(error))
        return NOT_DONE
    except KeyboardInterrupt:
        return BY_SIGNAL + signal.SIGINT


def _run(given: argparse.Namespace) -> int:
    command = given.command[1:] if given.command[:1] == ["--"] else given.command
    if not command:
        say("what is to be run? lineage run -- python train.py")
        return REFUSED
    try:
        begun = session.begin(_wanted(given, command))
    except (LineageError, OSError) as error:
        say(str(error))
        return REFUSED
    recording = begun.recording
    recording.measured(python_of(command, folder=begun.folder))
    with tempfile.TemporaryDirectory(prefix="lineage-") as place, listening() as ear:
        told = Path(place, "told.jsonl")
        variables = open_file(told, key=recording.key, root=begun.root)
        try:
            ended = run_program(command, variables, ear)
        except NotStartedError as error:
            say(str(error))
            return error.status
        recording.started_at, recording.ended_at = ended.started_at, ended.ended_at
        recording.process["exit_code"] = ended.status
        if ended.signal:
            recording.process["signal"] = ended.signal
        session.finish(begun, state=ended.state, told=read_told(told))
    return ended.status


def _wanted(given: argparse.Namespace, command: Sequence[str]) -> session.Wanted:
    return session.Wanted(
        name=given.name or run_name(command),
        command=command,
        namespace=given.namespace,
        inputs=[input_from(one) for one in given.input],
        outputs=[output_from(one) for one in given.output],
        params=given.params,
        parameters=dict(map(_parameter, given.param)),
        metrics=given.metrics,
        seed=given.seed,
        image=given.image,
        allow_dirty=given.allow_dirty,
        tag=given.tag,
        model=given.model,
        url=given.url,
        to=given.to,
    )


def _parameter(text: str) -> tuple[str, Any]:
    name, given, value = text.partition("=")
    if not given or not name:
        raise ConfigError(f"--param {text!r} is not of the form NAME=VALUE.")
    return name, typed(value)


def _push(given: argparse.Namespace) -> int:
    config, root = _project()
    destination = session.destination_of(config, root=root, url=given.url)
    if not destination.url:
        raise ConfigError("No server is named; set LINEAGE_URL, or pass --url.")
    return 0 if push(destination) else NOT_DONE


def _project() -> tuple[Config, Path]:
    """What the repository declares, and its top."""
    config = find_config(Path.cwd())
    try:
        return config, git.find_root(Path.cwd())
    except (git.NoRepositoryError, LineageError):
        return config, config.folder


def _deployed(given: argparse.Namespace) -> int:
    config, root = _project()
    namespace = _namespace(given, config)
    name, version = named_version(given.model)
    deployment = Deployed(
        model=Key(namespace, "model", line(name), line(version, MAX_VERSION_BYTES)),
        name=given.name,
        environment=line(given.environment),
        namespace=namespace,
        live_from=moment(given.live_from) if given.live_from else now(),
        endpoint=given.endpoint,
        image=_image(given),
        model_digest=given.model_digest,
        application=given.application,
        release=given.release,
    )
    batch = deployment.batch(config.producer or PRODUCER)
    destination = session.destination_of(config, root=root, url=given.url, to=given.to)
    if not deliver(
        batch, destination, name=f"{compact(deployment.live_from)}-deployed-{os.getpid()}"
    ):
        return NOT_DONE
    if given.replace:
        _end(destination, config, deployment.key, given.environment, deployment.live_from)
    return 0


def _image(given: argparse.Namespace) -> Optional[Image]:
    if given.digest and not given.image:
        raise ConfigError("--digest is that of an image; name the image with --image.")
    return image_named(given.image, given.digest) if given.image else None


def _namespace(given: argparse.Namespace, config: Config) -> str:
    named = given.namespace or os.environ.get("LINEAGE_NAMESPACE") or config.namespace
    if named:
        return line(named)
    try:
        return git.read_repository(Path.cwd())
    except (git.NoRepositoryError, LineageError) as error:
        raise ConfigError(f"No namespace is known ({error}); pass --namespace.") from error


def _retired(given: argparse.Namespace) -> int:
    config, root = _project()
    namespace = _namespace(given, config)
    name, version = named_version(given.model)
    destination = session.destination_of(config, root=root, url=given.url)
    until = moment(given.live_until) if given.live_until else now()
    asked = Key(namespace, "deployment", line(given.name), given.release)
    ended = _end(destination, config, asked, given.environment, until, model=(name, version))
    if not ended:
        say(
            f"no deployment {given.name} of {given.model} is live in {given.environment} in "
            f"{namespace}; nothing was changed"
        )
        return NOT_DONE
    return 0


def _end(
    destination: Destination,
    config: Config,
    key: Key,
    environment: str,
    until: str,
    model: Optional[tuple[str, str]] = None,
) -> int:
    """End what is live under the name: with `model` what serves it, else all but `key` itself."""
    client = Client(destination.url, destination.token)
    live = client.artifacts(
        kind="deployment",
        namespace=key.namespace,
        name=key.name,
        environment=environment,
        live_at=until,
    )
    ended = 0
    for one in list(live):
        known = client.artifact(one)
        served = {(e.upstream.name, e.upstream.version) for e in known.upstream_edges}
        mine = key.version in {"", one.version} if model else one.version != key.version
        if mine and (model is None or model in served):
            own = Key(one.namespace, one.kind, one.name, one.version)
            facet = known.facets.get("deployment", {})
            client.record(retired(own, facet, until, config.producer or PRODUCER))
            say(f"{one} is no longer live in {environment}")
            ended += 1
    return ended


_DOES = {"run": _run, "push": _push, "deployed": _deployed, "retired": _retired}
