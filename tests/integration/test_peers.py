"""Real VNC servers behind Porthole: QEMU, TigerVNC's Xvnc and x11vnc."""

import signal

import pytest

from harness.certificates import Authority
from harness.ends import expect_close, expect_told
from harness.viewer import Viewer
from harness.vnc_servers import Qemu, X11vnc, Xtigervnc, random_password, wait_until_listening
from processes import Child, wait_until

SERVERS = [Qemu, Xtigervnc, X11vnc]


def with_password(password):
    return {"password": password} if password else {}


@pytest.mark.parametrize("protected", [False, True], ids=["None", "VncAuth"])
@pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.__name__)
def test_shows_the_screen_and_takes_input(node, directory, kind, protected):
    password = random_password() if protected else None
    with kind(directory, password) as server:
        viewer = Viewer(node, node.key.mint(server.target, console=with_password(password)))

        viewer.set_encodings(0)
        viewer.request_update()
        assert viewer.read_raw_update() > 0
        viewer.pointer(10, 10)
        viewer.key(0xFF0D)
        viewer.key(0xFF0D, down=False)
        viewer.request_update()
        assert viewer.read_raw_update() > 0
        session = node.control_json("sessions", "list")["sessions"][0]

        viewer.leave()
        expect_told(node, "viewer_closed")
        assert session["host_security_type"] == ("VncAuth" if protected else "None")
        assert node.metrics().get("porthole_host_security_total",
                                  type=session["host_security_type"]) == 1


@pytest.mark.parametrize("kind", SERVERS, ids=lambda kind: kind.__name__)
def test_refuses_a_wrong_password_in_words(node, directory, kind):
    with kind(directory, "rightpas") as server:
        viewer = Viewer(node, node.key.mint(server.target, console={"password": "wrongpas"}),
                        handshake=False)

        expect_close(viewer.wait_close(), "host_auth_failed")
        expect_told(node, "host_auth_failed")


def test_works_over_tls(start_node, directory):
    certificate, key = Authority(directory).issue("localhost")
    node = start_node(listeners=[{"address": "127.0.0.1", "port": 0, "tls": {
        "certificate_file": str(certificate), "private_key_file": str(key)}}])
    with Qemu(directory) as server:
        viewer = Viewer(node, node.key.mint(server.target), tls=True)

        viewer.set_encodings(0)
        viewer.request_update()
        assert viewer.read_raw_update() > 0
        viewer.leave()

    expect_told(node, "viewer_closed")
    assert node.metrics().get("porthole_tls_handshakes_total", side="viewer", result="ok") >= 1


def test_two_viewers_share_one_machine(node, directory):
    with Qemu(directory) as server:
        console = {"id": "shared-console"}
        viewers = [Viewer(node, node.key.mint(server.target, console=console)) for _ in range(2)]

        for viewer in viewers:
            viewer.set_encodings(0)
            viewer.request_update()
            assert viewer.read_raw_update() > 0
        assert len(server.clients()) == 2

        viewers[0].leave()
        wait_until(lambda: len(server.clients()) == 1, 10, "QEMU to lose one client")
        viewers[1].request_update()
        assert viewers[1].read_raw_update() > 0
        viewers[1].leave()


def test_killing_qemu_ends_the_session_at_once(node, directory):
    with Qemu(directory) as server:
        viewer = Viewer(node, node.key.mint(server.target))

        server.child.signal(signal.SIGKILL)

        close = viewer.wait_close()
        assert close.code in (1000, 4514), close
        assert "connection" in close.reason
        node.wait_for_sessions(0, seconds=5)


def test_a_machine_that_is_gone_is_unreachable(node, directory):
    with Qemu(directory) as server:
        target = server.target

    viewer = Viewer(node, node.key.mint(target), handshake=False)

    expect_close(viewer.wait_close(), "host_unreachable")
    expect_told(node, "host_unreachable")


def test_reaches_a_unix_socket(start_node, directory):
    sockets = directory / "vnc"
    sockets.mkdir()
    node = start_node(targets={"unix_directory": str(sockets)})
    machine = Child("QEMU", [
        "qemu-system-x86_64", "-nodefaults", "-accel", "tcg", "-m", "32", "-vga", "std",
        "-display", "none", "-S", "-vnc", f"unix:{sockets}/machine"], directory / "qemu.log")
    try:
        wait_until_listening(machine, sockets / "machine")
        viewer = Viewer(node, node.key.mint(f"unix:{sockets}/machine"))
        viewer.set_encodings(0)
        viewer.request_update()
        assert viewer.read_raw_update() > 0
        viewer.leave()
    finally:
        machine.stop()
