/** Rows of an import: what the gateway asks for is heeded, what passes is tried again, and no two of one case are under way. */
import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'mocha'
import fc from 'fast-check'
import { openImportJournal } from '#adapters/agency-kit/import-journal.ts'
import { createPace } from '#adapters/agency-kit/import-pace.ts'
import { importRows } from '#adapters/agency-kit/import-rows.ts'
import type { ImportOptions, ImportRow } from '#adapters/agency-kit/import-rows.ts'
import { NotBelieved } from '#adapters/agency-kit/member-sends.ts'
import { quotaLeft, retryAfterSeconds } from '#adapters/agency-kit/quota-headers.ts'
import { Refused } from '#adapters/agency-kit/refused.ts'

const START = 1_800_000_000_000
const OF = { digest: 'd'.repeat(64), as: 'prison-paris' }

const refused = (status: number, code: string, headers: Record<string, string> = {}): Refused =>
  new Refused({ status, headers, text: JSON.stringify({ title: 'refused', code }) })

const rowsOf = async function* (cases: readonly string[]): AsyncGenerator<ImportRow> {
  for (const [index, caseId] of cases.entries())
    yield { kind: 'case', number: index + 1, caseId, payload: { caseId, of: index } }
}

describe('importing rows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'passerelle-import-'))
  let files = 0
  after(() => rmSync(folder, { recursive: true, force: true }))
  const newJournal = (): string => join(folder, `${(files += 1)}.journal`)

  /** A world whose time passes only where somebody sleeps. */
  const world = async (
    cases: readonly string[],
    send: (
      payload: Readonly<Record<string, unknown>>,
      now: () => number,
    ) => Promise<{ readonly id: string; readonly receipt: string }>,
    changes: Partial<ImportOptions> & { readonly path?: string; readonly perSecond?: number } = {},
  ): Promise<{ readonly now: number; readonly journal: string }> => {
    let now = START
    const clock = (): number => now
    const sleep = async (ms: number): Promise<void> => {
      now += Math.max(0, ms)
    }
    const { path = newJournal(), perSecond, ...options } = changes
    await using journal = await openImportJournal(path, OF)
    await importRows({
      rows: rowsOf(cases),
      journal,
      send: (payload) => send(payload, clock),
      pace: createPace({ clock, sleep, perSecond, reserve: 2 }),
      clock,
      concurrency: 1,
      patienceMs: 600_000,
      onEnded: () => {},
      ...options,
    })
    return { now, journal: readFileSync(path, 'utf8') }
  }

  it('waits as long as Retry-After says', async () => {
    let tries = 0
    const { now } = await world(['A'], async () => {
      tries += 1
      if (tries === 1) throw refused(429, 'too-many-requests', { 'retry-after': '37' })
      return { id: 'one', receipt: '' }
    })
    assert.deepEqual([tries, now - START], [2, 37_000])
  })

  it('leaves the last requests of a window to others', async () => {
    const at: number[] = []
    await world(['A', 'B', 'C'], async (_, now) => {
      at.push(now() - START)
      return { id: 'one', receipt: '', quota: { requests: at.length === 2 ? 2 : 50, seconds: 41 } }
    })
    assert.deepEqual(at, [0, 0, 41_000])
  })

  it('sends no more in a second than was asked', async () => {
    const { now } = await world(
      Array.from({ length: 21 }, (_, index) => `C${index}`),
      async () => ({ id: 'one', receipt: '' }),
      {
        perSecond: 10,
      },
    )
    assert.equal(now - START, 2000)
  })

  it('sends what was not answered again under the same id and date, and dates anew only what was refused as old', async () => {
    const sent: unknown[] = []
    const answers = [new Error('cut off'), refused(503, 'store-unavailable'), refused(422, 'submission-stale')]
    await world(['A'], async ({ jti, iat }) => {
      sent.push(`${String(jti)} ${String(iat)}`)
      const answer = answers.shift()
      if (answer !== undefined) throw answer
      return { id: 'one', receipt: '' }
    })
    assert.equal(sent.length, 4)
    assert.deepEqual([sent[0] === sent[1], sent[1] === sent[2], sent[2] === sent[3]], [true, true, false])
    assert.equal(String(sent[2]).split(' ')[0], String(sent[3]).split(' ')[0])
  })

  it('ends a row that is refused, with its code alone', async () => {
    const { journal } = await world(['A', 'B'], async ({ caseId }) => {
      if (caseId === 'A') throw refused(422, 'basis-invalid')
      if (caseId === 'B') throw refused(409, 'submission-repeated')
      throw new Error('there is no other')
    })
    assert.deepEqual(
      journal.split('\n').filter((line) => /refused|before/.test(line)),
      ['{"row":1,"refused":"basis-invalid"}', '{"row":2,"before":true}'],
    )
  })

  it('gives up with what kept it, once patience is over', async () => {
    const away = async (): Promise<never> => {
      throw new Error('nobody answers')
    }
    await assert.rejects(world(['A'], away), /nobody answers/)
  })

  it('ends at once where an answer is not believed, for a person to look at', async () => {
    let tries = 0
    const lying = async (): Promise<never> => {
      tries += 1
      throw new NotBelieved('receipt signature-invalid')
    }
    await assert.rejects(world(['A', 'B'], lying), NotBelieved)
    assert.equal(tries, 1)
  })

  it('goes on under the id that is on disk, after a line that was cut off', async () => {
    const path = newJournal()
    const sent: unknown[] = []
    const cut = world(['A'], async () => Promise.reject(new Error('cut off')), { path, patienceMs: -1 })
    await assert.rejects(cut, /cut off/)
    const begun: unknown = JSON.parse(readFileSync(path, 'utf8').split('\n')[1] ?? '')
    appendFileSync(path, '{"row":1,"tak')
    await world(
      ['A'],
      async ({ jti, iat }) => {
        sent.push({ row: 1, jti, iat })
        return { id: 'one', receipt: '' }
      },
      { path },
    )
    assert.deepEqual(sent, [begun])
  })

  it('has one row of a case under way at most, in the order of the file, however many are at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('A', 'B', 'C'), { minLength: 4, maxLength: 12 }),
        fc.integer({ min: 2, max: 8 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
        async (cases, concurrency, delays) => {
          const underWay = new Set<unknown>()
          let together = 0
          const order = new Map<unknown, unknown[]>()
          const { journal } = await world(
            cases,
            async ({ caseId, of }) => {
              // Thrown here, it would be tried again like any other fault.
              if (underWay.has(caseId)) together += 1
              underWay.add(caseId)
              order.set(caseId, [...(order.get(caseId) ?? []), of])
              // Longer than it takes to note a row on disk: otherwise no two ever meet.
              await new Promise((done) => setTimeout(done, 10 * Number(delays.next().value ?? 0)))
              underWay.delete(caseId)
              return { id: `${String(of)}`, receipt: '' }
            },
            { concurrency },
          )
          assert.equal(together, 0)
          for (const rows of order.values())
            assert.deepEqual(
              rows,
              rows.toSorted((one, other) => Number(one) - Number(other)),
            )
          assert.equal([...journal.matchAll(/"taken"/g)].length, cases.length)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('reads what the gateway says of quotas, and nothing else', () => {
    assert.deepEqual(quotaLeft({ headers: { ratelimit: '"requests"; r=5991; t=58' } }), { requests: 5991, seconds: 58 })
    assert.equal(quotaLeft({ headers: { ratelimit: 'soon' } }), undefined)
    assert.equal(retryAfterSeconds({ headers: { 'retry-after': 'Sat, 21 Nov 2026 15:00:00 GMT' } }), undefined)
  })
})
