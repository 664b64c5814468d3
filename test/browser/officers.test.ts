/** Two officers at their browsers: one narrows a cell and sees what that would do, the other signs it, and the next delivery obeys. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'mocha'
import type { Page } from 'playwright-core'
import { waitingReferrals } from '#cli/demo/waiting.ts'
import type { Projection } from '#gateway/core/projection.ts'
import { addAuthenticator, faultsOf, keepPicture } from '#test/support/browser.ts'
import { addPasskey, openHouse } from './people.ts'
import type { House } from './people.ts'

const REASON = 'Psychologists work with the summary, and ask where they need more.'

describe('two officers', function () {
  this.timeout(240_000)
  let house: House
  let author: Page
  let approver: Page
  let change = ''

  before(async function () {
    house = await openHouse(this)
    await house.stage.choose('pairs-social-worker', { depth: 'D4' }, 'organisation')
    await house.stage.choose('pairs-psychologist', { depth: 'D4', versions: 'all' })
    author = await house.enter('officer')
    approver = await house.enter('second')
    for (const page of [author, approver]) {
      await addAuthenticator(page)
      await addPasskey(page)
    }
  })
  after(() => house?.[Symbol.asyncDispose]())

  /** Levels of that section in what the psychologist reads of the n-th waiting referral. */
  async function levelsOf(turn: number, section: string): Promise<readonly string[]> {
    const body = waitingReferrals(house.stage.cases)[turn]
    assert.ok(body !== undefined)
    await house.stage.send('probation-counsellor', body)
    await house.stage.everyoneReads()
    const read = house.stage.opened.findLast(({ mandate }) => mandate.id === 'pairs-psychologist')
    const { items }: Projection = read?.projection ?? assert.fail('the psychologist got nothing')
    return [...new Set(items.filter((item) => item.section === section).map(({ level }) => level))]
  }

  it('see, before anything changes, what a psychologist gets', async () => {
    assert.deepEqual(await levelsOf(0, 'employment'), ['summary'])
  })

  it('edit one cell, said back as one sentence, into a draft that changes nothing yet', async () => {
    await author.goto('/policy')
    await keepPicture(author, 'matrix')
    await author.locator('a[href="/policy/cells/PP/employment"]').click()
    await author.getByRole('radio', { name: /^That it exists/ }).check()
    await author.getByLabel(/^Why/).fill(REASON)
    await author.getByRole('button', { name: 'Preview' }).click()
    await author.getByText(/What this says/).waitFor()
    await keepPicture(author, 'cell')
    await author.getByRole('button', { name: 'Put into the draft' }).click()
    await author.waitForURL(/\/changes\//)
    change = new URL(author.url()).pathname
    assert.match(await author.locator('main').innerText(), /Discloses less/)
  })

  it('look at its effect: with invented questions nothing would be disclosed more', async () => {
    await author.goto(`${change}/effect`)
    await author.getByRole('button', { name: 'Run with invented cases and questions' }).click()
    await author
      .getByText(/Would disclose more/i)
      .first()
      .waitFor({ timeout: 90_000 })
    // The page loads itself anew until it is done.
    await author.getByText(/^Running:/).waitFor({ state: 'detached', timeout: 90_000 })
    await keepPicture(author, 'effect')
    assert.match(await author.locator('main').innerText(), /Would disclose more\s*0\b/i)
  })

  it('sign: the first what is proposed, never what they proposed themselves', async () => {
    await author.goto(change)
    await author.getByRole('button', { name: 'Sign and submit' }).click()
    await author
      .getByText(/Waits for approval/)
      .first()
      .waitFor()
    await author.goto(`${change}/approve`)
    assert.equal(await author.getByRole('button', { name: 'Sign and approve' }).count(), 0)
  })

  it('sign: the second, after reading what was and what becomes', async () => {
    await approver.goto('/changes')
    await approver.locator(`a[href^="${change}"]`).first().click()
    await approver.goto(`${change}/approve`)
    const text = await approver.locator('main').innerText()
    assert.match(text, /DEMO Amel/)
    assert.ok(text.includes(REASON))
    await keepPicture(approver, 'approval')
    await approver.getByRole('button', { name: 'Sign and approve' }).click()
    await approver
      .getByText(/Approved/)
      .first()
      .waitFor()
  })

  it('start it, and the next delivery obeys', async () => {
    await author.goto(`${change}/start`)
    await author.getByRole('button', { name: 'Start now' }).click()
    await author
      .getByText(/Started/)
      .first()
      .waitFor()
    assert.deepEqual(await levelsOf(1, 'employment'), ['existence'])
    await author.goto('/versions')
    await keepPicture(author, 'versions')
    assert.match(await author.locator('main').innerText(), /1\.0\.1/)
  })

  it('undo it in one step, and the version before is in force again', async () => {
    await author.goto(`${change}/start`)
    await author.getByRole('button', { name: /^Undo/ }).click()
    await author.waitForURL(change)
    await author.goto('/versions')
    assert.match(await author.locator('main').innerText(), /Put back when a change was undone/)
  })

  it('meet no fault of script or content policy on the way', () =>
    assert.deepEqual([...faultsOf(author), ...faultsOf(approver)], []))
})
