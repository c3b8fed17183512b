"""The same from inside a program: `with run(…)`, `@run(…)`, and what the program says by itself.

Under `lineage run` all of it joins that run; else `run` makes one of its own.
"""

import copy
import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any, Optional, TypeVar, Union

from model_lineage import inventory, session
from model_lineage.declared import Declared, Said, find, input_from, output_from
from model_lineage.delivery import say
from model_lineage.errors import RefusedError
from model_lineage.joining import Outer, outer_run
from model_lineage.recording import run_name
from model_lineage.values import clean, flat, line, seed_value

F = TypeVar("F", bound=Callable[..., Any])

_current: ContextVar[Optional["Run"]] = ContextVar("model_lineage_run", default=None)


class Run:
    """What a program says of its own run. Made by `run`."""

    def __init__(
        self, *, outer: Optional[Outer] = None, own: Optional[session.Session] = None
    ) -> None:
        self._outer, self._own = outer, own

    @property
    def id(self) -> str:
        """The version of the run's artifact."""
        known = self._own.recording.key if self._own else self._outer.key if self._outer else None
        return known.version if known else ""

    def log_param(self, name: str, value: Any) -> None:
        """A parameter; the last value said of a name counts."""
        self._say({"parameters": clean({name: value})})

    def log_params(self, values: Mapping[str, Any]) -> None:
        self._say({"parameters": clean(values)})

    def log_metric(self, name: str, value: Any) -> None:
        """A number; the last one said of a name counts."""
        self._say({"metrics": dict(flat({name: value}))})

    def log_metrics(self, values: Mapping[str, Any]) -> None:
        """Nested ones get names with dots: `test.auc`."""
        self._say({"metrics": dict(flat(values))})

    def seed(self, value: Union[int, str]) -> None:
        """The seed that is used. Setting it is the program's affair."""
        self._say({"seed": seed_value(value)})

    def input(self, path: Said, role: str = "", *, kind: str = "", **more: str) -> None:
        """What was read: a file, a folder or an address. Hashed now. OSError if it is not there."""
        self._add("input", input_from(_table(path, role=role, kind=kind, **more)))

    def output(self, path: Said, *, kind: str = "", name: str = "", version: str = "") -> None:
        """What was written. Say it once it is whole: it is hashed now. OSError if it is gone."""
        self._add("output", output_from(_table(path, kind=kind, name=name, version=version)))

    def _add(self, what: str, declared: Declared) -> None:
        root = self._own.root if self._own else self._outer.root if self._outer else Path.cwd()
        self._say({what: find(declared, folder=Path.cwd(), root=root).to_json()})

    def _say(self, said: Mapping[str, Any]) -> None:
        if self._own is not None:
            self._own.recording.take(said)
        elif self._outer is not None:
            try:
                self._outer.tell(said)
            except OSError as error:
                say(f"the run around this program no longer listens: {error}")


def _table(path: Said, **said: str) -> Said:
    """What is said beside a path wins over what stands before it."""
    said = {name: value for name, value in said.items() if value}
    if not said:
        return path
    return {"path": os.fspath(path), **said} if isinstance(path, (str, os.PathLike)) else path


class run:  # noqa: N801 - used as a verb: `with run("train")`, `@run("train")`
    """A run as a context or around each call of a function.

        with run("train", inputs=["training=data/train.csv"], params={"lr": 0.1}) as this:
            this.log_metric("auc", 0.91)
            this.output("models/churn.joblib")

    `inputs` and `outputs` are as on the command line, or tables with `path`, `role`, `kind`,
    `name`, `version`. Raises `DirtyTreeError` before anything runs unless `allow_dirty`. Under
    `lineage run` it joins that run, and `name` and `allow_dirty` are not used. An exception of the
    block makes the run failed and goes on. What cannot be sent is spooled and said, never raised.
    """

    def __init__(
        self,
        name: str = "",
        *,
        inputs: Iterable[Said] = (),
        outputs: Iterable[Said] = (),
        params: Optional[Mapping[str, Any]] = None,
        seed: Optional[Union[int, str]] = None,
        allow_dirty: bool = False,
        **more: str,
    ) -> None:
        """`more`: `namespace`, `image`, `model` or `tag` (NAME@VERSION), `url`, `to`."""
        strange = sorted(set(more) - {"namespace", "image", "model", "tag", "url", "to"})
        if strange:
            raise TypeError(f"run() does not know {strange[0]!r}.")
        self._name, self._seed, self._allow_dirty, self._more = name, seed, allow_dirty, more
        self._inputs = [input_from(one) for one in inputs]
        self._outputs = [output_from(one) for one in outputs]
        self._params = dict(params or {})
        self._open: list[tuple[Run, Any, Optional[session.Session]]] = []

    def __enter__(self) -> Run:
        outer, own = outer_run(), None
        around = _current.get()
        if around is not None:
            this = around
            self._repeat(this)
        elif outer is not None:
            this = Run(outer=outer)
            this._say({"python": _measured()})  # noqa: SLF001
            self._repeat(this)
        else:
            own = self._begin()
            this = Run(own=own)
        self._open.append((this, _current.set(this), own))
        return this

    def _begin(self) -> session.Session:
        command = [Path(sys.executable).name, *getattr(sys, "orig_argv", ["", *sys.argv])[1:]]
        wanted = session.Wanted(
            name=self._name or run_name(command),
            command=command,
            inputs=self._inputs,
            outputs=self._outputs,
            parameters=self._params,
            seed=self._seed,
            allow_dirty=self._allow_dirty,
            **self._more,
        )
        own = session.begin(wanted)
        own.recording.measured(_measured())
        return own

    def _repeat(self, this: Run) -> None:
        """What was declared, said to the run that this one is part of."""
        this.log_params(self._params)
        if self._seed is not None:
            this.seed(self._seed)
        for one in self._inputs:
            try:
                this.input(one)
            except OSError as error:
                raise RefusedError(f"The input {line(one.path)} cannot be read: {error}") from error

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        _trace: Optional[TracebackType],
    ) -> None:
        this, token, own = self._open.pop()
        _current.reset(token)
        if own is not None:
            if kind is not None:
                own.recording.process["error"] = kind.__name__
            session.finish(own, state=_state(error))
            return
        for one in self._outputs:
            try:
                this.output(one)
            except OSError as gone:
                say(f"the output {line(one.path)} cannot be read: {gone}")

    def __call__(self, function: F) -> F:
        @functools.wraps(function)
        def recorded(*args: Any, **named: Any) -> Any:
            with self._anew():
                return function(*args, **named)

        @functools.wraps(function)
        async def recorded_later(*args: Any, **named: Any) -> Any:
            with self._anew():
                return await function(*args, **named)

        waits = inspect.iscoroutinefunction(function)
        return recorded_later if waits else recorded  # type: ignore[return-value]

    def _anew(self) -> "run":
        """For one call: calls may overlap."""
        again = copy.copy(self)
        again._open = []  # noqa: SLF001 - its own class
        return again


def _measured() -> dict[str, Any]:
    return {**inventory.inventory(), "measured_in": "the program"}


def _state(error: Optional[BaseException]) -> str:
    if error is None or (isinstance(error, SystemExit) and error.code in (None, 0)):
        return "completed"
    return "aborted" if isinstance(error, KeyboardInterrupt) else "failed"


def current() -> Run:
    """The run that this program is in. What is said to it outside of any run goes nowhere, so a
    script that says things runs all the same by itself.
    """
    return _current.get() or Run(outer=outer_run())


def log_param(name: str, value: Any) -> None:
    """A parameter of the current run."""
    current().log_param(name, value)


def log_metric(name: str, value: Any) -> None:
    """A metric of the current run."""
    current().log_metric(name, value)


def seed(value: Union[int, str]) -> None:
    """The seed of the current run."""
    current().seed(value)
