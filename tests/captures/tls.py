"""Captures of TLS: each version, what a handshake can do, and the ways it ends.

They are scenarios like those in `scenarios.py`. Keys and certificates are made anew each time.
"""

import os
import ssl
import subprocess
import tempfile
import threading

from lab import HOST, SCRATCH, Lab
from scenarios import ANSWER, GET_AND_CLOSE, read_all, relay, scenario

NGINX = "ssl_certificate {cert}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;"
OLD = "ALL:@SECLEVEL=0"  # OpenSSL refuses deprecated versions above this level


def certificate(name=HOST):
    """A new key and a certificate that it signs itself, in one file each."""
    root = tempfile.mkdtemp(dir=SCRATCH)
    command = "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 3650"
    command += f" -subj /CN={name} -keyout {root}/key.pem -out {root}/cert.pem"
    command += f" -addext subjectAltName=DNS:{name}"
    subprocess.run(command.split(), check=True, capture_output=True)
    return f"{root}/cert.pem", f"{root}/key.pem"


def serve(lab, options="", port=443):
    """openssl s_server with a page, and its certificate."""
    cert, key = certificate()
    root = tempfile.mkdtemp(dir=SCRATCH)
    with open(f"{root}/page", "wb") as file:
        file.write(ANSWER)
    lab.serve(f"openssl s_server -accept {port} -cert {cert} -key {key} {options}", port, cwd=root)
    return cert


def client(lab, options="", says=b"GET /page HTTP/1.0\r\n\r\n", port=443, wait=0.4):
    """openssl s_client, which says something and closes in good order after a while."""
    address = lab.wires[0].server_address
    command = f"openssl s_client -connect {address}:{port} -servername {HOST} {options}"
    with lab.client:
        process = subprocess.Popen(
            command.split(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        lab.settle(wait)
        try:
            process.stdin.write(says)
            process.stdin.flush()
            lab.settle(wait)
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.wait()


def context(cert, key):
    """What Python needs to speak TLS as a server."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(cert, key)
    return made


def trusting(cert):
    """What Python needs to speak TLS as a client."""
    return ssl.create_default_context(cafile=cert)


def both(lab, serving, asking, port=443):
    """One connection, its server in a thread; either is given its socket."""
    asked, served = lab.pair(port)
    thread = threading.Thread(target=serving, args=(served,))
    thread.start()
    asking(asked)
    thread.join()


def said(wrapped):
    """One request and one answer, seen by the server."""
    wrapped.recv(4096)
    wrapped.sendall(ANSWER)


@scenario
def tls_1_3():
    """A GET over TLS 1.3, with two application protocols offered; the client closes.

    nginx and curl, through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        cert, key = certificate()
        lab.nginx(443, listen="ssl", more=NGINX.format(cert=cert, key=key))
        lab.curl("--cacert", os.path.relpath(cert), "/", port=443)
    return lab.capture


@scenario
def tls_1_2():
    """The same over TLS 1.2, with the certificate in the clear.

    nginx and curl with --tls-max, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        cert, key = certificate()
        lab.nginx(443, listen="ssl", more=NGINX.format(cert=cert, key=key))
        lab.curl("--cacert", os.path.relpath(cert), "--tls-max", "1.2", "/", port=443)
    return lab.capture


@scenario
def tls_1_0():
    """TLS 1.0, which is deprecated.

    openssl s_server and s_client at security level 0, through the relay with 10 ms on
    either side of the capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, f"-tls1 -cipher {OLD} -WWW")
        client(lab, f"-tls1 -cipher {OLD}")
    return lab.capture


def twice(lab, first="", second="", says=b"GET /page HTTP/1.0\r\n\r\n"):
    """Two connections, the second of which goes on with the session of the first."""
    session = f"{tempfile.mkdtemp(dir=SCRATCH)}/session"
    client(lab, f"{first} -sess_out {session}", says)
    client(lab, f"{first} {second} -sess_in {session}", says)


@scenario
def tls_1_3_resumed():
    """A session of TLS 1.3 and another that resumes it by a pre-shared key.

    openssl s_server and s_client, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-WWW")
        twice(lab)
    return lab.capture


@scenario
def tls_1_2_ticket():
    """A session of TLS 1.2 and another that resumes it by a ticket.

    openssl s_server and s_client, through the relay with 10 ms on either side of the
    capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-tls1_2 -WWW")
        twice(lab, "-tls1_2")
    return lab.capture


@scenario
def tls_1_2_session_id():
    """A session of TLS 1.2 and another that resumes it by the server's cache.

    openssl s_server and s_client without tickets, through the relay with 10 ms on
    either side of the capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-tls1_2 -no_ticket -WWW")
        twice(lab, "-tls1_2 -no_ticket")
    return lab.capture


@scenario
def tls_early_data():
    """A request in the first flight of TLS 1.3 (0-RTT), accepted.

    openssl s_server and s_client with -early_data, through the relay with 10 ms on
    either side of the capture point.
    """
    with Lab(relay()) as lab:
        early = f"{tempfile.mkdtemp(dir=SCRATCH)}/early"
        with open(early, "wb") as file:
            file.write(b"GET /page HTTP/1.0\r\n")
        serve(lab, "-early_data -max_early_data 16384")
        twice(lab, second=f"-early_data {early}", says=b"hello\n")
    return lab.capture


@scenario
def tls_hello_retry():
    """The server asks for another key share: HelloRetryRequest.

    openssl s_server with P-384 alone, s_client offering a key of X25519 first; through
    the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-groups P-384 -WWW")
        client(lab, "-groups X25519:P-384")
    return lab.capture


@scenario
def tls_client_certificate():
    """Both sides give certificates, in TLS 1.3.

    openssl s_server with -Verify and s_client, through the relay with 10 ms on either
    side of the capture point.
    """
    with Lab(relay()) as lab:
        cert, key = certificate("client.test")
        serve(lab, f"-Verify 1 -verify_return_error -CAfile {cert} -WWW")
        client(lab, f"-cert {cert} -key {key}")
    return lab.capture


@scenario
def tls_renegotiation():
    """A session of TLS 1.2 which is negotiated anew.

    openssl s_server and s_client with the command R, through the relay with 10 ms on
    either side of the capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-tls1_2 -client_renegotiation")
        client(lab, "-tls1_2", says=b"R\n")
    return lab.capture


@scenario
def tls_bad_certificate():
    """A client does not trust the certificate: the alert unknown_ca, by TLS 1.2 and by 1.3.

    openssl s_server and curl without the server's certificate, through the relay with
    10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-WWW")
        for version in ("1.2", "1.3"):
            lab.curl("--tls-max", version, "/page", port=443, may_fail=True)
    return lab.capture


@scenario
def tls_no_client_certificate():
    """A server wants a certificate and the client has none: an alert, encrypted.

    openssl s_server with -Verify and s_client, by TLS 1.3; through the relay with 10 ms
    on either side of the capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-Verify 1 -verify_return_error -WWW")
        client(lab)
    return lab.capture


@scenario
def tls_no_shared_cipher():
    """A server has no cipher suite that the client offers: handshake_failure.

    openssl s_server and s_client with one cipher suite each, through the relay with
    10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256 -WWW")
        client(lab, "-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384")
    return lab.capture


@scenario
def tls_old_client():
    """A client knows no version that the server takes: protocol_version.

    openssl s_server with TLS 1.3 alone and s_client with 1.2, through the relay with
    10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        serve(lab, "-tls1_3 -WWW")
        client(lab, "-tls1_2")
    return lab.capture


@scenario
def tls_truncated():
    """A server closes without close_notify, once by TLS 1.2 and once by 1.3.

    Python's ssl, the server closing its socket under the session; through the relay
    with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        cert, key = certificate()

        def serving(sock):
            wrapped = context(cert, key).wrap_socket(sock, server_side=True)
            said(wrapped)
            wrapped.close()

        for port, version in ((443, ssl.TLSVersion.TLSv1_2), (444, ssl.TLSVersion.TLSv1_3)):

            def asking(sock, version=version):
                trust = trusting(cert)
                trust.maximum_version = version
                wrapped = trust.wrap_socket(sock, server_hostname=HOST, suppress_ragged_eofs=True)
                wrapped.sendall(GET_AND_CLOSE)
                read_all(wrapped)
                wrapped.close()

            both(lab, serving, asking, port)
    return lab.capture


@scenario
def tls_starttls():
    """SMTP in the clear up to STARTTLS, then TLS.

    Python's ssl and sockets speaking a few words of SMTP, through the relay with 10 ms
    on either side of the capture point.
    """
    with Lab(relay()) as lab:
        cert, key = certificate()

        def serving(sock):
            sock.sendall(b"220 server.test ESMTP\r\n")
            sock.recv(4096)
            sock.sendall(b"250-server.test\r\n250 STARTTLS\r\n")
            sock.recv(4096)
            sock.sendall(b"220 Go ahead\r\n")
            wrapped = context(cert, key).wrap_socket(sock, server_side=True)
            wrapped.recv(4096)
            wrapped.sendall(b"221 Bye\r\n")
            wrapped.unwrap().close()

        def asking(sock):
            sock.recv(4096)
            sock.sendall(b"EHLO client.test\r\n")
            sock.recv(4096)
            sock.sendall(b"STARTTLS\r\n")
            sock.recv(4096)
            wrapped = trusting(cert).wrap_socket(sock, server_hostname=HOST)
            wrapped.sendall(b"QUIT\r\n")
            read_all(wrapped)
            wrapped.unwrap().close()

        both(lab, serving, asking, 25)
    return lab.capture


@scenario
def tls_through_proxy():
    """A CONNECT tunnel through a proxy, and TLS in it.

    curl with --proxy and Python's sockets and ssl, which are proxy and server in one;
    through the relay with 10 ms on either side of the capture point.
    """
    with Lab(relay()) as lab:
        cert, key = certificate()
        listener = lab.socket(lab.server)
        listener.bind((lab.wires[0].server_address, 3128))
        listener.listen()

        def serving():
            sock, _ = listener.accept()
            sock.recv(4096)
            sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            wrapped = context(cert, key).wrap_socket(sock, server_side=True)
            said(wrapped)
            wrapped.unwrap().close()

        thread = threading.Thread(target=serving)
        thread.start()
        proxy = f"http://{lab.wires[0].server_address}:3128"
        lab.curl("--cacert", os.path.relpath(cert), "--noproxy", "", "--proxy", proxy, "/", port=443)
        thread.join()
    return lab.capture
