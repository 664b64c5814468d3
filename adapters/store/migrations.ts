/**
 * The migrations of both databases, in the order of their names; those of a name with `contract` in it take away what older gateways
 * still use, all others only add: a column with a default or without a value, a table, an index.
 */
import { up as first } from './migrations/001-first.ts'
import { up as log } from './migrations/002-log.ts'
import { up as logIndex } from './migrations/003-log-index.ts'
import { up as recalls } from './migrations/004-recalls.ts'
import { up as copies } from './migrations/005-copies.ts'
import { up as releases } from './migrations/007-releases.ts'
import { up as couriers } from './migrations/008-couriers.ts'
import { up as replicas } from './migrations/009-replicas.ts'
import { up as people } from './migrations/010-people.ts'
import { up as keptForms } from './migrations/011-kept-forms.ts'
import { up as asks } from './migrations/013-asks.ts'
import { up as changes } from './migrations/012-changes.ts'
import { up as labelsAndLinks } from './migrations/014-labels-and-links.ts'
import { up as asksOfMandate } from './migrations/015-asks-of-mandate.ts'
import { up as noticeChoices } from './migrations/016-notice-choices.ts'
import { up as handedErrands } from './migrations/017-handed-errands.ts'
import { up as overdueAsks } from './migrations/018-overdue-asks.ts'

export const MIGRATIONS = {
  '001-first': { up: first },
  '002-log': { up: log },
  '003-log-index': { up: logIndex },
  '004-recalls': { up: recalls },
  '005-copies': { up: copies },
  '007-releases': { up: releases },
  '008-couriers': { up: couriers },
  '009-replicas': { up: replicas },
  '010-people': { up: people },
  '011-kept-forms': { up: keptForms },
  '012-changes': { up: changes },
  '013-asks': { up: asks },
  '014-labels-and-links': { up: labelsAndLinks },
  '015-asks-of-mandate': { up: asksOfMandate },
  '016-notice-choices': { up: noticeChoices },
  '017-handed-errands': { up: handedErrands },
  '018-overdue-asks': { up: overdueAsks },
}
