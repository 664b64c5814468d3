/** A mandate of several sites finds its cases by the site that follows them; one of a single site, or of all, is not asked for it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import { PROBATION, aCaseId, ban, referral } from '#test/journey/stage.ts'
import { openInboxStage } from './inbox-stage.ts'
import type { InboxStage } from './inbox-stage.ts'

const OWN = ['paris-north', 'paris-south']

describe('the sites of an inbox', () => {
  let inbox: InboxStage
  const names: string[] = []
  before(async () => {
    inbox = await openInboxStage({
      registry: (registry) => ({
        ...registry,
        mandates: registry.mandates.map((one) => (one.id === 'pairs-social-worker' ? { ...one, sites: OWN } : one)),
      }),
    })
    for (const site of OWN) {
      await inbox.stage.send(PROBATION, referral(aCaseId(), [ban()], { facts: { minor: false, site } }))
      const [name = ''] = referencesIn((await inbox.reader.get('/inbox')).text).filter((one) => !names.includes(one))
      names.push(name)
    }
  })
  after(() => inbox[Symbol.asyncDispose]())

  const referencesIn = (text: string): readonly string[] => {
    const [, body = ''] = text.split('<tbody')
    return [...body.matchAll(/href="(\/inbox\/[0-9a-f-]{36})"/g)].map(([, href = '']) => href)
  }
  const found = async (query: string): Promise<readonly string[]> =>
    referencesIn((await inbox.reader.get(`/inbox?${query}`)).text)

  it('are what its list is narrowed by', async () => {
    const [north, south] = names
    assert.match((await inbox.reader.get('/inbox')).text, /<select[^>]* name="site"/)
    assert.deepEqual(await found('site=paris-north'), [north])
    assert.deepEqual(await found('site=paris-south'), [south])
    assert.match(
      (await inbox.reader.get('/inbox?site=paris-south&kind=IncidentAlert')).text,
      /Nothing on this page fits what you asked for/,
    )
  })

  it('are no others than its own: another leaves the list as it is', async () => {
    assert.deepEqual((await found('site=lyon')).toSorted(), names.toSorted())
  })

  it('are not asked for where there is one, or all', async () => {
    const elsewhere = await openInboxStage()
    assert.doesNotMatch((await elsewhere.reader.get('/inbox')).text, /name="site"/)
    await elsewhere[Symbol.asyncDispose]()
  })
})
