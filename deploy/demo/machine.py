"""The demo's virtual machine: a real QEMU, emulating, with its VNC server behind a password."""

import secrets
import string

from processes import Child, read_if_there, wait_until
from qmp import connect

SHELL_IS_UP = "demo: the shell is up"


class VirtualMachine:
    """A running QEMU. `images` is what deploy/demo/make-vm made; sockets and logs go to `state`."""

    def __init__(self, images, state):
        self.serial_log = state / "serial.log"
        qmp = state / "qmp.sock"
        self.child = Child("QEMU", [
            "qemu-system-x86_64", "-name", "web-1", "-nodefaults", "-accel", "tcg", "-m", "192",
            "-kernel", images / "vmlinuz", "-initrd", images / "initramfs",
            "-append", "console=ttyS0 quiet", "-vga", "std", "-display", "none", "-nic", "none",
            "-device", "qemu-xhci", "-device", "usb-tablet", "-serial", f"file:{self.serial_log}",
            "-qmp", f"unix:{qmp},server=on,wait=off",
            # The first free port from 5900 on; nobody gets in until a password is set.
            "-vnc", "127.0.0.1:0,to=99,password=on",
        ], state / "qemu.log")
        self._qmp = connect(qmp, self.child)
        self.port = self._qmp.vnc_port()
        self.password = "".join(secrets.choice(string.ascii_letters) for _ in range(8))
        self._qmp.set_vnc_password(self.password)

    def wait_for_shell(self, seconds=180):
        """Waits until the guest has booted; its init says so on the serial port."""
        wait_until(lambda: SHELL_IS_UP in read_if_there(self.serial_log), seconds,
                   "the virtual machine's shell", self.child)

    def stop(self):
        self._qmp.close()
        self.child.stop()
