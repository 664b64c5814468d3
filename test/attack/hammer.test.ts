/** The hammer for a short while on both deployments: everything adds up; and where one count is broken, it says so. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'mocha'
import type { Context } from 'mocha'
import { discrepancies } from '#bench/hammer/account.ts'
import type { Known } from '#bench/hammer/account.ts'
import { DEPLOYMENTS } from '#bench/hammer/deployment.ts'
import type { DeploymentName } from '#bench/hammer/deployment.ts'
import { linesOf } from '#bench/hammer/print.ts'
import { hammer } from '#bench/hammer/run.ts'
import type { Hammered } from '#bench/hammer/run.ts'
import type { StoreView } from '#bench/hammer/store-view.ts'
import { needsPostgres } from '#test/support/postgres-server.ts'
import { needsRedis } from '#test/support/redis-server.ts'
import { isFullRun } from '#test/support/samples.ts'

/** A small network for seconds; the whole one for two minutes in a full run. */
const SHORT = { seconds: 5, places: 2, paceMs: 500, faultEveryMs: 1_000 } as const
const LONG = { seconds: 120, places: 10, paceMs: 2_000, faultEveryMs: 5_000 } as const
const SEED = 20_261_121
const PATIENCE_MS = 20 * 60_000

type Whole = { readonly known: Known; readonly store: StoreView }

const withoutFirst = <T>(all: readonly T[]): readonly T[] => all.slice(1)

/** One thing broken at a time. */
const BREAKS: Readonly<
  Record<string, { readonly broken: (whole: Whole) => readonly [Known, StoreView]; readonly expected: RegExp }>
> = {
  'an acknowledged submission that is lost': {
    broken: ({ known, store }) => [known, { ...store, accepted: withoutFirst(store.accepted) }],
    expected: /acknowledged submission [0-9a-f-]{36} is lost/,
  },
  'an accepted submission that nobody has a receipt for': {
    broken: ({ known, store }) => [{ ...known, sent: known.sent.slice(1) }, store],
    expected: /nobody has a receipt for it/,
  },
  'a delivery that never came': {
    broken: ({ known, store }) => [
      { ...known, opened: new Map(withoutFirst(standing(known, store)).map((id) => [id, openedAs(known, id)])) },
      store,
    ],
    expected: /delivery [0-9a-f-]{36} never came/,
  },
  'a delivery that was opened and is not stored': {
    broken: ({ known, store }) => {
      const [gone] = known.opened.keys()
      return [known, { ...store, deliveries: store.deliveries.filter(({ id }) => id !== gone) }]
    },
    expected: /was opened and is not stored/,
  },
  'an acknowledgement that is lost': {
    broken: ({ known, store }) => [
      known,
      { ...store, deliveries: store.deliveries.map((row) => ({ ...row, acknowledgedAt: undefined })) },
    ],
    expected: /acknowledgement of delivery [0-9a-f-]{36} is lost/,
  },
  'an acknowledged delivery that comes again': {
    broken: ({ known, store }) => [
      known,
      {
        ...store,
        deliveries: store.deliveries.flatMap((row) => [row, { ...row, id: `${row.id}-again`, seq: row.seq + 1 }]),
      },
    ],
    expected: /repeats [0-9a-f-]{36}, which was acknowledged/,
  },
  'a delivery to somebody to whom it was not sent': {
    broken: ({ known, store }) => [
      known,
      { ...store, deliveries: store.deliveries.map((row) => ({ ...row, organisation: 'thief' })) },
    ],
    expected: /was delivered to thief, to whom it was not sent/,
  },
  'a delivery that the ledger forgets': {
    broken: ({ known, store }) => [known, { ...store, ledger: new Set<string>() }],
    expected: /showed items, and the ledger does not say so/,
  },
  'a log with a leaf too many': {
    broken: ({ known, store }) => [known, { ...store, leaves: store.leaves + 1 }],
    expected: /leaves of the log against rows of the audit/,
  },
  'an audit that counts otherwise': {
    broken: ({ known, store }) => [known, { ...store, acts: { ...store.acts, 'delivery-sealed': 0 } }],
    expected: /deliveries by the audit against those stored/,
  },
  'a job that is not over': {
    broken: ({ known, store }) => [known, { ...store, open: 1 }],
    expected: /jobs that are due and not over: 1, expected 0/,
  },
}

/** Deliveries that were opened and not withdrawn. */
const standing = ({ opened }: Known, { deliveries }: StoreView): readonly string[] =>
  deliveries.flatMap(({ id, state }) => (state !== 'withdrawn' && opened.has(id) ? [id] : []))

const openedAs = ({ opened }: Known, id: string): NonNullable<ReturnType<Known['opened']['get']>> =>
  opened.get(id) ?? assert.fail('not opened')

for (const deployment of DEPLOYMENTS)
  describe(`members at work on ${deployment} that are being killed`, () => {
    if (deployment === 'replicas') needsPostgres()
    let hammered: Hammered
    before(async function () {
      this.timeout(PATIENCE_MS)
      needsServers(this, deployment)
      hammered = await hammer({ deployment, seed: SEED, ...(isFullRun ? LONG : SHORT) })
      console.log(
        linesOf(hammered.report)
          .map((line) => `    ${line}`)
          .join('')
          .trimEnd(),
      )
    })

    it('lose nothing, repeat nothing, and all counts add up', () => {
      assert.deepEqual(hammered.report.discrepancies, [])
    })

    it('were killed, and sent, received and acknowledged all the same', () => {
      const { faultsMade, submissions, opened, acknowledged } = hammered.report
      assert.ok(Object.values(faultsMade).reduce((sum, made) => sum + made, 0) > 0, 'nothing was killed')
      assert.ok(submissions > 0 && opened > 0 && acknowledged > 0)
    })

    it('are told nothing where they lie or steal: every attempt is refused with a code', () => {
      const attempts = Object.entries(hammered.report.refused)
      for (const who of ['liar', 'thief'])
        assert.ok(
          attempts.some(([name]) => name.startsWith(`${who} `)),
          `the ${who} did nothing`,
        )
    })

    describe('the account', () => {
      for (const [what, { broken, expected }] of Object.entries(BREAKS))
        it(`notices ${what}`, () => {
          const { books, store } = hammered
          const [known, view] = broken({ known: books, store })
          assert.match(discrepancies(known, view).join('\n'), expected)
        })
    })
  })

function needsServers(context: Context, deployment: DeploymentName): void {
  if (deployment === 'replicas') needsRedis(context)
}
