/** A witness in a process of its own, for tests that kill it: `node witness-process.ts STATE KEY LOGKEY REQUEST`. Says `kept` and `signed`. */
import { readFileSync, writeSync } from 'node:fs'
import { openNoteKey, verifyEd25519 } from '#adapters/keys/note-key.ts'
import { witnessOnce } from '#adapters/agency-kit/witness.ts'
import { openWitnessState } from '#adapters/agency-kit/witness-state.ts'
import { readNoteKey } from '#gateway/core/log/note.ts'

const [statePath = '', keyPath = '', logKey = '', requestPath = '', dies = ''] = process.argv.slice(2)
const log = readNoteKey(logKey)
if (log === undefined) throw new Error('no key of the log')
const signer = await openNoteKey(keyPath)
const state = openWitnessState(statePath, log, verifyEd25519)
const say = (word: string): void => void writeSync(1, `${word}\n`)

const witnessed = await witnessOnce({
  call: async ({ method, body = '' }) => {
    if (method === 'POST') say(`signed ${body.length}`)
    return { status: 200, headers: {}, text: method === 'GET' ? readFileSync(requestPath, 'utf8') : '' }
  },
  signer: {
    key: signer.key,
    sign: (message) => {
      say('kept')
      // Between keeping and signing, as by a power cut.
      if (dies === 'before-signing') process.kill(process.pid, 'SIGKILL')
      return signer.sign(message)
    },
  },
  log,
  state,
  verify: verifyEd25519,
  clock: Date.now,
})
say(witnessed.kind === 'refused' ? `refused ${witnessed.problem}` : witnessed.kind)
