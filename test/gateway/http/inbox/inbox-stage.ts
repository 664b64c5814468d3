/** A gateway on which agencies send, its pages, and somebody who reads there. */
import { openStage } from '#test/journey/stage.ts'
import type { Stage } from '#test/journey/stage.ts'
import { aReader } from '#test/support/hosted-inbox.ts'
import { openTestWeb } from '#test/support/web.ts'
import type { Person, TestWeb } from '#test/support/web.ts'

export interface InboxStage extends AsyncDisposable, Pick<Stage, 'gateway'> {
  readonly stage: Stage
  readonly web: TestWeb
  /** The social worker. */
  readonly reader: Person
}

/** With the settings of `openStage`. */
export async function openInboxStage(...of: Parameters<typeof openStage>): Promise<InboxStage> {
  const stage = await openStage(...of)
  const web = await openTestWeb(stage.gateway.deps)
  return {
    stage,
    gateway: stage.gateway,
    web,
    reader: await aReader(web),
    [Symbol.asyncDispose]: async () => {
      await web[Symbol.asyncDispose]()
      await stage[Symbol.asyncDispose]()
    },
  }
}
