"""The captures: one function each, named for what its capture shows.

The first line of a docstring says what the capture shows, the rest how it was made.
Together they are the capture's line of origin, which is written into its file.
"""

import re
import socket
import struct
import time

from lab import Lab, Loopback, Veth
from relay import Doubled, Fault, Late, Lost, LostBefore, Missed, Relay, Swapped

SCENARIOS = {}  # capture's name -> function which makes it

GET = b"GET / HTTP/1.1\r\nHost: server.test\r\n\r\n"
GET_AND_CLOSE = b"GET / HTTP/1.1\r\nHost: server.test\r\nConnection: close\r\n\r\n"
GET_LARGE = GET_AND_CLOSE.replace(b"/ ", b"/large.txt ", 1)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nHello.\n"
# Without ignoring the length, curl would not wait for the server's FIN before closing.
CLOSE = ("--header", "Connection: close", "--ignore-content-length")

TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_SEND_QUEUE = 19, 20, 21, 2
MULTIPATH_TCP = 262


def scenario(make):
    SCENARIOS[make.__name__.replace("_", "-")] = make
    return make


def origin(make):
    """What a scenario shows and how it was made, a line of text each."""
    shows, made = make.__doc__.split("\n\n", 1)
    return re.sub(r"\s+", " ", shows).strip(), re.sub(r"\s+", " ", made).strip()


def relay(*faults, **options):
    """A relay with 10 ms between the capture point and either side."""
    return Relay(delay=0.010, faults=faults, **options)


# Which segment a fault is to strike. ---------------------------------------------------------


def is_syn(segment, _seen):
    return segment.syn and not segment.ack


def is_syn_ack(segment, _seen):
    return segment.syn and segment.ack


def is_fin(segment, _seen):
    return segment.fin


def is_last_ack(segment, seen):
    return segment.bare_ack and sum(earlier.fin for earlier in seen) == 2


def is_answer(number):
    """The server's data segment of this number, counted from one."""

    def matches(segment, seen):
        answers = [earlier for earlier in seen if earlier.payload and not earlier.from_client]
        return segment.payload and not segment.from_client and len(answers) == number - 1

    return matches


# What sockets are told to do. ----------------------------------------------------------------


def linger_zero(sock):
    """Have close() reset the connection."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def small_buffer(sock):
    """Have the other side fill the window soon."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)


def read_all(sock):
    """Read up to the other side's FIN, or up to its reset."""
    data = b""
    try:
        while chunk := sock.recv(65536):
            data += chunk
    except ConnectionResetError:
        pass
    return data


# Plain connections. --------------------------------------------------------------------------


@scenario
def get_closed_by_server():
    """A GET of a small page; the server closes first.

    nginx and curl asking for `Connection: close`, through the relay with 10 ms on
    either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx()
        lab.curl("/", *CLOSE)
    return lab.capture


@scenario
def get_closed_by_client():
    """A GET of a small page; the client closes first, after asking for MAC addresses.

    nginx and curl, through the relay with 10 ms on either side of the capture point;
    ARP left as it comes.
    """
    with Lab(relay(), arp=True) as lab:
        lab.nginx()
        lab.curl("/")
    return lab.capture


@scenario
def keep_alive_requests():
    """Five requests on one connection: 200, HEAD, 404, a chunked answer and 304.

    nginx and curl with five URLs, tcpdump on the server's end of a veth pair.
    """
    with Lab(Veth(watch="server"), arp=True) as lab:
        lab.nginx()
        lab.curl(
            *("/", "--next", "--head", "/", "--next", "/missing.html"),
            *("--next", "/assembled.html"),
            *("--next", "--header", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", "/"),
        )
    return lab.capture


@scenario
def http_1_0_get():
    """A GET answered in HTTP/1.0 without keep-alive.

    Python's http.server and curl, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        lab.python_http_server()
        lab.curl("/")
    return lab.capture


@scenario
def pipelined_requests():
    """Three requests sent at once on one connection, and their answers.

    nginx and a client socket, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx()
        client = lab.connect()
        client.sendall(GET + GET + GET_AND_CLOSE)
        read_all(client)
        client.close()
    return lab.capture


@scenario
def parallel_connections():
    """Three connections at the same time, from three ports.

    nginx and curl with `--parallel`, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx()
        curl_all = ("--parallel", "--parallel-immediate", "--parallel-max", "3")
        lab.curl(*curl_all, "/", "/missing.html", "/assembled.html")
    return lab.capture


@scenario
def put_after_continue():
    """A PUT of 4 kB which waits for `100 Continue`.

    nginx and curl with `Expect: 100-continue`, through the relay with 10 ms on either
    side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx()
        body = "An upload of many bytes. " * 160
        lab.curl(
            *("--request", "PUT", "--header", "Expect: 100-continue", "--data-raw", body),
            "/upload/file",
        )
    return lab.capture


@scenario
def split_head():
    """A request head sent in six small segments, to port 9999.

    nginx on port 9999 and a client socket with TCP_NODELAY which pauses 50 ms between
    its pieces; through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx(port=9999)
        client = lab.connect(port=9999)
        for piece in (b"GE", b"T / HT", b"TP/1.1\r", b"\nHost: server", b".test\r\n"):
            client.sendall(piece)
            time.sleep(0.05)
        client.sendall(b"Connection: close\r\n\r\n")
        read_all(client)
        client.close()
    return lab.capture


@scenario
def ipv6_get():
    """A GET over IPv6, closed by the client.

    nginx and curl, tcpdump on the client's end of a veth pair; neighbour discovery and
    multicast reports left as they come.
    """
    with Lab(Veth(), ipv6=True, arp=True) as lab:
        lab.nginx(listen="ipv6only=on")
        lab.curl("/")
    return lab.capture


@scenario
def same_ports_again():
    """Two connections one after the other between the same addresses and ports.

    nginx, which closes first and so has the TIME_WAIT on its side, and two client
    sockets bound to port 40000; through the relay with 10 ms on either side of the
    capture point.
    """

    def bind(sock):
        sock.bind(("192.0.2.10", 40000))

    with Lab(relay()) as lab:
        lab.nginx()
        for _ in range(2):
            client = lab.connect(prepare=bind)
            client.sendall(GET_AND_CLOSE)
            read_all(client)
            client.close()
            lab.settle()
    return lab.capture


# Connections which do not come about. --------------------------------------------------------


@scenario
def refused():
    """Two attempts at a closed port, each refused by RST.

    curl with one retry and no server, tcpdump on the client's end of a veth pair.
    """
    with Lab(Veth(), arp=True) as lab:
        lab.curl("--retry", "1", "--retry-connrefused", "--retry-delay", "1", "/", may_fail=True)
    return lab.capture


@scenario
def filtered():
    """A SYN sent again and again which nobody answers.

    curl with a time limit of 8 s, an nftables rule dropping what goes to port 80 of
    the server, tcpdump on the client's end of a veth pair.
    """
    with Lab(Veth()) as lab:
        firewall(lab, "drop")
        lab.curl("--connect-timeout", "8", "/", may_fail=True)
    return lab.capture


@scenario
def rejected_by_icmp():
    """A SYN answered by ICMP "administratively prohibited".

    curl, an nftables rule rejecting what goes to port 80 of the server, tcpdump on the
    client's end of a veth pair.
    """
    with Lab(Veth()) as lab:
        firewall(lab, "reject with icmp admin-prohibited")
        lab.curl("--connect-timeout", "0.5", "/", may_fail=True)
    return lab.capture


def firewall(lab, verdict):
    """Have the server's firewall give this verdict on everything for port 80."""
    rules = f"""
        table inet filter {{
            chain input {{
                type filter hook input priority 0
                tcp dport 80 {verdict}
            }}
        }}
    """
    lab.server.run("nft -f -", input=rules, text=True)


# Lost, late and doubled segments. ------------------------------------------------------------


def get_with(fault, page="/", wait=0.3):
    """A GET closed by the server during which the fault strikes."""
    with Lab(relay(fault)) as lab:
        lab.nginx()
        lab.curl(page, *CLOSE)
        lab.settle(wait)
    return lab.capture


@scenario
def syn_lost():
    """The first SYN is lost and sent again after a second.

    nginx and curl; the relay loses the SYN behind the capture point.
    """
    return get_with(Lost(is_syn))


@scenario
def syn_ack_lost():
    """The SYN-ACK is lost, and both SYN and SYN-ACK are sent again.

    nginx and curl; the relay loses the SYN-ACK behind the capture point.
    """
    return get_with(Lost(is_syn_ack))


@scenario
def fin_lost():
    """The server's FIN is lost and sent again.

    nginx and curl; the relay loses the first FIN behind the capture point.
    """
    return get_with(Lost(is_fin))


@scenario
def last_ack_lost():
    """The ACK of the second FIN is lost, and that FIN sent and acknowledged again.

    nginx and curl; the relay loses the last ACK behind the capture point.
    """
    return get_with(Lost(is_last_ack), wait=1)


@scenario
def data_lost():
    """A data segment in the middle of an answer is lost, reported by SACK and sent again.

    nginx and curl getting a page of 13 kB; the relay loses the server's third data
    segment behind the capture point.
    """
    return get_with(Lost(is_answer(3)), "/large.txt")


@scenario
def data_lost_before():
    """A data segment is lost ahead of the capture, which shows it only when sent again.

    nginx and curl getting a page of 13 kB; the relay loses the server's third data
    segment before the capture point.
    """
    return get_with(LostBefore(is_answer(3)), "/large.txt")


@scenario
def last_data_lost():
    """The only data segment of an answer is lost, with none after it to reveal that.

    nginx and curl; the relay loses the answer behind the capture point. curl
    closes the connection when it has the whole of it.
    """
    with Lab(relay(Lost(is_answer(1)))) as lab:
        lab.nginx()
        lab.curl("/")
    return lab.capture


@scenario
def data_missed_by_capture():
    """A data segment is acknowledged which the capture never saw.

    nginx and curl getting a page of 13 kB; the relay delivers the server's third data
    segment without writing it down.
    """
    return get_with(Missed(is_answer(3)), "/large.txt")


@scenario
def reordered():
    """Two data segments in the wrong order.

    nginx and curl getting a page of 13 kB; the relay swaps the server's third and
    fourth data segment before the capture point.
    """
    return get_with(Swapped(is_answer(3)), "/large.txt")


@scenario
def spurious_retransmission():
    """A data segment so late that it is sent again although it was not lost.

    nginx and curl getting a page of 13 kB; the relay holds the server's third data
    segment for 3 ms before the capture point, so that those behind it overtake it.
    """
    return get_with(Late(is_answer(3), by=0.003), "/large.txt")


@scenario
def duplicated():
    """A data segment which the network doubled.

    nginx and curl getting a page of 13 kB; the relay doubles the server's third data
    segment before the capture point.
    """
    return get_with(Doubled(is_answer(3)), "/large.txt")


# Closing, and failing to. --------------------------------------------------------------------


@scenario
def reset_by_linger():
    """The client resets the connection after a complete exchange.

    nginx and a client socket closed with SO_LINGER set to zero, through the relay with
    10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.nginx()
        client = lab.connect()
        client.sendall(GET)
        client.recv(4096)
        lab.settle()
        linger_zero(client)
        client.close()
    return lab.capture


@scenario
def aborted_download():
    """The client closes in the middle of an answer, which resets the connection.

    nginx sending a page of 13 kB and a client socket with a receive buffer of 4 kB,
    closed after reading 1000 bytes; through the relay with 10 ms on either side.
    """
    with Lab(relay()) as lab:
        lab.nginx()
        client = lab.connect(prepare=small_buffer)
        client.sendall(GET_LARGE)
        client.recv(1000)
        client.close()
    return lab.capture


@scenario
def half_close_with_data():
    """The client closes its direction; the server goes on sending for half a second.

    A client socket with shutdown(SHUT_WR) after its request and a server socket which
    sends a line each 100 ms, through the relay with 10 ms on either side.
    """
    with Lab(relay()) as lab:
        client, server = lab.pair()
        client.sendall(GET_AND_CLOSE)
        client.shutdown(socket.SHUT_WR)
        read_all(server)
        server.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        for number in range(1, 6):
            time.sleep(0.1)
            server.sendall(b"This is line %d.\n" % number)
        server.close()
        read_all(client)
        client.close()
    return lab.capture


@scenario
def simultaneous_close():
    """Both sides close at the same time, and their FINs cross.

    Two sockets closed together after an exchange, through the relay with 10 ms on
    either side of the capture point.
    """
    with Lab(relay()) as lab:
        client, server = lab.pair()
        exchange(lab, client, server)
        client.close()
        server.close()
    return lab.capture


@scenario
def unread_data_reset():
    """The server closes before reading the whole request, which makes a RST of its FIN.

    A server socket which reads 10 bytes, answers and closes, through the relay with
    10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        client, server = lab.pair()
        client.sendall(GET)
        server.recv(10)
        server.sendall(ANSWER)
        lab.settle()
        server.close()
        read_all(client)
        client.close()
    return lab.capture


@scenario
def late_data_reset():
    """The server sends FIN, and then RST for data which comes later.

    A server socket closed after its answer and a client socket which goes on with a
    second request, through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        client, server = lab.pair()
        exchange(lab, client, server)
        server.close()
        lab.settle()
        client.sendall(GET)
        lab.settle()
    return lab.capture


@scenario
def fin_answered_by_reset():
    """The client sends FIN, and the server answers with RST.

    A server socket closed with SO_LINGER set to zero on reading the client's end of
    file, through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        client, server = lab.pair()
        exchange(lab, client, server)
        client.shutdown(socket.SHUT_WR)
        read_all(server)
        linger_zero(server)
        server.close()
    return lab.capture


@scenario
def window_closed():
    """The client stops reading until its window is zero, is probed, and reads on.

    A client socket with a receive buffer of 4 kB which reads nothing for 1.5 s, nginx
    sending a page of 13 kB, through the relay with 10 ms on either side.
    """
    with Lab(relay()) as lab:
        lab.nginx()
        client = lab.connect(prepare=small_buffer)
        client.sendall(GET_LARGE)
        time.sleep(1.5)
        read_all(client)
        client.close()
    return lab.capture


@scenario
def keep_alive_probes():
    """An idle connection kept alive by probes each second, and left open.

    Two sockets, the client's with SO_KEEPALIVE and a second's interval, through the
    relay with 10 ms on either side of the capture point.
    """

    def probing(sock):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL):
            sock.setsockopt(socket.IPPROTO_TCP, option, 1)

    with Lab(relay()) as lab:
        lab.nginx()
        client = lab.connect(prepare=probing)
        client.sendall(GET)
        client.recv(4096)
        time.sleep(3.5)
    return lab.capture


def exchange(lab, client, server):
    """A request and its answer between two sockets of ours."""
    client.sendall(GET)
    server.recv(4096)
    server.sendall(ANSWER)
    client.recv(4096)
    lab.settle()


# Ways of capturing. --------------------------------------------------------------------------


@scenario
def mid_capture_start():
    """The capture begins when the connection is already in use.

    nginx and a client socket with two requests, through the relay, which writes down
    nothing before the second.
    """
    wire = relay(capturing=False)
    with Lab(wire) as lab:
        lab.nginx()
        client = lab.connect()
        client.sendall(GET)
        client.recv(4096)
        lab.settle()
        wire.capturing = True
        client.sendall(GET)
        client.recv(4096)
        lab.settle()
        client.close()
    return lab.capture


@scenario
def mid_capture_end():
    """The capture ends in the middle of an answer.

    nginx and curl getting a page of 13 kB, through the relay, which writes down
    nothing after the third data segment.
    """

    class LastCaptured(Fault):
        def happen(self, wire, frame):
            wire.pass_on(frame)
            wire.capturing = False

    return get_with(LastCaptured(is_answer(3)), "/large.txt")


@scenario
def vlan_get():
    """A GET on VLAN 42, with 802.1Q tags.

    nginx and curl; the relay tags the frames at its capture point and strips the tags
    behind it.
    """
    with Lab(relay(tags=[(0x8100, 42)]), arp=True) as lab:
        lab.nginx()
        lab.curl("/")
    return lab.capture


@scenario
def qinq_get():
    """A GET with two tags: 802.1ad VLAN 100 around 802.1Q VLAN 42.

    nginx and curl; the relay tags the frames at its capture point and strips the tags
    behind it.
    """
    with Lab(relay(tags=[(0x88A8, 100), (0x8100, 42)])) as lab:
        lab.nginx()
        lab.curl("/", *CLOSE)
    return lab.capture


@scenario
def cooked_sll2():
    """A GET in a cooked capture of all interfaces.

    nginx and curl over a veth pair, `tcpdump -i any` on the client's side.
    """
    with Lab(Veth(seen_as="any")) as lab:
        lab.nginx()
        lab.curl("/", *CLOSE)
    return lab.capture


@scenario
def cooked_sll1():
    """A GET in a cooked capture with the older header, and microseconds.

    nginx and curl over a veth pair, `tcpdump -i any -y LINUX_SLL` on the server's side.
    """
    options = "-y LINUX_SLL --time-stamp-precision=micro"
    with Lab(Veth(watch="server", seen_as="any", options=options)) as lab:
        lab.nginx()
        lab.curl("/")
    return lab.capture


@scenario
def loopback_offloads():
    """A GET from the machine itself: unfinished checksums and segments beyond the MTU.

    nginx and curl on one loopback interface with an MTU of 1500 and its offloads,
    which cannot be turned off; tcpdump on it.
    """
    with Lab(Loopback(mtu=1500)) as lab:
        lab.nginx()
        lab.curl("/large.txt", *CLOSE)
    return lab.capture


@scenario
def raw_ip_get():
    """A GET captured without any link header.

    nginx and curl; the relay joins two TUN devices instead of TAP devices.
    """
    with Lab(relay(raw_ip=True)) as lab:
        lab.nginx()
        lab.curl("/", *CLOSE)
    return lab.capture


@scenario
def snaplen_cut():
    """A GET of which only 96 bytes of each frame were captured.

    nginx and curl, `tcpdump -s 96` on the client's end of a veth pair.
    """
    with Lab(Veth(options="-s 96")) as lab:
        lab.nginx()
        lab.curl("/large.txt", *CLOSE)
    return lab.capture


@scenario
def two_interfaces():
    """Two interfaces in one file: Ethernet in ns, and raw IP in us with a time offset.

    nginx and curl once over either of two relays; the second joins TUN devices, and
    its timestamps leave out 1,700,000,000 seconds.
    """
    raw = relay(raw_ip=True, digits=6, offset=1_700_000_000)
    with Lab(relay(), raw) as lab:
        for wire in (0, 1):
            lab.nginx(wire=wire)
        for wire in (0, 1):
            lab.curl("/", *CLOSE, wire=wire)
    return lab.capture


# What else the kernel's TCP can do. ----------------------------------------------------------


@scenario
def simultaneous_open():
    """Both sides open the connection at the same time, and their SYNs cross.

    Two sockets bound to port 40000 which connect to each other, closed by one of them,
    through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        one, other = lab.socket(lab.client), lab.socket(lab.server)
        one.bind(("192.0.2.10", 40000))
        other.bind(("192.0.2.80", 40000))
        for sock, address in ((one, "192.0.2.80"), (other, "192.0.2.10")):
            sock.setblocking(False)
            sock.connect_ex((address, 40000))
        lab.settle()
        for sock in (one, other):
            sock.setblocking(True)
        exchange(lab, one, other)
        one.close()
        read_all(other)
        other.close()
    return lab.capture


@scenario
def isn_wrap():
    """The client's sequence numbers pass 2^32 in the middle of its request.

    A client socket with the initial sequence number 4294967040, set by TCP_REPAIR,
    putting 4 kB to nginx; through the relay with 10 ms on either side.
    """

    def just_below_the_wrap(sock):
        for option, value in (
            (TCP_REPAIR, 1),
            (TCP_REPAIR_QUEUE, TCP_SEND_QUEUE),
            (TCP_QUEUE_SEQ, 2**32 - 256),
            (TCP_REPAIR, 0),
        ):
            sock.setsockopt(socket.IPPROTO_TCP, option, struct.pack("=I", value))

    body = b"An upload of many bytes. " * 160
    head = (
        b"PUT /upload/file HTTP/1.1\r\nHost: server.test\r\n"
        b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    with Lab(relay()) as lab:
        lab.nginx()
        client = lab.connect(prepare=just_below_the_wrap)
        client.sendall(head + body)
        read_all(client)
        client.close()
    return lab.capture


@scenario
def no_options():
    """A GET without timestamps, SACK and window scaling, so that short frames are padded.

    nginx and curl with these options turned off by sysctl, through the relay with
    10 ms on either side, which pads to 60 bytes as Ethernet does.
    """
    with Lab(relay()) as lab:
        lab.client.sysctl(
            ipv4__tcp_timestamps=0, ipv4__tcp_sack=0, ipv4__tcp_window_scaling=0
        )
        lab.nginx()
        lab.curl("/", *CLOSE)
    return lab.capture


@scenario
def fast_open():
    """Two connections with TCP Fast Open: the second carries its request in the SYN.

    nginx with `fastopen` and curl with `--tcp-fastopen`, through the relay with 10 ms
    on either side of the capture point.
    """
    with Lab(relay()) as lab:
        for namespace in (lab.client, lab.server):
            namespace.sysctl(ipv4__tcp_fastopen=3)
        lab.nginx(listen="fastopen=16")
        for _ in range(2):
            lab.curl("--tcp-fastopen", "/", *CLOSE)
    return lab.capture


@scenario
def multipath():
    """An exchange over Multipath TCP with a single path.

    Two sockets of protocol IPPROTO_MPTCP, closed by the client, through the relay with
    10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.protocol = MULTIPATH_TCP
        client, server = lab.pair()
        exchange(lab, client, server)
        client.close()
        read_all(server)
        server.close()
    return lab.capture
