"""A relay between a client and the service that cuts streams in their middle."""
import socket
import threading


class Relay:
    """Listens on `port`; each connection carries one request. A stream is the answer to a request whose first line holds `path`; cut_next(n) cuts it after so many
    more octets, wherever that is, and the n - 1 streams that follow it likewise."""

    def __init__(self, to, path, octets):
        self.to, self.path, self.octets = to, path, octets
        self.streams = threading.Semaphore(0)  # one for each stream that has begun
        self.cuts_left, self.cuts_done, self.guard = 0, 0, threading.Lock()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_next(self, count):
        with self.guard:
            self.cuts_left = count

    def _accept(self):
        while True:
            client, _ = self.door.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        service = socket.create_connection(("127.0.0.1", self.to))
        first, _, rest = client.recv(65536).partition(b"\r\n")
        service.sendall(first + b"\r\nConnection: close\r\n" + rest.replace(b"Connection: keep-alive\r\n", b"", 1))
        if self.path in first:
            self._stream(client, service)
        else:
            threading.Thread(target=self._pump, args=(client, service), daemon=True).start()
            self._pump(service, client)

    def _pump(self, source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
        except OSError:  # the other direction has closed it
            pass
        for each in (source, sink):
            each.close()

    def _stream(self, client, service):
        passed, begun = None, False  # octets since cutting was wished
        while piece := service.recv(65536):
            with self.guard:
                if self.cuts_left and passed is None:
                    passed = 0
                ends = passed is not None and passed + len(piece) > self.octets
                if ends:
                    piece = piece[:self.octets - passed]
                    self.cuts_left -= 1
                    self.cuts_done += 1
                elif passed is not None:
                    passed += len(piece)
            try:
                client.sendall(piece)
            except OSError:
                break
            if not begun:
                begun = True
                self.streams.release()
            if ends:
                break
        for each in (client, service):
            each.close()
