/** The officers of a network that serves: a list proposed, signed by two and published, all on the command line; and a member's message. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { TRUST_PATHS } from '#cli/trust-files.ts'
import type { Serving } from '#test/support/serving.ts'

const SIGNING = ['demo-officer-ana', 'demo-officer-ben'] as const

/** Publishes the next list with what those words of `trust propose` change. Throws where a step is refused. */
export async function publishNext(
  serving: Pick<Serving, 'folder' | 'run'>,
  ...changes: readonly string[]
): Promise<void> {
  const next = join(serving.folder, 'next.json')
  const network = ['--network', serving.folder]
  const step = async (...words: readonly string[]): Promise<void> => {
    const { code, text } = await serving.run('trust', ...words, ...network)
    if (code !== 0) throw new Error(text)
  }
  await step('propose', '--out', next, ...changes)
  for (const officer of SIGNING) {
    const folder = join(serving.folder, TRUST_PATHS.officer(officer))
    await step('sign', next, '--key', join(folder, readdirSync(folder)[0] ?? ''))
  }
  await step('publish', next)
}

/** A message whole, dated now, as that organisation says it. */
export const inNetwork = ({ audience }: Pick<Serving, 'audience'>, organisation: string, body: object): object => ({
  sch: 'passerelle/1',
  iss: `spiffe://${new URL(audience).host}/org/${organisation}`,
  aud: audience,
  iat: Math.floor(Date.now() / 1000),
  jti: crypto.randomUUID(),
  ...body,
})
