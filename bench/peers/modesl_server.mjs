// npm modesl: a `Server` that answers each call, plays, collects a digit and hangs up. It has no client of its own.
import net from 'node:net'
import esl from 'modesl'

const tone = 'tone_stream://%(200,0,440)'
const digits = '1 1 1 5000 # silence_stream://50 silence_stream://50 choice \\d'

const listener = net.createServer()
listener.listen(0, '127.0.0.1', () => {
  const server = new esl.Server({ server: listener, myevents: true })
  server.on('connection::ready', call => {
    call.on('error', () => {})
    const execute = (name, argument) => new Promise(resolve => call.execute(name, argument, resolve))
    handle(call, execute).catch(error => console.error(error))
  })
  console.log(`127.0.0.1:${listener.address().port}`)
})

async function handle (call, execute) {
  const uuid = call.getInfo().getHeader('Unique-ID')
  const completed = new Promise(resolve => call.once(`esl::event::CHANNEL_HANGUP_COMPLETE::${uuid}`, resolve))
  await new Promise(resolve => call.sendRecv('linger', resolve))
  await execute('answer', '')
  await execute('playback', tone)
  const end = await execute('play_and_get_digits', digits)
  if (end.getHeader('variable_choice') !== '2') throw new Error('the digit')
  call.execute('hangup', 'NORMAL_CLEARING')
  await completed
  call.disconnect()
}
