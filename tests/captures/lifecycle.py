"""More captures, one for each situation of a connection's life which this kernel can produce.

They are scenarios like those in `scenarios.py`, whose helpers they use.
"""

import socket
import struct
import time

import forge
from lab import Lab, Namespace, Veth
from relay import AllLost, Injecting, Lost, LostBefore
from scenarios import (
    ANSWER,
    CLOSE,
    GET,
    MULTIPATH_TCP,
    TCP_QUEUE_SEQ,
    TCP_REPAIR,
    TCP_REPAIR_QUEUE,
    TCP_SEND_QUEUE,
    exchange,
    firewall,
    is_syn,
    linger_zero,
    read_all,
    relay,
    scenario,
    small_buffer,
)

TCP_MD5SIG = 14
FAR = "203.0.113"  # a subnet behind the server, which then is a router
SPOOFED = "198.51.100"  # a subnet of addresses nobody has


def tcp_option(sock, option, value):
    sock.setsockopt(socket.IPPROTO_TCP, option, value)


def vanish(sock):
    """Close without a word to the peer, as a crash would."""
    tcp_option(sock, TCP_REPAIR, 1)
    sock.close()


def bind_client(sock):
    sock.bind(("192.0.2.10", 40000))


def initial_number(number):
    """Bind to port 40000 and begin there: what TCP_REPAIR can set before connect()."""

    def prepare(sock):
        bind_client(sock)
        for option, value in (
            (TCP_REPAIR, 1),
            (TCP_REPAIR_QUEUE, TCP_SEND_QUEUE),
            (TCP_QUEUE_SEQ, number),
            (TCP_REPAIR, 0),
        ):
            tcp_option(sock, option, struct.pack("=I", value))

    return prepare


def listening(lab, port=80, backlog=16):
    listener = lab.socket(lab.server)
    listener.bind(("192.0.2.80", port))
    listener.listen(backlog)
    return listener


def end_both(lab, client, server):
    """An orderly close, the client's first."""
    client.close()
    read_all(server)
    server.close()
    lab.settle()


def number_of_client_data(number):
    def matches(segment, seen):
        earlier = [one for one in seen if one.payload and one.from_client]
        return segment.payload and segment.from_client and len(earlier) == number - 1

    return matches


class Cut:
    """A way of the wire which can be cut: everything from that side is then lost."""

    def __init__(self, of_client):
        self.of_client = of_client
        self.is_cut = False
        self.fault = AllLost(
            lambda segment, _seen: self.is_cut and segment.from_client == self.of_client
        )


# Opening: options and refusals. --------------------------------------------------------------


@scenario
def fast_open_ignored():
    """TCP Fast Open with a cookie which is no longer valid: the data in the SYN is ignored.

    nginx with `fastopen` and curl with `--tcp-fastopen`, twice; the server's key is
    changed between; through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        for namespace in (lab.client, lab.server):
            namespace.sysctl(ipv4__tcp_fastopen=3)
        lab.nginx(listen="fastopen=16")
        lab.curl("--tcp-fastopen", "/", *CLOSE)
        lab.server.sysctl(ipv4__tcp_fastopen_key="1-2-3-4")
        lab.curl("--tcp-fastopen", "/", *CLOSE)
    return lab.capture


@scenario
def ecn_agreed():
    """A GET with Explicit Congestion Notification, agreed by SYN and SYN-ACK.

    nginx and curl with tcp_ecn=1 on either side, through the relay with 10 ms on either
    side of the capture point.
    """
    with Lab(relay()) as lab:
        for namespace in (lab.client, lab.server):
            namespace.sysctl(ipv4__tcp_ecn=1)
        lab.nginx()
        lab.curl("/", *CLOSE)
    return lab.capture


@scenario
def ecn_fallback():
    """A SYN with ECE and CWR is lost, and sent again without them.

    nginx and curl with tcp_ecn=1 on either side; the relay loses the SYN behind the
    capture point.
    """
    with Lab(relay(Lost(is_syn))) as lab:
        for namespace in (lab.client, lab.server):
            namespace.sysctl(ipv4__tcp_ecn=1)
        lab.nginx()
        lab.curl("/", *CLOSE)
    return lab.capture


@scenario
def md5_protected():
    """An exchange of which every segment carries a TCP MD5 signature.

    Two sockets with TCP_MD5SIG and the same key, closed by the client, through the
    relay with 10 ms on either side of the capture point.
    """

    def signature(sock, peer):
        address = struct.pack("=HH4s120x", socket.AF_INET, 0, socket.inet_aton(peer))
        key = b"a key of the test"
        tcp_option(sock, TCP_MD5SIG, address + struct.pack("=BBHI80s", 0, 0, len(key), 0, key))

    with Lab(relay()) as lab:
        listener = listening(lab)
        signature(listener, "192.0.2.10")
        client = lab.connect(prepare=lambda sock: signature(sock, "192.0.2.80"))
        server = listener.accept()[0]
        exchange(lab, client, server)
        end_both(lab, client, server)
    return lab.capture


def five_cookies(timestamps):
    with Lab(relay()) as lab:
        lab.server.sysctl(ipv4__tcp_syncookies=2, ipv4__tcp_timestamps=timestamps)
        lab.nginx()
        for _ in range(5):
            lab.curl("/", *CLOSE)
    return lab.capture


@scenario
def syn_cookies():
    """Five connections of a server sending SYN cookies, whose timestamps show the options.

    nginx with tcp_syncookies=2 and tcp_timestamps=2 (without random offsets), curl five
    times, through the relay with 10 ms on either side of the capture point.
    """
    return five_cookies(2)


@scenario
def syn_cookies_hidden():
    """Five connections of a server sending SYN cookies, which random offsets hide.

    nginx with tcp_syncookies=2 and tcp_timestamps=1 (with random offsets), curl five
    times, through the relay with 10 ms on either side of the capture point.
    """
    return five_cookies(1)


@scenario
def syn_flood():
    """120 SYNs from as many addresses are answered by SYN-ACK, and their handshakes never done.

    A raw socket sending to a listening socket with a backlog of 1024; the sources are
    addresses nobody has, routed to the client, which does not forward. A socket connects
    1.2 s later. Through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.server.run(f"ip route add {SPOOFED}.0/24 via 192.0.2.10")
        lab.server.sysctl(core__somaxconn=1024, ipv4__tcp_max_syn_backlog=1024)
        lab.server.sysctl(ipv4__tcp_syncookies=0, ipv4__tcp_synack_retries=0)
        listening(lab, backlog=1024)
        with forge.raw_socket(lab.client) as raw:
            for number in range(1, 121):
                source = (f"{SPOOFED}.{number}", 1024 + number)
                target = ("192.0.2.80", 80)
                syn = forge.packet(source, target, forge.SYN, number * 1000003, ident=number)
                raw.sendto(syn, target)
                time.sleep(0.001)
        lab.settle(1.2)
        lab.connect()
    return lab.capture


@scenario
def accept_queue_overflow():
    """A full accept queue: a client's final ACK and its request are dropped until there is room.

    A listening socket with a backlog of zero which accepts only after 2.5 s, and two
    sockets which connect at once and send a request; through the relay with 10 ms on
    either side of the capture point. This kernel does not send the SYN-ACK again.
    """
    with Lab(relay()) as lab:
        listener = listening(lab, backlog=0)
        clients = [lab.socket(lab.client) for _ in range(2)]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(("192.0.2.80", 80))
        time.sleep(0.1)
        for client in clients:
            client.setblocking(True)
            client.sendall(GET)
        time.sleep(2.4)
        for _ in clients:
            server = listener.accept()[0]
            server.recv(4096)
            server.sendall(ANSWER)
            server.close()
        for client in clients:
            read_all(client)
            client.close()
    return lab.capture


def far_away(lab):
    """Have the server be a router to a subnet behind it."""
    lab.client.run(f"ip route add {FAR}.0/24 via 192.0.2.80")
    lab.server.sysctl(ipv4__ip_forward=1)


def subnet_behind(lab):
    """Give the server a link to that subnet, on which nobody is."""
    lab.server.run("ip link add far0 type veth peer name far1")
    for name in ("far0", "far1"):
        lab.server.sysctl(**{f"ipv6__conf__{name}__disable_ipv6": 1})
        lab.server.run(f"ip link set {name} up")
    lab.server.run(f"ip address add {FAR}.1/24 dev far0")


def attempt(lab, address, ttl=64, seconds=0.5):
    client = lab.socket(lab.client)
    client.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    client.settimeout(seconds)
    try:
        client.connect((address, 80))
    except OSError:
        pass
    client.close()


@scenario
def host_unreachable():
    """A SYN to a host which is not there, answered by a router's ICMP "host unreachable".

    A socket, and the server's namespace as a router which asks in vain for the MAC
    address of 203.0.113.5; tcpdump on the client's end of a veth pair.
    """
    with Lab(Veth()) as lab:
        far_away(lab)
        subnet_behind(lab)
        attempt(lab, f"{FAR}.5", seconds=6)
    return lab.capture


@scenario
def time_exceeded():
    """A SYN whose time to live ends at a router, which says so by ICMP "time exceeded".

    A socket with IP_TTL=1, and the server's namespace as a router; tcpdump on the
    client's end of a veth pair.
    """
    with Lab(Veth()) as lab:
        far_away(lab)
        subnet_behind(lab)
        attempt(lab, f"{FAR}.5", ttl=1)
    return lab.capture


@scenario
def port_unreachable():
    """A SYN answered by ICMP "port unreachable".

    curl, an nftables rule rejecting what goes to port 80 of the server, tcpdump on the
    client's end of a veth pair.
    """
    with Lab(Veth()) as lab:
        firewall(lab, "reject with icmp port-unreachable")
        lab.curl("--connect-timeout", "0.5", "/", may_fail=True)
    return lab.capture


# Scans. --------------------------------------------------------------------------------------


@scenario
def connect_scan():
    """A scan by connect(): port 80 is open and closed at once, ports 81 and 82 refuse.

    A client's sockets, closed with SO_LINGER set to zero as nmap does, and a listening
    socket; through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        listening(lab)
        for port in (80, 81, 82):
            client = lab.socket(lab.client)
            if not client.connect_ex(("192.0.2.80", port)):
                linger_zero(client)
            client.close()
    return lab.capture


def probe(lab, *probes):
    """Send (port, flags) from a raw socket of which the client's TCP knows nothing."""
    listening(lab)
    with forge.raw_socket(lab.client) as raw:
        for number, (port, flags) in enumerate(probes):
            source, target = ("192.0.2.10", 45000 + number), ("192.0.2.80", port)
            options = bytes.fromhex("020405b4") if flags == forge.SYN else b""
            raw.sendto(
                forge.packet(source, target, flags, 1234567890, options=options, ident=100 + number),
                target,
            )
            time.sleep(0.05)


@scenario
def syn_scan():
    """A scan by SYN: port 80 is open, 81 and 82 are closed; the client's kernel sends RST.

    A raw socket sending what nmap's SYN scan sends, a listening socket, through the
    relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        probe(lab, (80, forge.SYN), (81, forge.SYN), (82, forge.SYN))
    return lab.capture


@scenario
def fin_null_xmas_scan():
    """Scans by FIN, by no flag and by FIN, PSH, URG: port 80 is open and silent, 81 is not.

    A raw socket, a listening socket, through the relay with 10 ms on either side of the
    capture point.
    """
    xmas = forge.FIN | forge.PSH | forge.URG
    with Lab(relay()) as lab:
        probe(lab, *((port, flags) for flags in (forge.FIN, 0, xmas) for port in (80, 81)))
        lab.settle(0.1)
    return lab.capture


# Multipath TCP. ------------------------------------------------------------------------------


@scenario
def multipath_join():
    """An exchange over Multipath TCP which a second path joins.

    Two sockets of protocol IPPROTO_MPTCP, the client with 192.0.2.11 as a subflow
    endpoint too, closed by the client; through the relay with 10 ms on either side.
    """
    with Lab(relay()) as lab:
        lab.protocol = MULTIPATH_TCP
        lab.client.run("ip address add 192.0.2.11/24 dev tap0")
        lab.server.run("ip neigh replace 192.0.2.11 lladdr 02:00:00:00:00:0a dev tap0 nud permanent")
        for namespace in (lab.client, lab.server):
            namespace.run("ip mptcp limits set subflow 2 add_addr_accepted 2")
        lab.client.run("ip mptcp endpoint add 192.0.2.11 dev tap0 subflow")
        client, server = lab.pair()
        exchange(lab, client, server)
        exchange(lab, client, server)
        end_both(lab, client, server)
    return lab.capture


@scenario
def multipath_fastclose():
    """A Multipath TCP connection ended by MP_FASTCLOSE.

    Two sockets of protocol IPPROTO_MPTCP, the client closing with an answer unread;
    through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.protocol = MULTIPATH_TCP
        client, server = lab.pair()
        exchange(lab, client, server)
        server.sendall(ANSWER)
        lab.settle()
        client.close()
        read_all(server)
        server.close()
    return lab.capture


# In the middle. ------------------------------------------------------------------------------


@scenario
def zero_window_probes():
    """The client reads nothing for 4 s, and its zero window is probed again and again.

    A client socket with a receive buffer of 4 kB, nginx sending a page of 13 kB,
    through the relay with 10 ms on either side.
    """
    with Lab(relay()) as lab:
        lab.nginx()
        client = lab.connect(prepare=small_buffer)
        client.sendall(GET.replace(b"/ ", b"/large.txt ", 1))
        time.sleep(4)
        client.settimeout(0.5)
        try:
            read_all(client)
        except TimeoutError:
            pass
        client.close()
    return lab.capture


def keep_alive(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        (socket.TCP_KEEPIDLE, 1),
        (socket.TCP_KEEPINTVL, 1),
        (socket.TCP_KEEPCNT, 3),
    ):
        tcp_option(sock, option, value)


@scenario
def keep_alive_death():
    """Three keep-alive probes stay unanswered, and the prober resets the connection.

    Two sockets, the client's with SO_KEEPALIVE, intervals of 1 s and three probes; the
    relay, with 10 ms on either side, loses all of the client's frames after an exchange.
    """
    cut = Cut(of_client=True)
    with Lab(relay(cut.fault)) as lab:
        client, server = lab.pair()
        keep_alive(client)
        exchange(lab, client, server)
        cut.is_cut = True
        time.sleep(4.5)
    return lab.capture


@scenario
def keep_alive_lost_state():
    """A keep-alive probe is answered by RST: the other side has lost its state.

    Two sockets, the client's with SO_KEEPALIVE after 1 s, the server's closed under
    TCP_REPAIR without a word; through the relay with 10 ms on either side.
    """
    with Lab(relay()) as lab:
        client, server = lab.pair()
        keep_alive(client)
        exchange(lab, client, server)
        vanish(server)
        time.sleep(1.5)
    return lab.capture


@scenario
def retransmission_give_up():
    """A request is sent again and again in vain, and given up in silence; then another client.

    Two sockets with tcp_retries2=3 on the client's side; the relay, with 10 ms on either
    side, loses all of the client's frames after an exchange. 4 s later a second
    connection shows that time went on.
    """
    cut = Cut(of_client=True)
    with Lab(relay(cut.fault)) as lab:
        lab.client.sysctl(ipv4__tcp_retries2=3)
        client, server = lab.pair()
        exchange(lab, client, server)
        cut.is_cut = True
        client.sendall(GET)
        try:
            client.recv(100)
        except TimeoutError:
            pass
        time.sleep(4)
        cut.is_cut = False
        other = lab.connect()
        other.close()
    return lab.capture


def far_host(lab, mtu):
    """A host behind the server's namespace, over a link whose MTU only the router knows."""
    far_away(lab)
    far = Namespace()
    lab._clean_up.callback(far.close)
    lab.server.run(f"ip link add far0 mtu {mtu} type veth peer name far0 netns {far.path}")
    for namespace, number in ((lab.server, 1), (far, 80)):
        namespace.sysctl(ipv6__conf__far0__disable_ipv6=1)
        namespace.run("ip link set far0 up")
        namespace.run(f"ip address add {FAR}.{number}/24 dev far0")
    far.run("ip link set far0 mtu 1500")
    far.run(f"ip route add default via {FAR}.1")
    return far


def upload(lab, far, wait):
    """A small request which comes through, and a large one of 6 kB."""
    listener = lab.socket(far)
    listener.bind((f"{FAR}.80", 80))
    listener.listen()
    client = lab.socket(lab.client)
    client.connect((f"{FAR}.80", 80))
    server = listener.accept()[0]
    exchange(lab, client, server)
    client.sendall(b"A line of a large upload.\n" * 230)
    lab.settle(wait)
    return client, server


@scenario
def path_mtu_discovery():
    """A router reports by ICMP that segments are too large for it; smaller ones follow.

    Two sockets, the server's namespace as a router with a link of MTU 1300 behind it,
    an upload of 6 kB; through the relay with 10 ms on either side, ahead of the router.
    """
    with Lab(relay()) as lab:
        far = far_host(lab, 1300)
        client, server = upload(lab, far, 1)
        server.setblocking(True)
        client.close()
        read_all(server)
        server.close()
    return lab.capture


@scenario
def path_mtu_black_hole():
    """Full-size segments are lost again and again, since no ICMP says that they are too large.

    Two sockets, the server's namespace as a router with a link of MTU 1300 behind it
    and an nftables rule dropping its ICMP errors, an upload of 6 kB; through the relay
    with 10 ms on either side, ahead of the router.
    """
    rules = """
        table inet filter {
            chain output {
                type filter hook output priority 0
                icmp type destination-unreachable drop
            }
        }
    """
    with Lab(relay()) as lab:
        far = far_host(lab, 1300)
        lab.server.run("nft -f -", input=rules, text=True)
        _ends = upload(lab, far, 5)  # kept, so that none of them is closed
    return lab.capture


def from_client_after_answer(segment, seen):
    return segment.bare_ack and segment.from_client and any(
        one.payload and not one.from_client for one in seen
    )


@scenario
def challenge_ack_to_syn():
    """A forged SYN within an established connection is answered by a challenge ACK.

    Two sockets; the relay, with 10 ms on either side, injects a SYN in the client's
    name, in the window, after the first exchange. A second exchange and a close follow.
    """

    def forged(frame):
        source, target, seq, _ = forge.numbers(frame)
        syn = forge.packet(source, target, forge.SYN, seq + 1000, ident=7)
        return [(0.1, forge.forward(frame, syn), True)]

    with Lab(relay(Injecting(from_client_after_answer, forged))) as lab:
        client, server = lab.pair()
        exchange(lab, client, server)
        exchange(lab, client, server)
        end_both(lab, client, server)
    return lab.capture


@scenario
def challenge_ack_to_rst():
    """A RST beyond the next number expected is answered by a challenge ACK, then an exact RST.

    Two sockets; the relay, with 10 ms on either side, loses a request before the capture
    point, and the client closes with SO_LINGER set to zero. Its kernel answers the
    challenge ACK.
    """
    with Lab(relay(LostBefore(number_of_client_data(2)))) as lab:
        client, server = lab.pair()
        exchange(lab, client, server)
        client.sendall(GET)
        linger_zero(client)
        client.close()
    return lab.capture


# Closing, and losing state. ------------------------------------------------------------------


@scenario
def injected_reset():
    """A middlebox resets a connection in the server's name; the server's answer comes later.

    Two sockets; the relay, with 10 ms on either side, injects towards the client a RST
    with TTL 113 and IP identification 0xbeef at the exact number, upon a second request.
    """

    def forged(frame):
        source, target, _, ack = forge.numbers(frame)
        rst = forge.packet(target, source, forge.RST, ack, window=0, ttl=113, ident=0xBEEF)
        return [(0.001, forge.backward(frame, rst), False)]

    with Lab(relay(Injecting(number_of_client_data(2), forged))) as lab:
        client, server = lab.pair()
        exchange(lab, client, server)
        client.sendall(GET)
        server.recv(4096)
        server.sendall(ANSWER)
        lab.settle()
    return lab.capture


@scenario
def half_open_found_by_syn():
    """A client loses its state and connects anew from the same port: ACK, RST, SYN again.

    Client sockets bound to port 40000, the first closed under TCP_REPAIR without a word;
    through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        listener = listening(lab)
        client = lab.connect(prepare=bind_client)
        server = listener.accept()[0]
        exchange(lab, client, server)
        vanish(client)
        lab.settle(1)
        client = lab.connect(prepare=bind_client)
        server = listener.accept()[0]
        exchange(lab, client, server)
        end_both(lab, client, server)
    return lab.capture


@scenario
def half_open_found_by_data():
    """The server loses its state; a request 1.5 s later is answered by RST.

    Two sockets, the server's closed under TCP_REPAIR without a word; through the relay
    with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        client, server = lab.pair()
        exchange(lab, client, server)
        vanish(server)
        lab.settle(1.5)
        client.sendall(GET)
    return lab.capture


def close_by_server(lab, listener, number):
    client = lab.connect(prepare=initial_number(number))
    server = listener.accept()[0]
    exchange(lab, client, server)
    server.close()
    read_all(client)
    client.close()
    lab.settle()


@scenario
def time_wait_reuse():
    """A client uses its port again while the server is in TIME-WAIT: a larger number is taken.

    Sockets without timestamps, the client's bound to port 40000 with initial numbers
    set by TCP_REPAIR, the server closing first; through the relay with 10 ms on either
    side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.client.sysctl(ipv4__tcp_timestamps=0)
        listener = listening(lab)
        close_by_server(lab, listener, 1_000_000_000)
        close_by_server(lab, listener, 1_000_500_000)
    return lab.capture


@scenario
def time_wait_bounce():
    """A SYN with an older number meets TIME-WAIT: ACK, RST, and the SYN again is taken.

    Sockets without timestamps, the client's bound to port 40000 with initial numbers
    set by TCP_REPAIR, the server closing first; through the relay with 10 ms on either
    side of the capture point.
    """
    with Lab(relay()) as lab:
        lab.client.sysctl(ipv4__tcp_timestamps=0)
        listener = listening(lab)
        close_by_server(lab, listener, 1_000_000_000)
        close_by_server(lab, listener, 999_500_000)
    return lab.capture
