/** What a gateway refuses of the copies it gets: contradictions, copies that differ or can be linked, and cases that were overtaken. */
import assert from 'node:assert/strict'
import { describe, it } from 'mocha'
import {
  MAX_STEP,
  caseHandleOf,
  digestOfCopies,
  follow,
  keepHighest,
  nextVersion,
} from '#gateway/core/case-copy/case-handle.ts'
import { copiesOf } from '#gateway/core/case-copy/copies.ts'
import { readCopySet } from '#gateway/core/case-copy/copy-set.ts'
import { messageOf } from '#gateway/core/case-copy/read-copy.ts'
import { CASE_PATTERN } from '#gateway/core/ids.ts'
import { reveal } from '#gateway/core/sd-jwt/reveal.ts'
import type { Revealed } from '#gateway/core/sd-jwt/reveal.ts'
import { aCopiedMessage } from '#test/support/arbitrary-messages.ts'
import { PRESENTER, copiesFor, copyFor, gained, oneCopy, revealed, verdictOf } from '#test/support/case-copies.ts'
import { digestOf, saltsFrom } from '#test/support/sd-jwt.ts'

const aMessage = (
  changes: object = {},
  body: object = { kind: 'EndOfCustodyNote' },
): ReturnType<typeof aCopiedMessage> =>
  aCopiedMessage({
    ...body,
    items: [
      {
        itemId: '00000000-0000-4000-8000-000000000001',
        section: 'identity',
        term: 'birth-date',
        value: '1987-03-14',
        nature: 'fact',
        subjectCategory: 'convicted',
        author: { role: 'registrar', service: 'prison-paris' },
        observedAt: '2026-11-01',
        recordedAt: '2026-11-02',
        ...changes,
      },
    ],
  })

/** A copy that its sender made with other software: each disclosure said otherwise, and signed so. */
function forged(
  message: ReturnType<typeof aCopiedMessage>,
  change: (content: unknown[]) => unknown,
  added: readonly string[] = [],
): Revealed {
  const { payload, disclosures } = oneCopy(message)
  let text = payload
  const made: string[] = []
  const renamed = new Map<string, string>()
  for (const disclosure of disclosures) {
    let json = Buffer.from(disclosure, 'base64url').toString()
    for (const [from, to] of renamed) json = json.replace(from, to)
    const changed = change(JSON.parse(json) as unknown[])
    if (changed === undefined) continue
    const encoded = Buffer.from(JSON.stringify(changed)).toString('base64url')
    renamed.set(digestOf(disclosure), digestOf(encoded))
    text = text.replace(digestOf(disclosure), digestOf(encoded))
    made.push(encoded)
  }
  return gained(reveal(JSON.parse(text), [...made, ...added]))
}

const named =
  (name: string, to: (value: unknown) => unknown) =>
  (content: unknown[]): unknown => {
    if (content.length !== 3 || content[1] !== name) return content
    const value = to(content[2])
    return value === undefined ? undefined : [content[0], name, value]
  }
const merged =
  (members: object) =>
  (value: unknown): unknown => ({ ...(value as object), ...members })

describe('a copy that contradicts itself', () => {
  it('is read as it was written, where nothing was changed', () => {
    assert.deepEqual(gained(messageOf(forged(aMessage(), (content) => content))), aMessage())
  })

  it('H049 is refused where a coarser rung is not what the ladder makes of the finer one', () => {
    const wrong = [
      ['g3', () => '2000s'],
      ['g1', () => '1987-04'],
      ['g2', () => undefined],
      ['month', merged({ observedAt: '2026-10' })],
      ['month', () => undefined],
      ['labels', merged({ given: [] })],
      ['labels', merged({ unheardOf: 1 })],
      ['name', merged({ unheardOf: 1 })],
      ['g0', () => '1988-03-14'],
    ] as const
    for (const [name, change] of wrong)
      assert.match(
        verdictOf(messageOf(forged(aMessage(), named(name, change)))),
        /^ladder-contradicted \/items\/0 /,
        name,
      )
  })

  it('H049 is refused where a year or a supplied rung is another than the exact one says', () => {
    const year = (content: unknown[]): unknown =>
      content.length === 2 ? [content[0], { ...(content[1] as object), observedAt: '2025' }] : content
    assert.equal(verdictOf(messageOf(forged(aMessage(), year))), 'ladder-contradicted /items/0 element')
    const contradicting = aMessage({ rungs: { g3: '2000s' } })
    const copy = oneCopy(contradicting)
    // As it was written, so that the door says what is wrong with the message.
    assert.deepEqual(gained(messageOf(revealed(copy, copy.disclosures))), contradicting)
  })

  it('is refused where parts beside the items are not those of the message', () => {
    const wrong = [
      ['about', merged({ purpose: 'safety', note: 1 })],
      ['broker', merged({ prev: 1 })],
      ['broker', merged({ iat: 1_795_000_100 })],
      ['broker', merged({ hasItems: 'yes' })],
      ['labels', merged({ index: 'first' })],
      ['broker', () => undefined],
    ] as const
    for (const [name, change] of wrong)
      assert.match(verdictOf(messageOf(forged(aMessage(), named(name, change)))), /^message-malformed/, name)
    const meeting = aMessage({}, { kind: 'MonthlyMeetingRecord', meetingOn: '2026-11-12', attendees: [] })
    assert.match(
      verdictOf(
        messageOf(
          forged(
            meeting,
            named('valued', () => ({ meetingOn: '2026-10' })),
          ),
        ),
      ),
      /^message-malformed/,
    )
    const correction = aMessage(
      { supersedes: '00000000-0000-4000-8000-000000000002' },
      { kind: 'Correction', reason: 'inaccurate' },
    )
    const other = (content: unknown[]): unknown =>
      content.length === 2 && typeof content[1] === 'string'
        ? [content[0], '00000000-0000-4000-8000-000000000003']
        : content
    assert.equal(verdictOf(messageOf(forged(correction, other))), 'message-malformed /corrected parts')
  })

  it('H061 is refused where something stands open, is signed beside its parts, or has less room than it must', () => {
    const { payload, disclosures } = oneCopy(aMessage())
    const said = (text: string, more: readonly string[] = disclosures): string =>
      verdictOf(messageOf(revealed({ payload: text }, more)))
    const decoy = decoyOf(payload, disclosures)
    assert.equal(said(payload), 'ok')
    assert.deepEqual(
      [
        said(payload.replace('{', '{"sub":"Ada Exemple",')),
        said(payload.replace('{', '{"attested":"broker",')),
        said(payload.replace(`"${decoy}",`, '')),
        said(payload.replace(`"${decoy}"`, `"${decoy}","${decoy}x"`)),
      ],
      Array.from({ length: 4 }, () => 'message-malformed  measures'),
    )
    const about = disclosures.find((one) => Buffer.from(one, 'base64url').toString().includes('"about"'))
    const [, , value] = JSON.parse(Buffer.from(about ?? '', 'base64url').toString()) as readonly unknown[]
    const open = payload.replace('{', `{"about":${JSON.stringify(value)},`)
    assert.equal(
      said(
        open,
        disclosures.filter((one) => one !== about),
      ),
      'message-malformed  measures',
    )
  })

  it('H061 is refused where an item hides a part that nobody knows, in the place of a decoy', () => {
    const real = new Set(oneCopy(aMessage()).disclosures.map(digestOf))
    const unheardOf = Buffer.from(JSON.stringify(['A'.repeat(22), 'unheardOf', 1])).toString('base64url')
    const inItem = (content: unknown[]): unknown => {
      const [salt, element] = content
      if (content.length !== 2 || typeof element !== 'object' || element === null || !('_sd' in element)) return content
      const digests = element['_sd'] as readonly string[]
      const decoy = digests.findIndex((digest) => !real.has(digest))
      return [salt, { ...element, _sd: digests.with(decoy, digestOf(unheardOf)).toSorted() }]
    }
    assert.equal(verdictOf(messageOf(forged(aMessage(), inItem, [unheardOf]))), 'ladder-contradicted /items/0 unknown')
  })

  it('H044 is not even made where a value has a member that only the format may have', () => {
    const message = aMessage({ section: 'native-record', term: 'anything', value: { a: [{ _sd: ['x'] }] } })
    const made = copiesOf({ message, copies: [copyFor('PS')], presenter: PRESENTER })
    assert.equal(verdictOf(made), 'message-malformed /items/0/value reserved-name')
  })
})

/** A digest of the payload that no disclosure has. */
function decoyOf(payload: string, disclosures: readonly string[]): string {
  const real = new Set(disclosures.map(digestOf))
  const decoy = payload
    .match(/(?<=")[A-Za-z0-9_-]{43}(?=")/g)
    ?.find((digest) => !real.has(digest) && !/^[xy]+$/.test(digest))
  assert.ok(decoy)
  return decoy
}

describe('copies of one submission', () => {
  const opened = (classes: readonly string[]): readonly Revealed[] =>
    copiesFor(aMessage(), classes).map((copy) => revealed(copy, copy.disclosures))

  it('reveal one message, whose digest is the same whenever it is copied again', () => {
    const once = gained(readCopySet(opened(['PS', 'SP'])))
    const again = gained(readCopySet(opened(['SP'])))
    assert.equal(once.messageDigest, again.messageDigest)
  })

  it('are refused where they reveal two messages', () => {
    const [one] = opened(['PS'])
    const other = oneCopy(aMessage({ value: '1987-03-15' }), { copies: [copyFor('SP')] })
    assert.ok(one)
    assert.equal(verdictOf(readCopySet([one, revealed(other, other.disclosures)])), 'copies-differ /copies message')
  })

  it('H078 are refused where they share a class, an id, a handle, a salt or a digest', () => {
    const [one, two] = [copyFor('PS'), copyFor('SP')]
    const verdict = (changes: object): string => {
      const made = copiesOf({ message: aMessage(), copies: [one, { ...two, ...changes }], presenter: PRESENTER })
      return verdictOf(readCopySet(gained(made).map((copy) => revealed(copy, copy.disclosures))))
    }
    assert.equal(verdict({}), 'ok')
    assert.equal(verdict({ audienceClass: 'PS' }), 'copies-differ /copies audienceClass')
    assert.equal(verdict({ jti: one.jti }), 'copies-differ /copies jti')
    assert.equal(verdict({ caseHandle: one.caseHandle }), 'copies-differ /copies caseHandle')
    const same = ['PS', 'SP'].map((name) => ({ ...copyFor(name), salt: saltsFrom('same') }))
    const both = gained(copiesOf({ message: aMessage(), copies: same, presenter: PRESENTER })).map((copy) =>
      revealed(copy, copy.disclosures),
    )
    assert.equal(verdictOf(readCopySet(both)), 'copies-differ /copies salt')
    assert.equal(verdictOf(readCopySet([])), 'copies-differ /copies count')
    // Decoys too: a digest in common links two copies, whether it stands for something or not.
    const [ps, sp] = copiesFor(aMessage(), ['PS', 'SP'])
    assert.ok(ps && sp)
    const [theirs, ours] = [ps, sp].map(({ payload, disclosures }) => decoyOf(payload, disclosures))
    const linked = revealed({ payload: sp.payload.replace(ours ?? '', theirs ?? '') }, sp.disclosures)
    assert.equal(verdictOf(readCopySet([revealed(ps, ps.disclosures), linked])), 'copies-differ /copies digest')
  })

  it('H076 give a case another handle for each class, which nobody derives without the secret', () => {
    const handles = ['PS', 'SP'].map((name) => caseHandleOf('secret', 'DEMO-2026-01', name))
    assert.equal(new Set([...handles, caseHandleOf('other', 'DEMO-2026-01', 'PS')]).size, 3)
    assert.equal(caseHandleOf('secret', 'DEMO-2026-01', 'PS'), handles[0])
    assert.ok(handles.every((handle) => CASE_PATTERN.test(handle) && handle.length === 32))
  })
})

describe('the version of a case', () => {
  const seen = { versions: { PS: 10, SP: 7 }, digest: 'd' }

  it('H048 follows on the last one by being higher for each class and naming it', () => {
    const following = gained(follow(seen, { versions: { PS: 11, XX: 1 }, digest: 'e', prev: 'd' }))
    assert.deepEqual(following, { versions: { PS: 11, SP: 7, XX: 1 }, digest: 'e' })
    assert.equal(follow(undefined, { versions: { PS: 1 }, digest: 'e', prev: undefined }).ok, true)
    const stale = [
      follow(seen, { versions: { PS: 10 }, digest: 'e', prev: 'd' }),
      follow(seen, { versions: { PS: 11, SP: 6 }, digest: 'e', prev: 'd' }),
      follow(seen, { versions: { PS: 11 }, digest: 'e', prev: 'c' }),
      follow(seen, { versions: { PS: 11 }, digest: 'e', prev: undefined }),
      follow(undefined, { versions: { PS: 11 }, digest: 'e', prev: 'd' }),
    ].map(verdictOf)
    assert.deepEqual(stale, [
      'case-stale /ver not-higher',
      'case-stale /ver not-higher',
      'case-stale /prev not-the-last',
      'case-stale /prev not-the-last',
      'case-stale /prev not-the-last',
    ])
  })

  it('H048 an earlier version is shown to a recipient openly as such, or refused', () => {
    assert.deepEqual(keepHighest(undefined, 5, false), { ok: true, value: 5 })
    assert.deepEqual(keepHighest(5, 5, false), { ok: true, value: 5 })
    assert.deepEqual(keepHighest(5, 4, true), { ok: true, value: 5 })
    assert.equal(verdictOf(keepHighest(5, 4, false)), 'case-stale /ver earlier-than-seen')
  })

  it('rises by a step of 1 to 65536, and no other', () => {
    assert.deepEqual([nextVersion(undefined, 1), nextVersion(9, MAX_STEP)], [1, 65_545])
    for (const step of [0, 65_537, 1.5, -1]) assert.throws(() => nextVersion(1, step), RangeError)
    assert.equal(digestOfCopies(['a', 'b']), digestOfCopies(['b', 'a']))
    assert.notEqual(digestOfCopies(['a', 'b']), digestOfCopies(['a']))
  })
})
