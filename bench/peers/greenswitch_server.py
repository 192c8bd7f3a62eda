"""PyPI greenswitch: the application of its README, which answers each call, plays, collects a digit and hangs up."""

import logging

import gevent
import greenswitch
from gevent import socket
from gevent.event import Event

TONE = "tone_stream://%(200,0,440)"
SILENCE = "silence_stream://50"
# It has to have one.
PATIENCE = 3600

logging.disable(logging.WARNING)


class Application:
    def __init__(self, session):
        self.session = session

    def run(self):
        session, completed = self.session, Event()
        session.register_handle("CHANNEL_HANGUP_COMPLETE", lambda event: completed.set())
        session.myevents()
        session.linger()
        session.answer()
        session.playback(TONE)
        digit = session.play_and_get_digits(
            "1", "1", "1", "5000", "#", SILENCE, SILENCE, "choice", r"\d", "1000", "''",
            block=True, response_timeout=PATIENCE,
        )
        assert digit == "2", digit
        session.hangup()
        completed.wait(PATIENCE)


def free_port():
    """The server takes a given port, and no port 0."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


server = greenswitch.OutboundESLServer("127.0.0.1", free_port(), Application, max_connections=20000)
listening = gevent.spawn(server.listen)
while not server.bound_port:
    gevent.sleep(0.05)
print(f"127.0.0.1:{server.bound_port}", flush=True)
listening.join()
