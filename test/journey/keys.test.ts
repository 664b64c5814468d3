/** Keys at the demo: each press is read once, also after the first, and Ctrl-C is the way out. */
import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'mocha'
import { keyPressed } from '#cli/demo/keys.ts'

describe('keyPressed', () => {
  it('waits for a key that means something', async () => {
    const keyboard = new PassThrough()
    const pressed = keyPressed(['r', 'q'], keyboard)
    keyboard.write('x\n')
    keyboard.write('r\n')
    assert.equal(await pressed, 'r')
  })

  it('reads another key after the first', async () => {
    const keyboard = new PassThrough()
    const first = keyPressed(['r', 'q'], keyboard)
    keyboard.write('r')
    await first
    const second = keyPressed(['r', 'q'], keyboard)
    keyboard.write('q')
    assert.equal(await second, 'q')
  })

  it('takes Ctrl-C of a terminal in raw mode as the last key, and gives the terminal back', async () => {
    const modes: boolean[] = []
    const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (mode: boolean) => modes.push(mode) })
    const pressed = keyPressed(['r', 'q'], keyboard)
    keyboard.write('\u0003')
    assert.equal(await pressed, 'q')
    assert.deepEqual(modes, [true, false])
  })

  it('goes on waiting where the input ends', async () => {
    const keyboard = new PassThrough()
    const pressed = keyPressed(['r', 'q'], keyboard)
    keyboard.end()
    const first = await Promise.race([pressed, new Promise((later) => setTimeout(() => later('still waiting'), 50))])
    assert.equal(first, 'still waiting')
    process.emit('SIGTERM')
    assert.equal(await pressed, 'q')
  })
})
