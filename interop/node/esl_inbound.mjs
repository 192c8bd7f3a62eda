// esl: `FreeSwitchClient`, as its README shows it.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { FreeSwitchClient, once } from 'esl'
import { host, password, port, program, within } from './program.mjs'

// It tells of every `-ERR` as an error, the expected ones too.
const quiet = { debug: () => {}, info: () => {}, error: () => {} }

program(async () => {
  const client = new FreeSwitchClient({ host, port, password, logger: quiet })
  client.on('error', error => { throw error })
  const connected = once(client, 'connect')
  client.connect()
  const [call] = await within('the connection', connected)

  assert.match((await call.api('status')).body, /^UP \d+ years/)
  assert.match((await call.bgapi('status', 5000)).body._body, /^UP \d+ years/)
  await assert.rejects(call.api('nosuchcommand'), error =>
    error.args.reply === '-ERR nosuchcommand Command not found!\n')

  await oneCall(call)
  await ownEvents(call)
  await logs(call)

  const notice = within('the disconnect notice', once(call, 'freeswitch_disconnect_notice'))
  await call.exit()
  assert.equal((await notice)[0].headers['Content-Type'], 'text/disconnect-notice')
  client.end()
})

/** A call of our own and its events, in JSON, and no other's. */
async function oneCall (call) {
  const uuid = randomUUID()
  await call.filter('Unique-ID', uuid)
  await call.filter('Event-Name', 'BACKGROUND_JOB')
  await call.event_json('CHANNEL_ANSWER', 'CHANNEL_HANGUP_COMPLETE')
  const answered = call.onceAsync('CHANNEL_ANSWER', 5000, 'answered')
  const ended = call.onceAsync('CHANNEL_HANGUP_COMPLETE', 10_000, 'ended')
  const job = await call.bgapi(`originate {origination_uuid=${uuid},park_timeout=60,interop_word='two words: 50%'}null/esl &park`, 5000)
  assert.equal(job.body._body, `+OK ${uuid}\n`)
  const { headers, body } = await answered
  assert.equal(headers['Content-Type'], 'text/event-json')
  assert.equal(body['Unique-ID'], uuid)
  assert.equal(body.variable_interop_word, 'two words: 50%')

  const played = await call.command_uuid(uuid, 'playback', 'silence_stream://50', 5000)
  assert.equal(played.body['Application-Data'], 'silence_stream://50')
  await call.execute_uuid(uuid, 'set', 'interop_set=done')
  await call.hangup_uuid(uuid, 'USER_BUSY')
  const end = await ended
  assert.equal(end.body['Hangup-Cause'], 'USER_BUSY')
  assert.equal(end.body.variable_interop_set, 'done')
  await call.filter_delete('Unique-ID', uuid)
  await call.filter_delete('Event-Name', 'BACKGROUND_JOB')
}

async function ownEvents (call) {
  await call.event_json('CUSTOM', 'interop::word')
  const word = randomUUID()
  const heard = within('our own event', new Promise(resolve => {
    call.on('CUSTOM', event => { if (event.body['Interop-Word'] === word) resolve(event) })
  }))
  await call.sendevent('CUSTOM', { 'Event-Subclass': 'interop::word', 'Interop-Word': word })
  assert.equal((await heard).body['Event-Subclass'], 'interop::word')
  await call.nixevent('CUSTOM', 'interop::word')
  await call.noevents()
}

async function logs (call) {
  const line = within('a log line', once(call, 'freeswitch_log_data'))
  await call.log(7)
  await call.api('log notice interop was here')
  assert.ok((await line)[0].headers['Log-Level'])
  await call.nolog()
}
