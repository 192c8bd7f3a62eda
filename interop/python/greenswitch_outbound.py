"""greenswitch: `OutboundESLServer` with the application of its README, and a call that reaches it."""

import uuid

import gevent
import greenswitch
from gevent import socket
from gevent.event import AsyncResult

from program import HOST, PASSWORD, PORT, equal

CALL = str(uuid.uuid4())


class Application:
    """The README's: answer, play, ask for a digit, play on and on until told to stop, hang up."""

    done = AsyncResult()

    def __init__(self, session):
        self.session = session

    def run(self):
        try:
            self.done.set(self.handle_call())
        except BaseException as error:
            self.done.set_exception(error)
            raise

    def handle_call(self):
        session, names = self.session, []
        for name in ("CHANNEL_EXECUTE", "CHANNEL_HANGUP_COMPLETE"):
            session.register_handle(name, lambda event: names.append(event.headers["Event-Name"]))
        equal(session.uuid, CALL)
        session.myevents()
        session.linger()
        equal(session.answer(), "+OK")
        played = session.playback("silence_stream://200")
        equal(played.headers["Application"], "playback")
        dtmf = gevent.spawn_later(0.5, session.send, f"api uuid_recv_dtmf {CALL} 7")
        digit = session.play_and_get_digits(
            "1", "1", "3", "5000", "#", "silence_stream://300", "silence_stream://100",
            "test", r"\d", "1000", "''", block=True, response_timeout=10,
        )
        dtmf.get(timeout=5)
        equal(digit, "7")
        session.playback("silence_stream://-1", block=False)
        gevent.sleep(0.3)
        session.uuid_break()
        with session.while_connected():
            session.hangup()
        gevent.sleep(0.5)
        session.stop()
        return names


def main():
    server = greenswitch.OutboundESLServer("127.0.0.1", free_port(), Application, max_connections=5)
    listening = gevent.spawn(server.listen)
    fs = greenswitch.InboundESL(host=HOST, port=PORT, password=PASSWORD)
    fs.connect()
    while not server.bound_port:
        gevent.sleep(0.05)
    target = f"'&socket(127.0.0.1:{server.bound_port} async full)'"
    fs.send(f"bgapi originate {{origination_uuid={CALL}}}null/greenswitch {target}")
    names = Application.done.get(timeout=30)
    assert names.count("CHANNEL_EXECUTE") >= 4, names
    assert "CHANNEL_HANGUP_COMPLETE" in names, names
    equal(fs.send(f"api uuid_exists {CALL}").data, "false")
    fs.stop()
    server.stop()
    listening.join(timeout=5)


def free_port():
    """The server takes a given port, and no port 0."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


with gevent.Timeout(50):
    main()
