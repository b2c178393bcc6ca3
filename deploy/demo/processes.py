"""Child processes that never outlive the one that started them, and waiting with a deadline."""

import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


class ProcessFailed(Exception):
    """A process ended early, or something awaited did not happen in time."""


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A started process. Its output goes to a file, its group is its own (a Ctrl-C in the terminal
    reaches only us, who then end it in order), and the kernel ends it should we be killed."""

    def __init__(self, name, command, log, env=None):
        self.name = name
        self.log = log
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, env=env, process_group=0, preexec_fn=_die_with_parent)
        self.pid = self._process.pid

    def exit_code(self):
        """None while it runs; negative for a signal."""
        return self._process.poll()

    def signal(self, number):
        self._process.send_signal(number)

    def wait(self, seconds):
        """The exit code; ProcessFailed when it still runs after `seconds`."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProcessFailed(f"{self.name} still runs after {seconds} s") from None

    def stop(self, seconds=10):
        """Ends it: SIGTERM first, SIGKILL when that is not enough. Gives the exit code."""
        if self.exit_code() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.wait(seconds)
        except ProcessFailed:
            self.signal(signal.SIGKILL)
            return self.wait(seconds)

    def last_words(self, lines=15):
        """The end of its output, for error messages."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-lines:]).rstrip()


def wait_until(condition, seconds, what, *children):
    """Waits until `condition()` is true and gives its value. ProcessFailed names `what` when it
    takes longer than `seconds`, or names the child when one of `children` ends meanwhile."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        for child in children:
            if child.exit_code() is not None and not condition():
                raise ProcessFailed(
                    f"{child.name} ended with code {child.exit_code()} before {what}:\n"
                    f"{child.last_words()}")
        if time.monotonic() > deadline:
            raise ProcessFailed(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)


def read_if_there(path):
    """The text of a file; "" when it does not exist yet."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()
