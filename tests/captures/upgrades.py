"""Captures of what is spoken instead of HTTP/1: HTTP/2, WebSocket, and the PROXY protocol before either.

They are scenarios like those in `scenarios.py`. Debian's packages nghttp2-client, nghttp2-server,
nghttp2-proxy, haproxy and python3-websockets bring the programs.
"""

import os
import struct
import subprocess
import tempfile

from lab import HOST, LARGE_PAGE, PAGE, SCRATCH, Lab
from relay import Missed
from scenarios import is_answer, read_all, relay, scenario

DEBIAN_PYTHON = "/usr/bin/python3"  # the one for which Debian packages modules

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEADERS, RST_STREAM, SETTINGS, DATA, PING = 1, 3, 4, 0, 6
END_STREAM, END_HEADERS = 1, 4
CANCEL = 8
# :method GET, :scheme http, :path /, :authority server.test (literal, not indexed).
GET = b"\x82\x86\x84\x01\x0b" + HOST.encode()

HAPROXY = """
defaults
    mode tcp
    timeout connect 2s
    timeout client 5s
    timeout server 5s
listen front
    bind 127.0.0.1:8080
    server back {address}:{port} {how}
"""

WEBSOCKET_SERVER = """
import asyncio, websockets
async def serve(socket, *_):
    async for message in socket:
        {answer}
async def main():
    async with websockets.serve(serve, "192.0.2.80", 80{options}):
        await asyncio.Future()
asyncio.run(main())
"""

WEBSOCKET_CLIENT = """
import asyncio, websockets
async def main():
    async with websockets.connect("ws://192.0.2.80/chat"{options}) as socket:
        {talk}
asyncio.run(main())
"""


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack("!I", len(payload))[1:] + struct.pack("!BBI", kind, flags, stream) + payload


def pages():
    root = tempfile.mkdtemp(dir=SCRATCH)
    for name, text in {"index.html": PAGE, "large.txt": LARGE_PAGE}.items():
        with open(f"{root}/{name}", "w") as file:
            file.write(text)
    return root


def nghttpd(lab, options="", port=80):
    lab.serve(f"nghttpd --no-tls -a 192.0.2.80 -d {pages()} {options} {port}", port)


def nghttp(lab, *words, port=80):
    """nghttp, with `/path` standing for a page of the server."""
    site = "http://192.0.2.80" + ("" if port == 80 else f":{port}")
    words = [site + word if word.startswith("/") and not word.startswith(SCRATCH) else word for word in words]
    with lab.client:
        subprocess.run(["nghttp", "-n", *words], check=True, capture_output=True)


def websocket(lab, answer, talk, server_options="", client_options=""):
    """A server and a client by the Python module of that name; `answer` and `talk` are statements of theirs."""
    root = tempfile.mkdtemp(dir=SCRATCH)
    texts = {
        "server.py": WEBSOCKET_SERVER.format(answer=answer, options=server_options),
        "client.py": WEBSOCKET_CLIENT.format(talk=talk, options=client_options),
    }
    for name, text in texts.items():
        with open(f"{root}/{name}", "w") as file:
            file.write(text)
    lab.serve(f"{DEBIAN_PYTHON} {root}/server.py", 80)
    with lab.client:
        subprocess.run([DEBIAN_PYTHON, f"{root}/client.py"], check=True, capture_output=True)


def haproxy(lab, how, port=80):
    """haproxy beside the client, which passes on what comes to port 8080 of its own machine."""
    lab.client.run("ip link set lo up")
    configuration = f"{tempfile.mkdtemp(dir=SCRATCH)}/haproxy.cfg"
    with open(configuration, "w") as file:
        file.write(HAPROXY.format(address="192.0.2.80", port=port, how=how))
    lab.server, server = lab.client, lab.server
    lab.serve(f"haproxy -f {configuration}", 8080)
    lab.server = server


# HTTP/2. -------------------------------------------------------------------------------------


@scenario
def http2_prior_knowledge():
    """HTTP/2 from its preface on at port 9999, two requests on one connection, ended by GOAWAY.

    nghttpd without TLS and nghttp, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        nghttpd(lab, "--trailer=checked:yes", port=9999)
        nghttp(lab, "/", "/large.txt", port=9999)
    return lab.capture


@scenario
def http2_upgrade():
    """A GET answered by 101, and again on stream 1 of HTTP/2.

    nghttpx before nginx and nghttp with `--upgrade`, through the relay with 10 ms on
    either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.server.run("ip link set lo up")
        lab.nginx(port=8081)
        lab.serve("nghttpx --frontend=192.0.2.80,80;no-tls --backend=192.0.2.80,8081", 80)
        nghttp(lab, "--upgrade", "/index.html", "/large.txt")
    return lab.capture


@scenario
def http2_push():
    """A page answered together with another one which nobody asked for.

    nghttpd with `--push` and nghttp, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        nghttpd(lab, "-p/=/large.txt -b 16")
        nghttp(lab, "/")
    return lab.capture


@scenario
def http2_flow_control():
    """A page which the client takes in pieces of 1023 bytes, and one which it uploads.

    nghttpd which sends uploads back and nghttp with `--window-bits=10`, through the relay
    with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        nghttpd(lab, "--echo-upload -w 10")
        upload = f"{tempfile.mkdtemp(dir=SCRATCH)}/upload"
        with open(upload, "w") as file:
            file.write(LARGE_PAGE[:5000])
        nghttp(lab, "--window-bits=10", "/large.txt")
        nghttp(lab, "--data", upload, "/")
    return lab.capture


@scenario
def http2_continuation():
    """A request whose header fields need three frames.

    nghttpd and nghttp with `--continuation`, through the relay with 10 ms on either side
    of the capture point.
    """
    with Lab(relay()) as lab:
        nghttpd(lab)
        nghttp(lab, "--continuation", "/")
    return lab.capture


@scenario
def http2_reset():
    """A client resets its stream, pings, and then breaks a rule: the server answers with GOAWAY.

    nghttpd and a client socket, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        nghttpd(lab)
        client = lab.connect()
        client.sendall(PREFACE + frame(SETTINGS))
        client.sendall(frame(HEADERS, END_HEADERS, 1, GET))
        client.sendall(frame(RST_STREAM, 0, 1, struct.pack("!I", CANCEL)))
        client.sendall(frame(PING, 0, 0, b"01234567"))
        lab.settle()
        client.sendall(frame(DATA, 0, 0, b"on no stream"))
        read_all(client)
        client.close()
    return lab.capture


@scenario
def http2_data_missed_by_capture():
    """Answers of which the capture never saw a segment.

    nghttpd and nghttp getting a page of 13 kB and then another; the relay delivers the
    server's fourth data segment without writing it down.
    """
    with Lab(relay(Missed(is_answer(4)))) as lab:
        nghttpd(lab)
        nghttp(lab, "/large.txt", "/index.html", "/large.txt?again")
    return lab.capture


@scenario
def http2_by_nginx():
    """HTTP/2 from its preface on: 200 and 404 on one connection, a POST which is refused on another.

    nginx with `http2`, nghttp and curl with `--http2-prior-knowledge`, through the relay
    with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx(listen="http2")
        nghttp(lab, "/", "/nothing-here")
        lab.curl("--http2-prior-knowledge", "--data", "a=b", "/")
    return lab.capture


# WebSocket. ----------------------------------------------------------------------------------


@scenario
def websocket_closed_by_client():
    """Text, a ping, a message in three fragments, and a close with code 1000 by the client.

    The Python module websockets as server and as client, without compression, through
    the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        talk = (
            'await socket.send("hello"); await socket.recv(); await (await socket.ping());'
            ' await socket.send(["in ", "three ", "parts"]); await socket.recv(); await socket.close(1000, "done")'
        )
        websocket(lab, "await socket.send(message)", talk, ", compression=None", ", compression=None")
    return lab.capture


@scenario
def websocket_closed_by_server():
    """Compressed text, and a close with code 1001 and a reason by the server.

    The Python module websockets as server and as client, with permessage-deflate,
    through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        talk = 'await socket.send("hello " * 100)\n        try: await socket.recv()\n        except Exception: pass'
        websocket(lab, 'await socket.close(1001, "restarts at noon")', talk)
    return lab.capture


@scenario
def websocket_private_close_code():
    """A binary message, a subprotocol, and a close with code 4008 by the server.

    The Python module websockets as server and as client, without compression, through
    the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        talk = (
            'await socket.send(bytes(70000))\n        try: await socket.recv()\n        except Exception: pass'
        )
        options = ', compression=None, subprotocols=["chat.v1"]'
        websocket(lab, 'await socket.close(4008, "too much")', talk, options, options)
    return lab.capture


# The PROXY protocol. -------------------------------------------------------------------------


@scenario
def proxy_version_1():
    """A line of text names the real client before its request.

    haproxy with `send-proxy` beside curl, and nginx which expects that; through the relay
    with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx(listen="proxy_protocol")
        haproxy(lab, "send-proxy")
        lab.curl("http://127.0.0.1:8080/", "--header", "Connection: close")
    return lab.capture


@scenario
def proxy_version_2():
    """A binary header names the real client before HTTP/2.

    haproxy with `send-proxy-v2` beside curl, and nginx which
    expects that; through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx(listen="proxy_protocol http2")
        haproxy(lab, "send-proxy-v2")
        lab.curl("--http2-prior-knowledge", "http://127.0.0.1:8080/")
    return lab.capture
