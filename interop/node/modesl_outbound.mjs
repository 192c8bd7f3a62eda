// modesl: a `Server` that calls reach by the application `socket`.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import net from 'node:net'
import esl from 'modesl'
import { called, host, password, port, program, within } from './program.mjs'

program(async () => {
  const listener = net.createServer()
  await called('listening', done => listener.listen(0, '127.0.0.1', done))
  const server = new esl.Server({ server: listener, myevents: true })
  const call = new Promise(resolve => server.once('connection::ready', resolve))
  const closed = new Promise(resolve => server.once('connection::close', resolve))

  let client
  await called('the connection', done => { client = new esl.Connection(host, port, password, done) })
  const uuid = randomUUID()
  const arguments_ = `{origination_uuid=${uuid},interop_word=hello}null/modesl ` +
    `'&socket(127.0.0.1:${listener.address().port} async full)'`
  const job = called('bgapi originate', done => client.bgapi('originate', arguments_, done))
  const connection = await within('the call', call)
  await answers(connection, uuid)
  assert.equal((await job).getBody(), `+OK ${uuid}\n`)
  await within('the close', closed)
  client.disconnect()
})

async function answers (connection, uuid) {
  const info = connection.getInfo()
  assert.equal(info.getHeader('Unique-ID'), uuid)
  assert.equal(info.getHeader('variable_interop_word'), 'hello')
  const hangup = new Promise(resolve => connection.once(`esl::event::CHANNEL_HANGUP_COMPLETE::${uuid}`, resolve))
  await called('linger', done => connection.sendRecv('linger', done))

  const answered = await called('answer', done => connection.execute('answer', done))
  assert.equal(answered.getHeader('Application'), 'answer')
  assert.equal(answered.getHeader('Answer-State'), 'answered')
  const played = await called('playback', done => connection.execute('playback', 'silence_stream://100', done))
  assert.equal(played.getHeader('Application'), 'playback')
  const set = await called('set', done => connection.execute('set', 'interop_set=done', done))
  assert.equal(set.getHeader('variable_interop_set'), 'done')
  const got = await called('api', done => connection.api('uuid_getvar', [uuid, 'interop_set'], done))
  assert.equal(got.getBody(), 'done')
  connection.execute('hangup', 'NORMAL_CLEARING')
  assert.equal((await within('the hangup', hangup)).getHeader('Hangup-Cause'), 'NORMAL_CLEARING')
  connection.disconnect()
}
