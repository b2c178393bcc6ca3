"""Runs the demo until somebody ends it; deploy/demo/run has installed and built everything.

    demo.py BUILD_DIRECTORY IMAGES_DIRECTORY PORT [STATE_DIRECTORY]
"""

import contextlib
import os
import pathlib
import select
import shutil
import signal
import subprocess
import sys
import tempfile

from machine import VirtualMachine
from processes import ProcessFailed
from proxy import Proxy

CONSOLE_ID = "5b1f3a0e-6c1d-4d8e-9b1a-3f0c2a7d9e44"
KEY_ID = "demo"
# A unix socket's path ends at 108 bytes, and the longest one here is 21 bytes longer than its
# directory's.
LONGEST_STATE_PATH = 86


class Stopped(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


def say(text):
    print(f"demo: {text}", file=sys.stderr, flush=True)


def stop_on_signals():
    def stop(number, _frame):
        # A second signal must not interrupt the tidying up.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)


@contextlib.contextmanager
def state_directory(named):
    """The demo's sockets, keys and logs: the directory named by the caller, which stays, or one
    that goes away with the demo."""
    if named:
        path = pathlib.Path(named).resolve()
        if len(os.fsencode(path)) > LONGEST_STATE_PATH:
            raise ProcessFailed(f"{path} is too long a path for the sockets in it")
        path.mkdir(mode=0o700, parents=True)
        yield path
        return
    path = pathlib.Path(tempfile.mkdtemp(prefix="porthole-demo-"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def write_minting(state, build, machine, proxy):
    """Leaves the command that mints a link, one word a line, for deploy/demo/link."""
    (state / "vnc-password").write_text(machine.password)
    words = [build / "client-sdk" / "cli" / "portholectl", "token", "mint", "--key-id", KEY_ID,
             "--key-file", state / "key", "--console", CONSOLE_ID, "--name", "web-1",
             "--target", f"tcp://127.0.0.1:{machine.port}",
             "--password-file", state / "vnc-password", "--subject", "demo",
             "--base-url", proxy.base_url]
    (state / "mint").write_text("".join(f"{word}\n" for word in words))


def print_link(state):
    """A fresh link, alone on a line of standard output; it opens the console once."""
    link = pathlib.Path(__file__).parent / "link"
    done = subprocess.run([link, state], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=60, check=False)
    if done.returncode != 0:
        raise ProcessFailed(done.stderr.strip())
    print(done.stdout.strip(), flush=True)


def watch(state, *children):
    """Prints a link for every Enter until one of the children ends."""
    ends = {os.pidfd_open(child.pid): child for child in children}
    waited = [*ends, sys.stdin] if sys.stdin.isatty() else [*ends]
    while True:
        ready, _, _ = select.select(waited, [], [])
        for source in ready:
            if source in ends:
                child = ends[source]
                raise ProcessFailed(f"{child.name} ended with code {child.exit_code()}:\n"
                                    f"{child.last_words()}")
            if not sys.stdin.readline():
                waited.remove(sys.stdin)
                continue
            print_link(state)


def run(build, images, port, named_state):
    with contextlib.ExitStack() as stack:
        state = stack.enter_context(state_directory(named_state))
        say(f"starting a virtual machine; its logs are in {state}")
        machine = VirtualMachine(images, state)
        stack.callback(machine.stop)
        say("starting Porthole")
        proxy = Proxy(build, state, port)
        stack.callback(proxy.stop)
        say("pushing a token key over gRPC")
        proxy.push_key(KEY_ID, state / "key")
        write_minting(state, build, machine, proxy)
        say("waiting for the virtual machine to boot")
        machine.wait_for_shell()
        say("open this link in a browser; the certificate is self-signed, so it will ask:")
        print_link(state)
        say(f"each link opens once, within ten minutes. Another one: press Enter, or run "
            f"deploy/demo/link {state}")
        say("Ctrl-C ends the demo")
        watch(state, machine.child, proxy.child)


def main():
    build, images, port, *named_state = sys.argv[1:]
    stop_on_signals()
    try:
        run(pathlib.Path(build), pathlib.Path(images), int(port),
            named_state[0] if named_state else None)
    except Stopped as stopped:
        say(f"ended by {stopped}")
    except FileExistsError as error:
        say(f"{error.filename} is there already: name a state directory that does not exist")
        return 1
    except (ProcessFailed, OSError) as error:
        say(f"{error}")
        return 1
    return 0


sys.exit(main())
