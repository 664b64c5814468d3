/** What was worked out of a message for one of its recipients and is the same for the next. Whoever holds the message holds this, and drops both. */
import type { Item } from './item.ts'
import type { Lasting } from './label.ts'
import type { PrintedItem } from './print-projection.ts'
import type { ProjectedItem } from './projection.ts'
import type { Shown } from './projected-before.ts'

export interface MessageMemory {
  readonly labels: Map<Item, Lasting>
  readonly shown: Map<Item, Shown[]>
  readonly printed: Map<ProjectedItem, PrintedItem>
}

/** Not kept in a WeakMap by the message: V8 carries what such a map holds over into old space, which cost more than it saved. */
export const newMemory = (): MessageMemory => ({ labels: new Map(), shown: new Map(), printed: new Map() })
