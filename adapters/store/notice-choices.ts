/** Which mandates want notices by mail, and in which hours none. */
import type { NoticeChoice } from '#gateway/core/notice-choice.ts'
import type { NoticeChoices } from '#gateway/ports/notice-choices.ts'
import type { NoticeChoiceRow, Tables } from './schema.ts'

/** The `noticeChoices` part of the store. */
export const noticeChoicesIn = (tables: Tables): NoticeChoices => ({
  put: async (mandate, { channel, quiet }, setAt) => {
    const row: NoticeChoiceRow = {
      mandate,
      channel,
      quietFrom: quiet?.from ?? null,
      quietUntil: quiet?.until ?? null,
      zone: quiet?.zone ?? null,
      setAt,
    }
    await tables
      .insertInto('notice_choices')
      .values(row)
      .onConflict((conflict) => conflict.columns(['mandate']).doUpdateSet(row))
      .execute()
  },
  of: async (mandate) => {
    const row = await tables.selectFrom('notice_choices').selectAll().where('mandate', '=', mandate).executeTakeFirst()
    return row === undefined ? undefined : toChoice(row)
  },
})

const toChoice = ({ channel, quietFrom, quietUntil, zone }: NoticeChoiceRow): NoticeChoice =>
  quietFrom === null || quietUntil === null || zone === null
    ? { channel }
    : { channel, quiet: { from: quietFrom, until: quietUntil, zone } }
