// esl: `FreeSwitchServer`, as its README shows it, and the client that calls it.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:net'
import { FreeSwitchClient, FreeSwitchServer, once } from 'esl'
import { called, host, password, port, program, within } from './program.mjs'

const quiet = { debug: () => {}, info: () => {}, error: console.error }

program(async () => {
  const server = new FreeSwitchServer({ logger: quiet })
  server.on('error', error => { throw error })
  const reached = once(server, 'connection')
  const socket = await freePort()
  await server.listen({ host: '127.0.0.1', port: socket })

  const client = new FreeSwitchClient({ host, port, password, logger: quiet })
  const connected = once(client, 'connect')
  client.connect()
  const [fromClient] = await within('the connection', connected)
  const uuid = randomUUID()
  const variables = `{origination_uuid=${uuid},interop_word=hello}`
  const job = fromClient.bgapi(`originate ${variables}null/esl '&socket(127.0.0.1:${socket} async full)'`, 10_000)

  const [call, data] = await within('the call', reached)
  await answers(call, data, uuid)
  assert.equal((await job).body._body, `+OK ${uuid}\n`)
  await within('the close', new Promise(resolve => {
    const look = async () => await server.getConnectionCount() === 0 ? resolve() : setTimeout(look, 50)
    look()
  }))
  await server.close()
  client.end()
})

async function answers (call, data, uuid) {
  assert.equal(data.uuid, uuid)
  assert.equal(call.uuid(), uuid)
  assert.equal(data.body.variable_interop_word, 'hello')
  const states = []
  call.on('CHANNEL_CALLSTATE', ({ body }) => { states.push(body['Channel-Call-State']) })
  const ended = call.onceAsync('CHANNEL_HANGUP_COMPLETE', 10_000, 'ended')
  await call.linger()
  await call.command('answer', '', 5000)
  const played = await call.command('playback', 'silence_stream://100', 5000)
  assert.equal(played.body['Application-Data'], 'silence_stream://100')
  assert.equal(played.body.variable_interop_word, 'hello')
  assert.match((await call.api('status')).body, /^UP \d+ years/)
  assert.match((await call.bgapi('status', 5000)).body._body, /^UP \d+ years/)
  await call.hangup('USER_BUSY')
  assert.equal((await ended).body['Hangup-Cause'], 'USER_BUSY')
  assert.equal(states.at(-1), 'HANGUP')
  await call.exit()
}

/** The server of this client does not tell which port it was given. */
async function freePort () {
  const listener = createServer()
  await called('a free port', done => listener.listen(0, '127.0.0.1', done))
  const { port } = listener.address()
  await called('closing', done => listener.close(done))
  return port
}
