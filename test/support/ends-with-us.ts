/** A server that a test process started ends with it, however that ends: kill -9 runs no handler. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'

/** Waits for the end of its input, which nobody but the test process holds open; then ends the server, and removes what it leaves. */
const WATCH = `cat >/dev/null
kill -s QUIT "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -s KILL "$1" 2>/dev/null
rm -rf -- "$2"`

/** The folder is removed too, but only where the process could not do it itself. */
export function endsWithUs(server: ChildProcess, folder: string): void {
  if (server.pid === undefined) return
  // In a session of its own, so that whoever kills the whole group of the tests does not kill it first.
  const watch = spawn('sh', ['-c', WATCH, 'watch', String(server.pid), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watch.unref()
  if (watch.stdin instanceof Socket) watch.stdin.unref()
  watch.stdin.on('error', () => {})
  server.once('exit', () => void watch.kill('SIGKILL'))
}
