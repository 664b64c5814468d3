/** Forms that wait, sealed, for whoever wrote them. */
import type { KeptForms } from '#gateway/ports/kept-forms.ts'
import type { Tables } from './schema.ts'

/** The `keptForms` part of the store. */
export function keptFormsIn(tables: Tables): KeptForms {
  return {
    keep: async (form) => {
      await tables.insertInto('kept_forms').values(form).execute()
    },
    get: (id, at) =>
      tables.selectFrom('kept_forms').selectAll().where('id', '=', id).where('until', '>', at).executeTakeFirst(),
    forget: async (which) => {
      const all = tables.deleteFrom('kept_forms')
      await (
        'account' in which ? all.where('account', '=', which.account) : all.where('until', '<=', which.before)
      ).execute()
    },
  }
}
