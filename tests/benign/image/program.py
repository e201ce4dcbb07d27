# SPDX-License-Identifier: Apache-2.0
"""What programs in Python do: files, threads, processes, a server of its own, a database, C through ctypes."""
import ctypes
import http.client
import http.server
import json
import multiprocessing
import pathlib
import socket
import sqlite3
import subprocess
import tempfile
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def square(number):
    return number * number


def serve_and_ask():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for number in range(200):
        client = http.client.HTTPConnection("127.0.0.1", server.server_port)
        client.request("GET", f"/{number}")
        assert json.load(client.getresponse())["path"] == f"/{number}"
        client.close()
    server.shutdown()


def database():
    with sqlite3.connect("/tmp/data.sqlite") as connection:
        connection.execute("create table numbers (n integer)")
        connection.executemany("insert into numbers values (?)", ((n,) for n in range(1000)))
        assert connection.execute("select count(*) from numbers").fetchone() == (1000,)


def call_back_from_c():
    compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
    numbers = (ctypes.c_int * 4)(3, 1, 2, 0)
    ctypes.CDLL("libc.so.6").qsort(numbers, 4, 4, compare(lambda a, b: a[0] - b[0]))
    assert list(numbers) == [0, 1, 2, 3]


def main():
    with multiprocessing.Pool(2) as pool:
        assert sum(pool.map(square, range(100))) == 328350
    left, right = socket.socketpair()
    left.sendall(b"x")
    assert right.recv(1) == b"x"
    serve_and_ask()
    database()
    call_back_from_c()
    listing = subprocess.run(["sh", "-c", "ls / | sort"], capture_output=True, check=True, text=True).stdout
    with tempfile.TemporaryDirectory() as directory:
        (pathlib.Path(directory) / "a").write_text(listing)
    pathlib.Path("/tmp/out.json").write_text(json.dumps({"files": listing.split()}))


if __name__ == "__main__":
    main()
