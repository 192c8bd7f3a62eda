// What the programs beside this file share: where the switch is, and an end to all waiting.
// Their calls have a `park_timeout`: one that fails leaves none behind for longer.

/** The switch to talk to, as `cargo xtask interop` names it. */
export const host = process.env.INTEROP_HOST ?? '127.0.0.1'
export const port = Number(process.env.INTEROP_PORT ?? 8021)
export const password = process.env.INTEROP_PASSWORD ?? 'ClueCon'

/** Runs `main`; says what it is that failed, and exits with 1 then. Nothing the client left open keeps it alive. */
export function program (main) {
  const fail = (error) => {
    console.error(error)
    process.exit(1)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  main().then(() => process.exit(0), fail)
}

/** What `promise` gives, or an error that says what was waited for. */
export async function within (what, promise, millis = 10_000) {
  let timer
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => { reject(new Error(`not within ${millis} ms: ${what}`)) }, millis)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What a function that calls back with one value calls back with. */
export function called (what, start) {
  return within(what, new Promise(resolve => { start(resolve) }))
}
