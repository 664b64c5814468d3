/** `send --hold`, `release` and a lost copy book, over a gateway that serves. */
import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'mocha'
import { z } from 'zod'
import type { Member } from '#adapters/agency-kit/member.ts'
import { EXAMPLE_PATHS } from '#cli/certs.ts'
import { readHandling } from '#cli/release.ts'
import { sha256Hex } from '#gateway/core/canonical-json.ts'
import { toItemId } from '#gateway/core/ids.ts'
import type { ItemText } from '#gateway/core/item.ts'
import { openServing } from '#test/support/serving.ts'
import type { Serving } from '#test/support/serving.ts'
import { anItemText } from '#test/support/messages.ts'

const sentSchema = z.looseObject({ id: z.uuid(), receipt: z.string() })

describe('what is held back, on the command line', function () {
  this.timeout(60_000)
  let serving: Serving
  let prison: Member
  let court: Member
  before(async () => {
    serving = await openServing()
    await serving.start()
    prison = await serving.member('prison-paris')
    court = await serving.member('court-paris', 'sentence-judge')
    const path = '/v1/choices/default'
    const { headers } = await court.call({ method: 'GET', path })
    const wants = { 'if-match': String(headers.etag) }
    await court.call({ method: 'PUT', path, body: JSON.stringify({ depth: 'D4' }), headers: wants })
  })
  after(async () => {
    court[Symbol.dispose]()
    prison[Symbol.dispose]()
    await serving[Symbol.asyncDispose]()
  })

  const name = anItemText({ section: 'identity', term: 'full-name', value: 'Alix DEMO-MARTIN' })
  const work = (): ItemText => anItemText({ section: 'employment', term: 'employment-status', value: 'smith' })
  const as = (who: string): readonly string[] => ['--home', serving.folder, '--url', serving.url, '--as', who]
  const file = async (called: string, value: unknown): Promise<string> => {
    const path = join(serving.folder, called)
    await writeFile(path, JSON.stringify(value))
    return path
  }
  const message = (caseId: string, items: readonly ItemText[]): object => ({
    kind: 'CaseHandover',
    caseId,
    purpose: 'sentence-execution',
    legalBasisId: 'fr.cpen.r113-49',
    to: ['court-paris'],
    items,
  })
  const send = async (body: object, handling: unknown): Promise<z.output<typeof sentSchema>> => {
    const flags = ['--hold', await file('handling.json', handling), ...as('prison-paris'), '--json']
    const { code, text } = await serving.run('send', await file('message.json', body), ...flags)
    assert.equal(code, 0, text)
    return sentSchema.parse(JSON.parse(text.slice(text.indexOf('{\n'), text.lastIndexOf('}') + 1)))
  }
  let read = 0
  /** The values in the next delivery to the judge. */
  const next = async (): Promise<readonly unknown[]> => {
    for (;;) {
      await prison.witness()
      await court.witness()
      const waiting = (await court.list()).slice(read)
      const [first] = waiting
      if (first !== undefined) {
        read += 1
        const { items } = await court.open(first.id)
        await court.acknowledge(first.id)
        return items.map(({ value }) => value)
      }
      await new Promise((done) => setTimeout(done, 50))
    }
  }

  it('stays with its sender until it is released, and is nobody else’s to release', async () => {
    const secret = work()
    const { id } = await send(message('DEMO-HOLD-1', [name, secret]), { items: { [secret.itemId ?? '']: 'item' } })
    assert.deepEqual(await next(), ['Alix DEMO-MARTIN'])
    const stranger = await serving.run('release', id, ...as('court-paris'))
    assert.deepEqual([stranger.code, /404 not-found/.test(stranger.text)], [1, true], stranger.text)
    await assert.rejects(prison.release(id, new Set([name.itemId ?? ''])), /nothing is held back of those items/)
    const released = await serving.run('release', id, ...as('prison-paris'))
    assert.deepEqual(
      [released.code, /released as [0-9a-f-]{36}\nreceipt /.test(released.text)],
      [0, true],
      released.text,
    )
    assert.deepEqual(await next(), ['Alix DEMO-MARTIN', 'smith'])
    await assert.rejects(prison.release(id, 'all'), /nothing is held back/)
  })

  it('is named by section too, and a handling file that names nothing there is refused before anything is sent', async () => {
    const secret = work()
    const { id } = await send(message('DEMO-HOLD-2', [name, secret]), { sections: { employment: 'item' } })
    await next()
    await prison.release(id, new Set([secret.itemId ?? '']))
    assert.deepEqual(await next(), ['Alix DEMO-MARTIN', 'smith'])
    const itemId = toItemId(secret.itemId ?? '')
    assert.ok(itemId !== undefined)
    for (const [handling, says] of [
      [{ sections: { health: 'item' } }, /nothing there is called health/],
      [{ sections: { employment: 'all' } }, /not a handling file/],
    ] as const) {
      const read = readHandling(await file('wrong.json', handling), [{ itemId, section: 'employment' }])
      await assert.rejects(read, says)
    }
  })

  it('goes on by itself after its books were lost, and is believed by whoever read it before', async () => {
    await prison.send(whole(serving, message('DEMO-HOLD-4', [name])))
    assert.deepEqual(await next(), ['Alix DEMO-MARTIN'])
    await rm(join(serving.folder, 'organisations/prison-paris/copies'), { recursive: true })
    using anew = await serving.member('prison-paris')
    await anew.send(whole(serving, message('DEMO-HOLD-4', [work()])))
    assert.deepEqual(await next(), ['smith'])
    await anew.send(whole(serving, message('DEMO-HOLD-4', [name])))
    assert.deepEqual(await next(), ['Alix DEMO-MARTIN'])
  })

  it('does not follow a gateway that has forgotten what it took', async () => {
    await prison.send(whole(serving, message('DEMO-HOLD-5', [name])))
    await next()
    const copies = join(serving.folder, 'organisations/prison-paris/copies')
    const digest = sha256Hex('DEMO-HOLD-5')
    await writeFile(
      join(copies, `${digest}.json`),
      JSON.stringify({ sent: { versions: { JU: 1e9 }, digest: 'f'.repeat(64) } }),
    )
    await assert.rejects(prison.send(whole(serving, message('DEMO-HOLD-5', [work()]))), /case-stale/)
  })

  it('is not found once the case was erased', async () => {
    const secret = work()
    const { id } = await send(message('DEMO-HOLD-6', [name, secret]), { sections: { employment: 'item' } })
    await next()
    await serving.kill()
    const flags = ['--network', serving.folder, '--database', serving.database]
    const kek = ['--kek', join(serving.folder, EXAMPLE_PATHS.kek)]
    const erased = await serving.run('vault', 'erase', 'DEMO-HOLD-6', ...flags, ...kek)
    assert.equal(erased.code, 0, erased.text)
    await serving.start()
    await assert.rejects(prison.release(id, 'all'), /404 not-found/)
  })
})

function whole({ audience }: Serving, body: object): object {
  const iss = `spiffe://${new URL(audience).host}/org/prison-paris`
  const iat = Math.floor(Date.now() / 1000)
  return { sch: 'passerelle/1', iss, aud: audience, iat, jti: crypto.randomUUID(), ...body }
}
