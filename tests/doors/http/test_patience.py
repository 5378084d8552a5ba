"""Connections that stand still are ended, while those that are waited for by the server stay."""

import socket
import threading
import time

import anyio
import pytest
import uvicorn

from plantwright.doors.http.patience import Patience

HEAD = b"POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
seen = []


class Hasty(Patience):
    """Waits for a moment only."""

    header_seconds = body_seconds = 0.3

    def connection_made(self, transport):
        super().connection_made(transport)
        mine = transport.get_extra_info("socket")
        seen.append([mine.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)])


async def application(scope, receive, send):
    message = {"more_body": True}
    while message.get("more_body"):
        message = await receive()
        if message["type"] == "http.disconnect":
            seen.append("left")
            return
    await anyio.sleep(0.6 if scope["path"] == "/slow" else 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(scope="module")
def port():
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, http=Hasty, lifespan="off", log_level="error", timeout_keep_alive=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def line(port):
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield connection


def ended(line):
    """Whether the server ends the connection, rather than the test's patience."""
    try:
        return line.recv(1000) == b""
    except (ConnectionResetError, BrokenPipeError):
        return True


def test_client_that_says_nothing_is_let_go(line):
    assert ended(line)


def test_head_of_a_request_that_comes_byte_by_byte_is_not_waited_for(line):
    line.settimeout(0.02)
    for byte in b"GET / HTTP/1.1\r\nX: " + b"x" * 1000:
        try:
            line.send(bytes([byte]))
            if line.recv(1) == b"":
                return
        except TimeoutError:
            continue
        except (ConnectionResetError, BrokenPipeError):
            return
    pytest.fail("the server has waited for all of it")


def test_body_that_stops_in_the_middle_is_not_waited_for_and_the_application_hears_it(line):
    line.sendall(HEAD % b"" + b"ab")
    assert ended(line)
    end = time.monotonic() + 20
    while "left" not in seen and time.monotonic() < end:
        time.sleep(0.01)
    assert "left" in seen


def test_who_waits_for_a_slow_answer_gets_it_and_may_ask_again(line):
    for path in (b"slow", b"again"):
        line.sendall(HEAD % path + b"abcd")
        assert line.recv(1000).endswith(b"ok")
    assert ended(line)  # idle between requests: uvicorn's own limit


def test_system_is_told_to_look_whether_the_other_side_is_there(line):
    line.sendall(HEAD % b"" + b"abcd")
    assert line.recv(1000).endswith(b"ok")
    assert [1] in seen
