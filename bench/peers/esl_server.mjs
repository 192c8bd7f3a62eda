// npm esl: a `FreeSwitchServer`, as its README shows it, that answers each call, plays, collects a digit and hangs up.
import { createServer } from 'node:net'
import { FreeSwitchServer } from 'esl'

const tone = 'tone_stream://%(200,0,440)'
const digits = '1 1 1 5000 # silence_stream://50 silence_stream://50 choice \\d'
// It has to have one.
const patience = 3_600_000

const quiet = { debug: () => {}, info: () => {}, error: () => {} }
const server = new FreeSwitchServer({ logger: quiet })
server.on('error', () => {})
server.on('connection', call => { handle(call).catch(error => console.error(error)) })

// It does not tell which port it was given.
const listener = createServer()
listener.listen(0, '127.0.0.1', () => {
  const { port } = listener.address()
  listener.close(async () => {
    await server.listen({ host: '127.0.0.1', port })
    console.log(`127.0.0.1:${port}`)
  })
})

async function handle (call) {
  const completed = call.onceAsync('CHANNEL_HANGUP_COMPLETE', patience, 'completed')
  await call.linger()
  await call.command('answer', '', patience)
  await call.command('playback', tone, patience)
  const end = await call.command('play_and_get_digits', digits, patience)
  if (end.body.variable_choice !== '2') throw new Error('the digit')
  await call.execute('hangup', 'NORMAL_CLEARING')
  await completed
  await call.exit()
}
