"""genesis: `Inbound`, `Consumer` and `Channel`, as its README and its documentation show them."""

import asyncio
import json
import uuid

from genesis import Channel, Consumer, Inbound
from genesis.exceptions import AuthenticationError

from program import HOST, PASSWORD, PORT, equal


async def main():
    try:
        async with Inbound(HOST, PORT, "wrong"):
            raise AssertionError("a wrong password was accepted")
    except AuthenticationError:
        pass
    async with Inbound(HOST, PORT, PASSWORD) as client:
        # The README's example. FreeSWITCH knows no such command, and says so: it is an api command.
        equal((await client.send("uptime"))["Reply-Text"], "-ERR command not found")
        uptime = await client.send("api uptime")
        assert uptime.body.strip().isdigit(), uptime
        await one_call(client)
        await in_json(client)
    await channel()
    await consumer()


def when(client, name, key, value):
    """The next event of a name with this in a header."""
    heard = asyncio.get_running_loop().create_future()

    def handler(event):
        if event.get(key) == value and not heard.done():
            heard.get_loop().call_soon_threadsafe(lambda: heard.done() or heard.set_result(event))

    client.on(name, handler)
    return asyncio.wait_for(heard, 10)


async def one_call(client):
    """A call of our own: its events, its job's result, and an application in it."""
    call, job = str(uuid.uuid4()), str(uuid.uuid4())
    names = "BACKGROUND_JOB CHANNEL_ANSWER CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP_COMPLETE"
    equal((await client.send(f"events plain {names}"))["Reply-Text"], "+OK event listener enabled plain")
    await client.send(f"filter Unique-ID {call}")
    await client.send(f"filter Job-UUID {job}")
    answered = when(client, "CHANNEL_ANSWER", "Unique-ID", call)
    played = when(client, "CHANNEL_EXECUTE_COMPLETE", "Application", "playback")
    ended = when(client, "CHANNEL_HANGUP_COMPLETE", "Unique-ID", call)
    done = when(client, "BACKGROUND_JOB", "Job-UUID", job)
    variables = f"origination_uuid={call},park_timeout=60,interop_word='two words: 50%'"
    reply = await client.send(f"bgapi originate {{{variables}}}null/genesis &park\nJob-UUID: {job}")
    equal(reply["Job-UUID"], job)
    equal((await answered)["variable_interop_word"], "two words: 50%")
    equal((await done).body, f"+OK {call}\n")
    message = f"sendmsg {call}\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: silence_stream://50"
    equal((await client.send(message))["Reply-Text"].split()[0], "+OK")
    equal((await played)["Application-Data"], "silence_stream://50")
    await client.send(f"sendmsg {call}\ncall-command: hangup\nhangup-cause: USER_BUSY")
    # The switch says it twice in this event, and genesis gives both.
    equal((await ended)["Hangup-Cause"], ["USER_BUSY", "USER_BUSY"])
    await client.send("filter delete all")
    await client.send("noevents")


async def in_json(client):
    """It takes events in JSON, too, and gives them as a body."""
    word = str(uuid.uuid4())
    heard = asyncio.get_running_loop().create_future()

    async def look(_protocol, event):
        if event.get("Content-Type") == "text/event-json" and event.body and not heard.done():
            heard.set_result(json.loads(event.body))

    client.event_processors.append(look)
    await client.send("event json CUSTOM interop::word")
    await client.send(f"filter Interop-Word {word}")
    await client.send(f"sendevent CUSTOM\nEvent-Subclass: interop::word\nInterop-Word: {word}")
    equal((await asyncio.wait_for(heard, 10))["Interop-Word"], word)


async def channel():
    """`Channel`: a call that is made, waited for, played to and hung up."""
    async with Inbound(HOST, PORT, PASSWORD) as client:
        made = await Channel.create(client, "null/genesis", variables={"interop_word": "hello", "park_timeout": "60"})
        seen = await client.get_channel(made.uuid)
        equal(seen.context["Channel-Name"], "null/genesis")
        equal(seen.context["variable_interop_word"], "hello")
        await seen.playback("silence_stream://50")
        await seen.hangup("USER_BUSY")
        for _ in range(50):
            if (await client.send(f"api uuid_exists {made.uuid}")).body == "false":
                return
            await asyncio.sleep(0.1)
        raise AssertionError("the call is still there")


async def consumer():
    """The README's `Consumer`: heartbeats, and an event of our own between them."""
    app, heartbeat, own = Consumer(HOST, PORT, PASSWORD), asyncio.Event(), asyncio.Event()
    loop, word = asyncio.get_running_loop(), str(uuid.uuid4())

    @app.handle("HEARTBEAT")
    async def on_heartbeat(event):
        assert event["Event-Info"] == "System Ready", event
        loop.call_soon_threadsafe(heartbeat.set)

    # Not by `filtrate`, which in this version lets no event through: it wants a dict, and an event is none.
    @app.handle("interop::word")
    async def on_word(event):
        if event["Interop-Word"] == word:
            loop.call_soon_threadsafe(own.set)

    running = asyncio.create_task(app.start())
    async with Inbound(HOST, PORT, PASSWORD) as client:
        for _ in range(300):
            await client.send(f"sendevent CUSTOM\nEvent-Subclass: interop::word\nInterop-Word: {word}")
            if own.is_set() and heartbeat.is_set():
                break
            await asyncio.sleep(0.1)
    assert own.is_set(), "no event of our own"
    assert heartbeat.is_set(), "no heartbeat"
    await app.stop()
    await running


asyncio.run(asyncio.wait_for(main(), 50))
