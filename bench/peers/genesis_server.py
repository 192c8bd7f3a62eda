"""PyPI genesis: `Outbound` with a handler that answers each call, plays, collects a digit and hangs up."""

import asyncio
import logging

from genesis import Outbound

TONE = "tone_stream://%(200,0,440)"
SILENCE = "silence_stream://50"

logging.disable(logging.ERROR)


async def handler(session):
    completed, loop = asyncio.Event(), asyncio.get_running_loop()
    session.on("CHANNEL_HANGUP_COMPLETE", lambda _event: loop.call_soon_threadsafe(completed.set))
    channel = session.channel
    await channel.answer()
    await channel.playback(TONE)
    end = await session.sendmsg(
        "execute", "play_and_get_digits", f"1 1 1 5000 # {SILENCE} {SILENCE} choice \\d", block=True
    )
    assert end["variable_choice"] == "2", end["variable_choice"]
    await channel.hangup()
    await completed.wait()


async def main():
    app = Outbound(handler, "127.0.0.1", 0)
    await app.start(block=False)
    print(f"127.0.0.1:{app.server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
