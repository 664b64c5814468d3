/** Where the shared fixtures lie, and what to do when they are absent: say so aloud locally, fail under CI. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { before } from 'mocha'
import type { Context } from 'mocha'

const root = resolve(import.meta.dirname, '../..')

/** The folder of fixtures: PASSERELLE_FIXTURES, or `../shared/fixtures` beside the repository. */
export const fixturesDir = (): string => process.env['PASSERELLE_FIXTURES'] ?? resolve(root, '../shared/fixtures')

export const hasFixtures = (): boolean => existsSync(join(fixturesDir(), 'README.md'))

/** Text of one fixture, by its path below the folder. */
export const fixtureText = (path: string): string => readFileSync(join(fixturesDir(), path), 'utf8')

/** A fixture read as JSON; unknown until the test reads it into a type. */
export const fixtureJson = (path: string): unknown => JSON.parse(fixtureText(path))

/** Put first in a `describe` that needs fixtures: skips all of it where they are absent, which the runner counts aloud. */
export const needsFixtures = (): void => {
  before(function () {
    needsFixturesHere(this)
  })
}

/** First line of the one test of a `describe` that needs them. */
export const needsFixturesHere = (context: Context): void => {
  if (!hasFixtures()) context.skip()
}
