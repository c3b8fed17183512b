"""The command line of `lineage`."""

import argparse
from typing import Any, NoReturn

from model_lineage.version import __version__

# As `env`, `nohup` and `docker run` do, so that it is no status of the program's.
REFUSED = 125

EPILOGUE = """
variables: LINEAGE_URL, LINEAGE_TOKEN, LINEAGE_NAMESPACE, LINEAGE_IMAGE, LINEAGE_IMAGE_DIGEST
file:      lineage.toml, or [tool.lineage] in pyproject.toml, declares the same; flags win
"""
RUN_EPILOGUE = (
    "The exit status is the program's. 125: not begun, see the message; 126, 127: the program "
    "cannot be run, or is not there; 128 and a number: ended by that signal."
)


class Parser(argparse.ArgumentParser):
    """A wrong flag of ours must not look like an exit status of the program."""

    def error(self, message: str) -> NoReturn:
        self.print_usage()
        self.exit(REFUSED, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    whole = Parser(
        prog="lineage",
        description="Record what a program read, ran and wrote.",
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"lineage {__version__}")
    commands = whole.add_subparsers(dest="does", required=True, metavar="COMMAND")
    _add_run(commands)
    _add_push(commands)
    _add_deployed(commands)
    _add_retired(commands)
    return whole


def _add_run(commands: Any) -> None:
    run = commands.add_parser("run", help="run a program and record it", epilog=RUN_EPILOGUE)
    run.add_argument("--name", default="", help="what the run is called; by default the script")
    run.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="[ROLE[:KIND]=]PATH",
        help="a file, folder or address that is read: training=data/train.csv",
    )
    run.add_argument(
        "--output",
        action="append",
        default=[],
        metavar="[KIND=]PATH",
        help="a file or folder that is written: model=models/churn.joblib",
    )
    run.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    run.add_argument(
        "--params", action="append", default=[], metavar="FILE", help="JSON, TOML or YAML"
    )
    run.add_argument(
        "--metrics", action="append", default=[], metavar="FILE", help="read after the run"
    )
    run.add_argument("--seed", help="the seed that the program uses")
    run.add_argument("--image", default="", help="the container image that it runs in")
    run.add_argument(
        "--model", default="", metavar="NAME@VERSION", help="what the written model is called"
    )
    run.add_argument(
        "--tag", default="", metavar="NAME@VERSION", help="the same, and tag the commit with it"
    )
    run.add_argument(
        "--allow-dirty", action="store_true", help="run although the commit is not the code"
    )
    run.add_argument("--to", default="", metavar="FILE", help="append to this file, post nothing")
    _add_place(run)
    run.add_argument("command", nargs=argparse.REMAINDER, metavar="-- PROGRAM …")


def _add_push(commands: Any) -> None:
    push = commands.add_parser("push", help="send what could not be sent before")
    push.add_argument("--url", default="", help="the server; by default LINEAGE_URL")


def _add_deployed(commands: Any) -> None:
    deployed = commands.add_parser("deployed", help="say that a model version is live now")
    deployed.add_argument("model", metavar="MODEL@VERSION")
    _add_deployment(deployed)
    deployed.add_argument("--endpoint", default="", help="the URL under which it answers")
    deployed.add_argument("--image", default="", help="the container image that serves it")
    deployed.add_argument("--digest", default="", help="the image's digest, sha256:…")
    deployed.add_argument("--model-digest", default="", help="the model's digest, sha256:…")
    deployed.add_argument("--application", default="", help="what the deployment serves")
    deployed.add_argument("--live-from", default="", metavar="TIME", help="by default now")
    deployed.add_argument(
        "--replace",
        action="store_true",
        help="whatever else is live under this name and environment ends now (scope read)",
    )
    deployed.add_argument("--to", default="", metavar="FILE", help="append to this file")


def _add_retired(commands: Any) -> None:
    retired = commands.add_parser(
        "retired", help="say that a model version is no longer live (scopes read and record)"
    )
    retired.add_argument("model", metavar="MODEL@VERSION")
    _add_deployment(retired)
    retired.add_argument("--live-until", default="", metavar="TIME", help="by default now")


def _add_deployment(command: argparse.ArgumentParser) -> None:
    command.add_argument("--name", required=True, help="what the deployment is called")
    command.add_argument("--environment", required=True, help="such as production")
    command.add_argument(
        "--release", default="", help="your own number of this deployment; by default version+time"
    )
    _add_place(command)


def _add_place(command: argparse.ArgumentParser) -> None:
    command.add_argument("--namespace", default="", help="by default the repository's address")
    command.add_argument("--url", default="", help="the server; by default LINEAGE_URL")
