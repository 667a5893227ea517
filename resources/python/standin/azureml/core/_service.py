"""The workspace service as a run sees it: one connection, JSON in and out, standard library only."""
import json
import os
import socket


class Refused(Exception):
    """The service understood a request and said no; asking again would not help."""

    def __init__(self, status, message):
        Exception.__init__(self, message)
        self.status = status


class Unreachable(Exception):
    """No answer, or one that says to come back later."""


def _unix_connection(path, timeout):
    from http.client import HTTPConnection

    class Connection(HTTPConnection):
        def connect(self):
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(self.timeout)
            self.sock.connect(path)

    return Connection("localhost", timeout=timeout)


def _message(status, text):
    try:
        error = json.loads(text)["error"]
        return "%s (%s)" % (error.get("message"), error.get("code"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "HTTP %d: %s" % (status, text[:300])


class Service(object):
    """Requests to the service, over its unix socket if there is one here, else over TCP. Not for two threads at once."""

    TIMEOUT = 60

    def __init__(self, environment):
        self.endpoint = environment["AZUREML_SERVICE_ENDPOINT"].rstrip("/")
        self.token = environment["AZUREML_RUN_TOKEN"]
        self.socket = environment.get("RUNYARD_SOCKET")
        self._connection = None
        self._owner = None

    def request(self, method, path, body=None):
        """The answer's JSON. `body` is JSON text. Raises Refused or Unreachable."""
        from http.client import HTTPException
        try:
            status, text = self._exchange(method, path, body)
        except (OSError, HTTPException) as error:
            self.close()
            raise Unreachable(str(error) or type(error).__name__)
        if status in (408, 425, 429) or status >= 500:
            raise Unreachable(_message(status, text))
        if status >= 300:
            raise Refused(status, _message(status, text))
        return json.loads(text) if text.strip() else None

    def close(self):
        if self._connection is not None and self._owner == os.getpid():
            self._connection.close()
        self._connection = None

    def _exchange(self, method, path, body):
        if self._connection is None or self._owner != os.getpid():
            self._connection, self._base = self._connect()
            self._owner = os.getpid()
        headers = {"Authorization": "Bearer " + self.token, "Accept": "application/json", "Host": self._host()}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        self._connection.request(method, self._base + path, body.encode("utf-8") if body is not None else None, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        if answer.will_close:
            self.close()
        return answer.status, text

    def _host(self):
        from urllib.parse import urlsplit
        return urlsplit(self.endpoint).netloc

    def _connect(self):
        from http.client import HTTPConnection, HTTPSConnection
        from urllib.parse import urlsplit
        url = urlsplit(self.endpoint)
        if self.socket and os.path.exists(self.socket):
            return _unix_connection(self.socket, self.TIMEOUT), url.path
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        return kind(url.hostname, url.port, timeout=self.TIMEOUT), url.path
