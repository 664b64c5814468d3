/** A child that takes one trust list after the other and says each version that it has kept, to be killed while it does. */
import { readFileSync } from 'node:fs'
import { openTrustClient } from '#adapters/trust/trust-client.ts'
import { pinnedSchema } from '#gateway/core/trust-list/list.ts'

const [folder = '', lists = ''] = process.argv.slice(2)
const { pinned, texts } = JSON.parse(readFileSync(lists, 'utf8')) as {
  readonly pinned: unknown
  readonly texts: readonly string[]
}
const client = await openTrustClient({ pinned: pinnedSchema.parse(pinned), clock: Date.now, folder })
for (const text of texts) {
  const taken = await client.take(text)
  if (taken.ok && taken.value === 'taken') process.stdout.write(`${client.highest()?.list.version ?? 0}\n`)
}
setInterval(() => {}, 1000)
