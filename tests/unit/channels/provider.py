"""A mail provider on this machine that counts what reaches it, and a message to send."""

import json
import threading
from base64 import b64decode
from dataclasses import replace
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

from cartback.domain.flows import MARKETING
from cartback.ports import Mail, Outgoing

MESSAGE = Outgoing(
    shop="lumen",
    claim_id="claim_1-a",
    address="erika@example.com",
    sender="hallo@lumen.example",
    sender_name="Müller, Söhne & Co.",
    reply_to="fragen@lumen.example",
    content=Mail("Leselampe Nora (Messing) – noch in Ihrem Warenkorb", "<p>Grüße</p>", "Grüße\n"),
    leave_url="https://abcdefghij.execute-api.eu-central-1.amazonaws.com/prod/u/lumen." + "x" * 43,
    lang="de",
    flow="cart_recovery",
    touch="reminder",
    kind=MARKETING,
)


def changed(**changes) -> Outgoing:
    """The message with other fields, of itself or of its mail."""
    of_mail = {name: changes.pop(name) for name in ("subject", "html", "text") if name in changes}
    return replace(MESSAGE, content=replace(MESSAGE.mail, **of_mail), **changes)


class Provider(ThreadingHTTPServer):
    """Answers every request with ``answers`` in turn, the last one again and again.

    An answer is a status, an error code, a message and how many seconds it takes; None hangs up without one.
    """

    daemon_threads = True

    def __init__(self, *answers: tuple[int, str, str, float] | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers or ((200, "", "", 0),)
        self.requests: list[dict] = []
        self.connections: set[tuple[str, int]] = set()
        self.closing = threading.Event()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def client(self, config):
        """A client of this provider with a configuration."""
        return boto3.client(
            "sesv2",
            endpoint_url=self.url,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )

    def mails(self):
        """The mails that arrived."""
        raw = [b64decode(request["Content"]["Raw"]["Data"]) for request in self.requests]
        return [message_from_bytes(data, policy=policy.default) for data in raw]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["content-length"]))
        answer = server.answers[min(len(server.requests), len(server.answers) - 1)]
        server.requests.append(json.loads(body))
        server.connections.add(self.client_address)
        if answer is None:
            self.close_connection = True
            return
        status, code, message, seconds = answer
        server.closing.wait(seconds)
        told = json.dumps({"message": message} if code else {"MessageId": "0100-1"}).encode()
        self.send_response(status)
        if code:
            self.send_header("x-amzn-ErrorType", code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_):
        """Keep the test output quiet."""
