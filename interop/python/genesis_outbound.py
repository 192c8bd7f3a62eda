"""genesis: `Outbound` with the handler of its README, and a call that reaches it."""

import asyncio
import uuid

from genesis import Inbound, Outbound

from program import HOST, PASSWORD, PORT, equal

CALL = str(uuid.uuid4())


async def handler(session):
    """The README's: answer, play, hang up. It says `session.answer()`, which this version has in `session.channel`."""
    equal(session.uuid, CALL)
    equal(session.context["variable_interop_word"], "hello")
    names, ended = [], asyncio.Event()
    loop = asyncio.get_running_loop()
    session.on("*", lambda event: names.append(event.get("Event-Name")))
    session.on("CHANNEL_HANGUP_COMPLETE", lambda _event: loop.call_soon_threadsafe(ended.set))
    channel = session.channel
    equal((await channel.answer())["Reply-Text"], "+OK")
    played = await channel.playback("silence_stream://100")
    equal(played["Application"], "playback")
    asked = await session.sendmsg("execute", "set", "interop_set=done", block=True, timeout=10)
    equal(asked["variable_interop_set"], "done")
    equal((await session.send(f"api uuid_getvar {CALL} interop_set")).body, "done")
    await channel.hangup("USER_BUSY")
    await asyncio.wait_for(ended.wait(), 10)
    return names


async def main():
    done = asyncio.get_running_loop().create_future()

    async def run(session):
        try:
            done.set_result(await handler(session))
        except BaseException as error:
            done.set_exception(error)

    app = Outbound(run, "127.0.0.1", 0)
    await app.start(block=False)
    port = app.server.sockets[0].getsockname()[1]
    async with Inbound(HOST, PORT, PASSWORD) as client:
        variables = f"{{origination_uuid={CALL},interop_word=hello}}"
        await client.send(f"bgapi originate {variables}null/genesis '&socket(127.0.0.1:{port} async full)'")
        await asyncio.wait_for(done, 30)
    await app.stop()


asyncio.run(asyncio.wait_for(main(), 50))
