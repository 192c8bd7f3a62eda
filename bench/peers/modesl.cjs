// npm modesl: reads each event's name, Unique-ID and Channel-State.
const esl = require('modesl');
const [host, port, password, format] = process.argv.slice(2);
let count = 0, seen = 0, started, cpu;
const connection = new esl.Connection(host, Number(port), password, () => {
  connection.subscribe('ALL');
}, );
connection.events = ((events) => function (type, ...rest) { return events.call(this, format, ...rest); })(connection.events);
connection.on('error', (error) => { console.error(String(error)); process.exit(1); });
connection.on('esl::event::**', (event) => {
  if (!event || !event.getHeader) return;
  if (!started) { started = process.hrtime.bigint(); cpu = process.cpuUsage(); }
  if (event.getHeader('Event-Subclass') === 'bench::end') {
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const used = process.cpuUsage(cpu);
    const missed = Number(event.getHeader('Sent')) - count;
    console.log(`rate=${(count / seconds).toFixed(0)} bytes_per_s=0 cpu_s=${((used.user + used.system) / 1e6).toFixed(2)} ` +
      `rss_kib=${process.resourceUsage().maxRSS} missed=${missed}`);
    process.exit(0);
  }
  if (!(event.getHeader('Event-Name') || '').startsWith('CHANNEL_')) return;
  count += 1;
  seen += (event.getHeader('Unique-ID') || '').length + (event.getHeader('Channel-State') || '').length;
});
