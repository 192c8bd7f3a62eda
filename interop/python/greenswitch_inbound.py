"""greenswitch: `InboundESL`, as its README shows it."""

import uuid

import gevent
import greenswitch
from gevent.event import AsyncResult

from program import HOST, PASSWORD, PORT, equal


def main():
    try:
        greenswitch.InboundESL(host=HOST, port=PORT, password="wrong").connect()
    except ValueError as refused:
        equal(str(refused), "Invalid password.")
    else:
        raise AssertionError("a wrong password was accepted")

    fs = greenswitch.InboundESL(host=HOST, port=PORT, password=PASSWORD)
    fs.connect()
    assert fs.send("api status").data.startswith("UP ")
    users = fs.send("api list_users").data
    assert users.endswith("+OK\n"), users
    equal(fs.send("api nosuchcommand").data, "-ERR nosuchcommand Command not found!\n")
    for form in ("json", "plain"):
        equal(fs.send(f"event {form} HEARTBEAT").data, f"+OK event listener enabled {form}")
    equal(fs.send("noevents").data, "+OK no longer listening for events")
    one_call(fs)
    own_event(fs)
    log_line(fs)
    fs.stop()
    assert not fs.connected

    with greenswitch.InboundESL(host=HOST, port=PORT, password=PASSWORD) as again:
        equal(again.send("api eval ${sofia_count}-").data, "-")


def one_call(fs):
    """A call of our own: its events in order, its job's result, and an application in it."""
    call, job = str(uuid.uuid4()), str(uuid.uuid4())
    names, answered, job_done, played, ended = [], AsyncResult(), AsyncResult(), AsyncResult(), AsyncResult()

    def note(event):
        if event.headers.get("Unique-ID") == call:
            names.append(event.headers["Event-Name"])

    def when(name, key, value, result):
        fs.register_handle(name, lambda event: event.headers.get(key) == value and result.set(event))

    for name in ("CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_EXECUTE_COMPLETE", "CHANNEL_HANGUP_COMPLETE"):
        fs.register_handle(name, note)
    when("BACKGROUND_JOB", "Job-UUID", job, job_done)
    when("CHANNEL_ANSWER", "Unique-ID", call, answered)
    when("CHANNEL_EXECUTE_COMPLETE", "Application", "playback", played)
    when("CHANNEL_HANGUP_COMPLETE", "Unique-ID", call, ended)
    subscribed = "BACKGROUND_JOB CHANNEL_CREATE CHANNEL_ANSWER CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP_COMPLETE"
    equal(fs.send(f"event plain {subscribed}").data, "+OK event listener enabled plain")
    equal(fs.send(f"filter Unique-ID {call}").data, f"+OK filter added. [Unique-ID]=[{call}]")
    equal(fs.send(f"filter Job-UUID {job}").data, f"+OK filter added. [Job-UUID]=[{job}]")

    reply = fs.send(f"bgapi originate {{origination_uuid={call},park_timeout=60}}null/greenswitch &park\nJob-UUID: {job}")
    equal(reply.data, f"+OK Job-UUID: {job}")
    equal(answered.get(timeout=10).headers["Channel-Name"], "null/greenswitch")
    equal(job_done.get(timeout=10).headers["Job-Command"], "originate")
    message = f"sendmsg {call}\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: silence_stream://50"
    assert fs.send(message).data.startswith("+OK"), message
    equal(played.get(timeout=10).headers["Application-Data"], "silence_stream://50")
    equal(fs.send(f"api uuid_kill {call} USER_BUSY").data, "+OK\n")
    equal(ended.get(timeout=10).headers["Hangup-Cause"], "USER_BUSY")
    # The applications that end are the playback and, with the call, the park that it interrupted.
    ends = ["CHANNEL_EXECUTE_COMPLETE", "CHANNEL_EXECUTE_COMPLETE", "CHANNEL_HANGUP_COMPLETE"]
    equal(names, ["CHANNEL_CREATE", "CHANNEL_ANSWER", *ends])
    assert fs.send("filter delete all").data.startswith("+OK filter deleted")


def own_event(fs):
    word, heard = str(uuid.uuid4()), AsyncResult()
    fs.register_handle("interop::word", heard.set)
    equal(fs.send("event plain CUSTOM interop::word").data, "+OK event listener enabled plain")
    fs.send(f"filter Interop-Word {word}")
    for value in ("another", word):
        fs.send(f"sendevent CUSTOM\nEvent-Subclass: interop::word\nInterop-Word: {value}")
    equal(heard.get(timeout=10).headers["Interop-Word"], word)
    fs.send("filter delete all")


def log_line(fs):
    logged = AsyncResult()
    fs.register_handle("log", logged.set)
    equal(fs.send("log 7").data, "+OK log level 7 [7]")
    fs.send("api log notice interop was here")
    assert logged.get(timeout=10).data
    fs.send("nolog")


with gevent.Timeout(50):
    main()
