"""The laboratory: two network namespaces, a wire between them, servers and clients.

Everything happens in a sandbox, a PID, mount and network namespace of its own.
However it ends, by success, failure or Ctrl-C, the kernel removes with it every
process, interface and temporary file: nothing is left to tidy up.
"""

import contextlib
import ctypes
import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from pcapng import Capture, read_pcap

SCRATCH = "/run"  # covered by an empty tmpfs in the sandbox

CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x20000000, 0x40000000
PR_SET_PDEATHSIG = 1
SIOCETHTOOL, ETHTOOL_STXCSUM, ETHTOOL_STSO = 0x8946, 0x17, 0x1F

CLIENT_MAC, SERVER_MAC = "02:00:00:00:00:0a", "02:00:00:00:00:50"
HOST = "server.test"

PAGE = "<!doctype html>\n<title>synfin</title>\n<p>Hello from the server.</p>\n"
LARGE_PAGE = "".join(f"This is line {line:03} of a page of 300 lines.\n" for line in range(300))
ASSEMBLED_PAGE = PAGE + '<p>Asked for <!--#echo var="DOCUMENT_URI" -->.</p>\n'

NGINX = """
daemon off;
master_process off;
user root;
pid {root}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {root}/body;
    types {{ text/html html; text/plain txt; }}
    server {{
        listen {address}:{port} {listen};
        {more}
        root {root}/pages;
        keepalive_timeout {keep_alive};
        if_modified_since before;
        location /assembled.html {{ ssi on; }}
        location /upload/ {{ dav_methods PUT; }}
    }}
}}
"""

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def enter_sandbox():
    """Go on in a child process which is the first one of a sandbox of its own."""
    if os.geteuid() != 0:
        sys.exit("The laboratory needs root: it makes network namespaces.")
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET))
    child = os.fork()
    if child:
        # The death of a PID namespace's first process is that of all in it.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: os.kill(child, signal.SIGKILL))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.exit(status if status >= 0 else 128 - status)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()  # Ctrl-C is the parent's business
    run("mount --make-rprivate /")
    run("mount -t proc proc /proc")
    run(f"mount -t tmpfs tmpfs {SCRATCH}")


def run(command, **options):
    """Run a command to its end; its failure is ours."""
    return subprocess.run(command.split(), check=True, **options)


class Namespace:
    """A network namespace. What is done `with` it (sockets, processes) is done in it."""

    def __init__(self):
        before = self._current()
        check(libc.unshare(CLONE_NEWNET))
        self.descriptor = self._current()
        self._outside = [before]
        self.__exit__()
        self.path = f"/proc/{os.getpid()}/fd/{self.descriptor}"

    @staticmethod
    def _current():
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY)

    def __enter__(self):
        self._outside.append(self._current())
        check(libc.setns(self.descriptor, CLONE_NEWNET))
        return self

    def __exit__(self, *_):
        outside = self._outside.pop()
        check(libc.setns(outside, CLONE_NEWNET))
        os.close(outside)

    def run(self, command, **options):
        with self:
            return run(command, **options)

    def sysctl(self, **settings):
        """Set what is below /proc/sys/net: a dot is written as two underscores."""
        with self:
            for name, value in settings.items():
                with open(f"/proc/sys/net/{name.replace('__', '/')}", "w") as file:
                    file.write(str(value))

    def listens(self, port):
        """Whether a TCP socket listens on the port; a connection would be in the capture."""
        with self:
            sockets = "".join(
                open(f"/proc/thread-self/net/{table}").read() for table in ("tcp", "tcp6")
            )
        return re.search(rf":{port:04X} [0-9A-F]+:0000 0A", sockets) is not None

    def close(self):
        os.close(self.descriptor)


class Tcpdump:
    """What is common to the wires which tcpdump watches."""

    def __init__(self, seen_as, options=""):
        self.seen_as = seen_as  # tcpdump's name of the interface: "any" for a cooked capture
        self.options = options

    def start(self):
        self._file = tempfile.NamedTemporaryFile(dir=SCRATCH)
        command = "tcpdump -Z root -U --immediate-mode --time-stamp-precision=nano"
        command += f" -i {self.seen_as} -w {self._file.name} {self.options}"
        with self._watched:
            self._tcpdump = subprocess.Popen(command.split(), stderr=subprocess.PIPE, text=True)
        if not any("listening on" in line for line in self._tcpdump.stderr):
            raise RuntimeError(f"{command}: did not start")

    def stop(self):
        self._tcpdump.terminate()
        self._tcpdump.communicate()
        self.interface, self.packets = read_pcap(self._file.read())
        self.interface.name = self.seen_as

    def detach(self):
        self._file.close()


class Veth(Tcpdump):
    """A wire of the kernel's own; tcpdump watches one end of it."""

    device = "eth0"

    def __init__(self, watch="client", seen_as="eth0", options=""):
        super().__init__(seen_as, options)
        self.watch = watch

    def attach(self, client, server):
        client.run(f"ip link add eth0 type veth peer name eth0 netns {server.path}")
        for namespace in (client, server):
            with namespace:
                self._turn_off_offloads()
        self._watched = {"client": client, "server": server}[self.watch]

    def _turn_off_offloads(self):
        """Have the kernel finish checksums and segments before tcpdump sees them."""
        with socket.socket() as any_socket:
            for command in (ETHTOOL_STSO, ETHTOOL_STXCSUM):
                value = ctypes.create_string_buffer(struct.pack("II", command, 0))
                request = struct.pack("16sP16x", b"eth0", ctypes.addressof(value))
                fcntl.ioctl(any_socket, SIOCETHTOOL, request)


class Loopback(Tcpdump):
    """No wire at all: client and server are one machine. Its offloads cannot be turned off."""

    device = "lo"

    def __init__(self, mtu=65536):
        super().__init__("lo")
        self.mtu = mtu

    def attach(self, client, _server):
        client.run(f"ip link set lo mtu {self.mtu} up")
        self._watched = client


class Lab:
    """A client and a server with one or more wires between them, all being captured.

    Afterwards the capture is in `capture`.
    """

    def __init__(self, *wires, ipv6=False, arp=False):
        self.wires = wires
        self.ipv6 = ipv6
        self.arp = arp  # whether the two have to ask for each other's MAC address first
        self.family = socket.AF_INET6 if ipv6 else socket.AF_INET
        self.protocol = socket.IPPROTO_TCP  # of `connect` and `listen`
        self.capture = Capture()

    def __enter__(self):
        with contextlib.ExitStack() as clean_up:
            self._open(clean_up)
            self._clean_up = clean_up.pop_all()
        return self

    def __exit__(self, failure, *_):
        with self._clean_up:
            if not failure:
                self.settle()
            for wire in self.wires:
                wire.stop()
                self.capture.add(wire.interface, wire.packets)
            if failure:
                return
            for fault in (fault for wire in self.wires for fault in getattr(wire, "faults", ())):
                if not fault.struck:
                    raise RuntimeError(f"a fault never struck: {type(fault).__name__}")

    def _open(self, clean_up):
        self.client, self.server = Namespace(), Namespace()
        clean_up.callback(self.client.close)
        clean_up.callback(self.server.close)
        for wire, subnet in zip(self.wires, ("192.0.2", "198.51.100")):
            if isinstance(wire, Loopback):
                self.server = self.client
            wire.attach(self.client, self.server)
            clean_up.callback(wire.detach)
            self._give_addresses(wire, subnet)
            wire.start()

    def _give_addresses(self, wire, subnet):
        if isinstance(wire, Loopback):
            wire.client_address = wire.server_address = "127.0.0.1"
            return
        subnet = "2001:db8::" if self.ipv6 else f"{subnet}."
        wire.client_address, wire.server_address = f"{subnet}10", f"{subnet}80"
        ends = [
            (self.client, wire.client_address, CLIENT_MAC, wire.server_address, SERVER_MAC),
            (self.server, wire.server_address, SERVER_MAC, wire.client_address, CLIENT_MAC),
        ]
        for namespace, own, own_mac, other, other_mac in ends:
            # Without this, IPv6's router and multicast chatter would outnumber the rest.
            conf = f"ipv6__conf__{wire.device}__"
            if self.ipv6:
                namespace.sysctl(**{f"{conf}addr_gen_mode": 1, f"{conf}accept_ra": 0})
            else:
                namespace.sysctl(**{f"{conf}disable_ipv6": 1})
            if not wire.device.startswith("tun"):
                namespace.run(f"ip link set {wire.device} address {own_mac}")
            length = "64 nodad" if self.ipv6 else "24"
            namespace.run(f"ip link set {wire.device} up")
            namespace.run(f"ip address add {own}/{length} dev {wire.device}")
            if not self.arp and not wire.device.startswith("tun"):
                namespace.run(
                    f"ip neigh replace {other} lladdr {other_mac} dev {wire.device} nud permanent"
                )

    def settle(self, seconds=0.3):
        """Let everything on its way arrive; longer if a retransmission is waited for."""
        time.sleep(seconds)

    # Real servers and clients ------------------------------------------------------------

    def nginx(self, port=80, keep_alive=65, listen="", more="", wire=0):
        """nginx with a small, a large and a chunked page, and a place to put uploads."""
        root = tempfile.mkdtemp(dir=SCRATCH)
        pages = {
            "index.html": PAGE,
            "large.txt": LARGE_PAGE,
            "assembled.html": ASSEMBLED_PAGE,
        }
        os.makedirs(f"{root}/pages/upload")
        for name, text in pages.items():
            with open(f"{root}/pages/{name}", "w") as file:
                file.write(text)
        address = self._bracketed(self.wires[wire].server_address)
        with open(f"{root}/nginx.conf", "w") as file:
            file.write(
                NGINX.format(
                    root=root,
                    address=address,
                    port=port,
                    keep_alive=keep_alive,
                    listen=listen,
                    more=more,
                )
            )
        self.serve(f"nginx -p {root} -c {root}/nginx.conf -e stderr", port)

    def python_http_server(self, port=80):
        """Python's own server, which speaks HTTP/1.0 and closes after each answer."""
        root = tempfile.mkdtemp(dir=SCRATCH)
        with open(f"{root}/index.html", "w") as file:
            file.write(PAGE)
        self.serve(f"{sys.executable} -m http.server --directory {root} {port}", port)

    def serve(self, command, port, cwd=None):
        """A server which listens on the port soon, and until the end."""
        with self.server:
            server = subprocess.Popen(
                command.split(),
                cwd=cwd,
                stdin=subprocess.PIPE,  # some end with it
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._clean_up.callback(server.wait)
        self._clean_up.callback(server.terminate)
        deadline = time.monotonic() + 5
        while not self.server.listens(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{command}: does not listen")
            time.sleep(0.02)

    def curl(self, *arguments, port=80, wire=0, may_fail=False):
        """curl, with `/path` standing for a page of the server."""
        address = self._bracketed(self.wires[wire].server_address)
        site = {80: f"http://{HOST}", 443: f"https://{HOST}"}.get(port, f"http://{HOST}:{port}")
        command = ["curl", "--noproxy", "*", "--resolve", f"{HOST}:{port}:{address}"]
        command += [site + word if word.startswith("/") else word for word in arguments]
        with self.client:
            subprocess.run(command, check=not may_fail, capture_output=True)

    # Sockets, where a client or server has to misbehave -----------------------------------

    def socket(self, namespace):
        """A socket in a namespace, which sends at once what it is given."""
        with namespace:
            sock = socket.socket(self.family, socket.SOCK_STREAM, self.protocol)
        self._clean_up.callback(sock.close)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return sock

    def connect(self, port=80, prepare=lambda sock: None):
        """A client's connected socket; `prepare` may set its options before."""
        client = self.socket(self.client)
        prepare(client)
        client.connect((self.wires[0].server_address, port))
        return client

    def pair(self, port=80):
        """The two ends of one connection: the client's socket and the server's."""
        listener = self.socket(self.server)
        listener.bind((self.wires[0].server_address, port))
        listener.listen()
        client = self.connect(port)
        server = listener.accept()[0]
        self._clean_up.callback(server.close)
        return client, server

    def _bracketed(self, address):
        return f"[{address}]" if self.ipv6 else address
