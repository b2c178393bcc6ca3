"""Consoles that speak no RFB: bytes as they are, with a real serial port and with a scripted one."""

import pytest

from harness.control_api import SessionApi
from harness.ends import expect_close, expect_told
from harness.viewer import Viewer
from harness.vnc_servers import free_port
from processes import Child, wait_until

ENABLED = {"targets": {"schemes": ["tcp", "raw+tcp"]}}


@pytest.fixture
def raw_node(start_node):
    return start_node(**ENABLED)


def echo(peer):
    """A console that greets and says again what it hears, until it hears "exit"."""
    peer.write(b"login: ")
    while True:
        said = peer.read(1)
        peer.write(said)
        if peer.received.endswith(b"exit"):
            return


def raw(host):
    return host.target.replace("tcp:", "raw+tcp:")


def terminal(node, token, **more):
    return Viewer(node, token, handshake=False, **more)


def test_a_machines_serial_console_is_read_and_typed_into(raw_node, directory):
    port = free_port()
    machine = Child("qemu", [
        "qemu-system-x86_64", "-nodefaults", "-accel", "tcg", "-m", "32", "-display", "none",
        "-machine", "pc,graphics=off", "-boot", "menu=on,splash-time=30000",
        "-serial", f"tcp:127.0.0.1:{port},server=on,wait=on,telnet=off"], directory / "qemu.log")
    try:
        wait_until(lambda: "waiting for connection" in (directory / "qemu.log").read_text(), 30,
                   "QEMU's serial port", machine)
        viewer = terminal(raw_node, raw_node.key.mint(f"raw+tcp://127.0.0.1:{port}"))
        said = b""
        while b"ESC" not in said:
            said += viewer.read(1)
        session = raw_node.control_json("sessions", "list")["sessions"][0]
        assert session["protocol_version"] == "raw"
        assert session["target"] == f"raw+tcp://127.0.0.1:{port}"
        viewer.send(b"\x1b")
        while b"Select boot device" not in said:
            said += viewer.read(1)
    finally:
        machine.stop()
    expect_close(viewer.wait_close(), "host_closed")
    expect_told(raw_node, "host_closed")


def test_bytes_pass_as_they_are_and_count_as_input(raw_node, start_host):
    host = start_host(echo)
    viewer = terminal(raw_node, raw_node.key.mint(raw(host)))
    assert viewer.read(7) == b"login: "
    everything = bytes(range(256))
    viewer.send(everything)
    assert viewer.read(256) == everything
    session = raw_node.control_json("sessions", "list")["sessions"][0]
    assert session["last_input_time"]
    assert int(session["to_host"]["byte_count"]) == 256
    viewer.send(b"exit")
    assert viewer.read(4) == b"exit"
    expect_close(viewer.wait_close(), "host_closed")
    expect_told(raw_node, "host_closed")


def test_view_only_drops_the_viewers_bytes_from_the_start_or_later(raw_node, start_host):
    host = start_host(echo)
    viewer = terminal(raw_node, raw_node.key.mint(raw(host), policy={
        "view_only": True, "clipboard": "off"}))
    assert viewer.read(7) == b"login: "
    viewer.send(b"x")
    with SessionApi(raw_node) as api:
        session = wait_until(lambda: [one for one in api.sessions()
                                      if one.HasField("last_input_time")], 20, "the dropped byte")[0]
        api.update(session.session_id, view_only=False)
    viewer.send(b"y")
    assert viewer.read(1) == b"y"
    assert bytes(host.peers[-1].received) == b"y"
    viewer.leave()
    expect_told(raw_node, "viewer_closed")


def test_our_page_is_told_that_a_silent_console_is_open(raw_node, start_host):
    host = start_host(lambda peer: peer.read_to_end())
    token = raw_node.key.mint(raw(host))
    _, _, page = raw_node.http(f"/console?token={token}")
    assert "<p>terminal" in page
    viewer = terminal(raw_node, token)
    notice = viewer.web_socket.receive_frame().payload.decode()
    assert notice == '{"view_only":false,"clipboard":"both","opened":true}'
    viewer.leave()
    expect_told(raw_node, "viewer_closed")


def test_raw_targets_are_refused_unless_they_are_enabled(node, host):
    token = node.key.mint(raw(host))
    status, _, page = node.http(f"/console?token={token}")
    assert status == 403 and "forbidden" in page
    viewer = terminal(node, token)
    expect_close(viewer.wait_close(), "forbidden", "may not connect")
    assert not host.peers


def test_idle_time_passes_without_a_byte_of_the_viewer(raw_node, start_host):
    host = start_host(echo)
    viewer = terminal(raw_node, raw_node.key.mint(raw(host), policy={"idle_timeout_s": 1}))
    expect_close(viewer.wait_close(), "idle_timeout")
    expect_told(raw_node, "idle_timeout")
