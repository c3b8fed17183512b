"""`python -m lineage_site.embedded`: prepares the place, starts everything, keeps it running."""

import errno
import os
import socket
import sys

from lineage_site.embedded.broker import BrokerError
from lineage_site.embedded.claim import AlreadyRunsError, claim
from lineage_site.embedded.place import Place, say, the_place
from lineage_site.embedded.serving import Listen, Site
from lineage_site.embedded.supervisor import StartError, Stopped, Supervisor

NOT_POSSIBLE = 2


def main() -> int:
    place = the_place()
    try:
        listen = Listen(os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000))
    except ValueError:
        say(f"PORT is {os.environ['PORT']!r}, which is no number. Try: make run PORT=8000")
        return NOT_POSSIBLE
    try:
        lock = claim(place.lock, url=listen.url)
    except AlreadyRunsError as error:
        say(f"Model Lineage already runs at {error.url} (process {error.pid}).")
        say(f"To stop it, press Ctrl-C in its terminal, or: kill {error.pid}")
        return 0
    problem = port_problem(listen)
    if problem:
        say(problem)
        return NOT_POSSIBLE
    return run(place, listen, lock)


def run(place: Place, listen: Listen, lock: int) -> int:
    supervisor = Supervisor(lock=lock)
    code = 0
    try:
        site = Site(place, listen, supervisor)
        site.start()
        supervisor.keep(site.watch)
    except Stopped:
        say("Stopping …")
    except (BrokerError, StartError) as error:
        say(str(error))
        code = 1
    finally:
        supervisor.stop()
    say("Stopped. Nothing is left running; the data stays in " + str(place.root))
    return code


def port_problem(listen: Listen) -> str:
    """What keeps the site from listening there and what to do; empty when nothing does."""
    try:
        family = socket.getaddrinfo(listen.host, listen.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((listen.host, listen.port))
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            return (
                f"Port {listen.port} on {listen.host} is taken by another program. Stop that one, "
                f"or choose another port: make run PORT={listen.port + 1}"
            )
        return f"Cannot listen on port {listen.port} of {listen.host}: {error}."
    return ""


if __name__ == "__main__":
    sys.exit(main())
