# SPDX-License-Identifier: Apache-2.0
"""http_load.py HOST PORT REQUESTS CLIENTS: as many requests over kept connections, each answered with 200."""
import http.client
import sys
import threading

host, port, requests, clients = sys.argv[1], *map(int, sys.argv[2:5])
failures = []


def get(connection):
    connection.request("GET", "/")
    answer = connection.getresponse()
    answer.read()
    return answer


def load(count):
    try:
        connection = http.client.HTTPConnection(host, port, timeout=10)
        for _ in range(count):
            try:
                answer = get(connection)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # A server that reloads closes what was kept.
                connection.close()
                answer = get(connection)
            if answer.status != 200:
                failures.append(answer.status)
    except OSError as error:
        failures.append(error)


threads = [threading.Thread(target=load, args=(requests // clients,)) for _ in range(clients)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(f"http_load: {failures[0]}" if failures else 0)
