/** The style sheet of govuk-frontend without what belongs to GOV.UK: its typeface, crest and colours. */

/** Typefaces of the machine. Nothing is loaded from anywhere. */
const TYPEFACE = 'system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans Arabic","Liberation Sans",sans-serif'

/** Colours that stand there as they are become ours to set, with theirs as the value when nothing is set. */
const COLOURS: readonly (readonly [string, string])[] = [
  ['background-color:#0f7a52', 'background-color:var(--button,#0f7a52)'],
  ['box-shadow:0 2px 0 #083d29', 'box-shadow:0 2px 0 var(--button-edge,#083d29)'],
  ['background-color:#0b5c3e', 'background-color:var(--button-hover,#0b5c3e)'],
  ['background-color:#f3f3f3', 'background-color:var(--quiet,#f3f3f3)'],
  ['background:#f3f3f3', 'background:var(--quiet,#f3f3f3)'],
  ['box-shadow:0 2px 0 #858686', 'box-shadow:0 2px 0 var(--quiet-edge,#858686)'],
  ['background-color:#ca3535', 'background-color:var(--danger,#ca3535)'],
  ['box-shadow:0 2px 0 #651b1b', 'box-shadow:0 2px 0 var(--danger-edge,#651b1b)'],
  ['background-color:#982828', 'background-color:var(--danger-hover,#982828)'],
  ['background-color:#cecece', 'background-color:var(--quiet-hover,#cecece)'],
]

/** The same rules, de-branded, and without the address of a source map (H119). */
export function withoutBrand(css: string): string {
  const plain = css
    .replaceAll(/@font-face\{[^}]*\}/g, '')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll('GDS Transport,arial,sans-serif', TYPEFACE)
    .replaceAll(/[a-z-]+:url\([^)]*govuk-crest[^;}]*;?/g, '')
  return COLOURS.reduce((text, [theirs, ours]) => text.replaceAll(theirs, ours), plain)
}
