/** Options of govuk-frontend's fixtures, read into calls of the kit; undefined where the kit has no such option. */
import { z } from 'zod'
import type { Html } from '#gateway/http/web/html.ts'
import {
  backLink,
  breadcrumbs,
  button,
  checkboxes,
  details,
  errorSummary,
  fieldset,
  input,
  insetText,
  linkButton,
  notification,
  pagination,
  radios,
  select,
  summaryList,
  table,
  tag,
  textarea,
  warningText,
} from '#gateway/http/web/kit.ts'
import type { Words } from '#gateway/http/web/words.ts'

/** What of the kit one fixture asks for; undefined when it asks for more than the kit has. */
export function markupOf(t: Words, component: string, options: unknown): Html | undefined {
  return READERS[component]?.(t, options)
}

type Reader = (t: Words, options: unknown) => Html | undefined

/** A reader whose options are strict: one that is not named here is one that the kit has not. */
const reader =
  <Shape extends z.ZodType>(shape: Shape, call: (t: Words, given: z.output<Shape>) => Html | undefined): Reader =>
  (t, options) => {
    const read = shape.safeParse(options)
    return read.success ? call(t, read.data) : undefined
  }

const oneOf = <const Names extends readonly string[]>(prefix: string, names: Names) =>
  z
    .enum(names.map((name) => `${prefix}${name}`))
    .transform((name) => name.slice(prefix.length) as Names[number])
    .optional()

const text = z.strictObject({ text: z.string() }).transform((given) => given.text)
const label = z.strictObject({ text: z.string(), classes: oneOf('govuk-label--', ['s', 'm', 'l']) })
const size = oneOf('govuk-fieldset__legend--', ['s', 'm', 'l'])
const legend = z.strictObject({ text: z.string(), classes: size }).transform(({ text: said, classes }) => ({
  text: said,
  ...(classes === undefined ? {} : { size: classes }),
}))
const field = {
  name: z.string(),
  id: z.string().optional(),
  label,
  hint: text.optional(),
  errorMessage: text.optional(),
}

interface FieldOptions {
  readonly name: string
  readonly id?: string | undefined
  readonly label: z.output<typeof label>
  readonly hint?: string | undefined
  readonly errorMessage?: string | undefined
  readonly describedBy?: string | undefined
}

const fieldOf = (given: FieldOptions) => ({
  name: given.name,
  ...(given.id === undefined ? {} : { id: given.id }),
  label: given.label.text,
  ...(given.label.classes === undefined ? {} : { labelSize: given.label.classes }),
  hint: given.hint,
  error: given.errorMessage,
  ...(given.describedBy === undefined ? {} : { describedBy: given.describedBy }),
})

const choice = z
  .strictObject({
    value: z.string(),
    text: z.string(),
    id: z.string().optional(),
    checked: z.literal(true).optional(),
    disabled: z.boolean().default(false),
    hint: text.optional(),
  })
  .transform(({ disabled, hint, id, ...rest }) => ({
    ...rest,
    isDisabled: disabled,
    ...(hint === undefined ? {} : { hint }),
    ...(id === undefined ? {} : { id }),
  }))
const choices = {
  name: z.string(),
  idPrefix: z.string().optional(),
  fieldset: z.strictObject({ legend }).optional(),
  hint: text.optional(),
  errorMessage: text.optional(),
  items: z.array(z.union([choice, z.strictObject({ divider: z.string() })])),
}
const LOOKS = oneOf('govuk-', ['radios--small', 'radios--inline', 'checkboxes--small'])

interface ChoicesOptions {
  readonly name: string
  readonly idPrefix?: string | undefined
  readonly fieldset?: { readonly legend: z.output<typeof legend> } | undefined
  readonly hint?: string | undefined
  readonly errorMessage?: string | undefined
  readonly items: z.output<typeof choices.items>
}

const choicesOf = (given: ChoicesOptions) => ({
  name: given.name,
  ...(given.fieldset === undefined ? {} : { legend: given.fieldset.legend }),
  ...(given.hint === undefined ? {} : { hint: given.hint }),
  error: given.errorMessage,
  items: given.items,
})
const chosen = (items: ChoicesOptions['items']): readonly string[] =>
  items.flatMap((item) => ('value' in item && item.checked === true ? [item.value] : []))
/** The kit names the set by its fields. */
const isNamedTwice = ({ idPrefix, name }: ChoicesOptions): boolean => idPrefix !== undefined && idPrefix !== name

const cell = z.strictObject({ text: z.coerce.string(), format: z.literal('numeric').optional() })
const cells = (row: readonly z.output<typeof cell>[]) =>
  row.map(({ text: content, format }) => ({ content, isNumeric: format === 'numeric' }))
const COLOURS = ['grey', 'turquoise', 'green', 'purple', 'pink', 'red', 'orange', 'yellow'] as const
const WIDTHS = {
  'width-2': 2,
  'width-3': 3,
  'width-4': 4,
  'width-5': 5,
  'width-10': 10,
  'width-20': 20,
  'width-30': 30,
} as const

const READERS: Readonly<Record<string, Reader>> = {
  button: reader(
    z.strictObject({
      text: z.string(),
      name: z.string().optional(),
      value: z.string().optional(),
      id: z.string().optional(),
      href: z.templateLiteral(['/', z.string()]).optional(),
      classes: oneOf('govuk-button--', ['secondary', 'warning']),
      preventDoubleClick: z.literal(true).optional(),
    }),
    (_, { text: said, href, classes, preventDoubleClick, name, value, id }) => {
      const look = classes === undefined ? {} : { look: classes }
      const named = {
        ...(name === undefined ? {} : { name }),
        ...(value === undefined ? {} : { value }),
        ...(id === undefined ? {} : { id }),
      }
      if (href !== undefined) return linkButton({ text: said, href, ...look })
      return button({ text: said, ...look, ...named, ...(preventDoubleClick === undefined ? {} : { isOnce: true }) })
    },
  ),
  input: reader(
    z.strictObject({
      ...field,
      value: z.string().optional(),
      type: z.enum(['text', 'number', 'email']).optional(),
      inputmode: z.enum(['decimal', 'numeric']).optional(),
      describedBy: z.string().optional(),
      classes: oneOf('govuk-input--', Object.keys(WIDTHS) as (keyof typeof WIDTHS)[]),
    }),
    (t, given) =>
      input(t, {
        ...fieldOf(given),
        value: given.value,
        ...(given.type === undefined ? {} : { type: given.type }),
        ...(given.inputmode === undefined ? {} : { inputMode: given.inputmode }),
        ...(given.classes === undefined ? {} : { width: WIDTHS[given.classes] }),
      }),
  ),
  textarea: reader(
    z.strictObject({
      ...field,
      value: z.string().optional(),
      rows: z.number().optional(),
      describedBy: z.string().optional(),
    }),
    (t, given) =>
      textarea(t, { ...fieldOf(given), value: given.value, ...(given.rows === undefined ? {} : { rows: given.rows }) }),
  ),
  select: reader(
    z.strictObject({
      ...field,
      describedBy: z.string().optional(),
      items: z.array(
        z.strictObject({
          value: z.coerce.string(),
          text: z.string(),
          selected: z.boolean().optional(),
          disabled: z.boolean().default(false),
        }),
      ),
    }),
    (t, given) =>
      select(t, {
        ...fieldOf(given),
        value: given.items.find(({ selected }) => selected)?.value,
        items: given.items.map(({ value, text: said, disabled }) => ({ value, text: said, isDisabled: disabled })),
      }),
  ),
  radios: reader(z.strictObject({ ...choices, value: z.string().optional(), classes: LOOKS }), (t, given) =>
    isNamedTwice(given)
      ? undefined
      : radios(t, {
          ...choicesOf(given),
          value: given.value ?? chosen(given.items)[0],
          isSmall: given.classes === 'radios--small',
          isInline: given.classes === 'radios--inline',
        }),
  ),
  checkboxes: reader(
    z.strictObject({ ...choices, values: z.array(z.string()).optional(), classes: LOOKS }),
    (t, given) =>
      isNamedTwice(given)
        ? undefined
        : checkboxes(t, {
            ...choicesOf(given),
            values: given.values ?? chosen(given.items),
            isSmall: given.classes === 'checkboxes--small',
          }),
  ),
  fieldset: reader(z.strictObject({ legend, describedBy: z.string().optional() }), (_, given) => fieldset(given)),
  'error-summary': reader(
    z.strictObject({
      titleText: z.literal('There is a problem'),
      errorList: z.array(z.strictObject({ text: z.string(), href: z.string().startsWith('#') })).min(1),
    }),
    (t, { errorList }) =>
      errorSummary(t, Object.fromEntries(errorList.map(({ text: said, href }) => [href.slice(1), said]))),
  ),
  table: reader(
    z.strictObject({
      caption: z.string(),
      captionClasses: oneOf('govuk-table__caption--', ['s', 'm', 'l', 'xl']),
      firstCellIsHeader: z.boolean().default(false),
      head: z.array(cell).default([]),
      rows: z.array(z.array(cell)),
    }),
    (_, given) =>
      table({
        caption: given.caption,
        ...(given.captionClasses === undefined ? {} : { captionSize: given.captionClasses }),
        head: given.head.map(({ text: said, format }) => ({ text: said, isNumeric: format === 'numeric' })),
        rows: given.rows.map(cells),
        isFirstCellHeader: given.firstCellIsHeader,
        narrow: 'fits',
      }),
  ),
  'summary-list': reader(
    z.strictObject({
      classes: oneOf('govuk-summary-list--', ['no-border']),
      rows: z.array(
        z.strictObject({
          key: text,
          value: text,
          actions: z
            .strictObject({
              items: z.array(
                z
                  .strictObject({ href: z.literal('#'), text: z.string(), visuallyHiddenText: z.string() })
                  .transform(({ text: said, visuallyHiddenText }) => ({
                    href: '#' as const,
                    text: said,
                    hidden: visuallyHiddenText,
                  })),
              ),
            })
            .transform(({ items }) => items)
            .optional(),
        }),
      ),
    }),
    (_, { rows, classes }) =>
      summaryList(
        rows.map(({ key, value, actions }) => ({ key, value, ...(actions === undefined ? {} : { actions }) })),
        { hasNoBorder: classes !== undefined },
      ),
  ),
  'notification-banner': reader(
    z.strictObject({ text: z.string(), type: z.string().optional(), titleId: z.string().optional() }),
    (t, given) =>
      notification(t, given.text, {
        kind: given.type === 'success' ? 'success' : 'news',
        ...(given.titleId === undefined ? {} : { id: given.titleId }),
      }),
  ),
  'warning-text': reader(z.strictObject({ text: z.string(), iconFallbackText: z.literal('Warning') }), (t, given) =>
    warningText(t, given.text),
  ),
  'inset-text': reader(z.strictObject({ text: z.string(), id: z.string().optional() }), (_, given) =>
    insetText(given.text, given.id === undefined ? {} : { id: given.id }),
  ),
  tag: reader(z.strictObject({ text: z.string(), classes: oneOf('govuk-tag--', COLOURS) }), (_, given) =>
    tag(given.text, given.classes),
  ),
  details: reader(
    z.strictObject({
      summaryText: z.string(),
      text: z.string(),
      id: z.string().optional(),
      open: z.boolean().default(false),
    }),
    (_, given) =>
      details(given.summaryText, given.text, {
        isOpen: given.open,
        ...(given.id === undefined ? {} : { id: given.id }),
      }),
  ),
  pagination: reader(
    z.strictObject({
      previous: z
        .strictObject({ href: z.templateLiteral(['/', z.string()]), text: z.literal('Previous page').optional() })
        .optional(),
      next: z
        .strictObject({ href: z.templateLiteral(['/', z.string()]), text: z.literal('Next page').optional() })
        .optional(),
    }),
    (t, { previous, next }) => pagination(t, { previous: previous?.href, next: next?.href }),
  ),
  breadcrumbs: reader(
    z.strictObject({
      items: z.array(z.strictObject({ text: z.string(), href: z.templateLiteral(['/', z.string()]).optional() })),
    }),
    (t, { items }) =>
      breadcrumbs(
        t,
        items.map(({ text: said, href }) => ({ text: said, ...(href === undefined ? {} : { href }) })),
      ),
  ),
  'back-link': reader(z.strictObject({ text: z.string(), href: z.string() }), (_, given) => backLink(given)),
}
