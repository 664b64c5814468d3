/** The files of the pages, read once at start: our own, and the style sheet of govuk-frontend without its brand, also mirrored for Arabic. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import rtlcss from 'rtlcss'
import type { WebFile, WebFiles } from '#gateway/ports/web-files.ts'
import { withoutBrand } from './style-brand.ts'

const KIT = 'govuk-frontend/dist/govuk/govuk-frontend.min.css'

/** All scripts, pictures and style sheets of that folder, the latter as `style.css` and `style-rtl.css`. Throws where it cannot be read. */
export function readWebFiles(folder: string): WebFiles {
  const kit = withoutBrand(readFileSync(createRequire(import.meta.url).resolve(KIT), 'utf8'))
  const textsOf = (type: WebFile['type']): readonly (readonly [string, string])[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith(`.${type}`))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')])
  const own = textsOf('css').map(([, text]) => text)
  return new Map([
    ['style.css', fileOf('css', [kit, ...own].join('\n'))],
    // Ours has logical properties only, and turns by itself.
    ['style-rtl.css', fileOf('css', [rtlcss.process(kit), ...own].join('\n'))],
    ...textsOf('js').map(([name, text]) => [name, fileOf('js', text)] as const),
    ...textsOf('svg').map(([name, text]) => [name, fileOf('svg', text)] as const),
  ])
}

function fileOf(type: WebFile['type'], text: string): WebFile {
  const body = Buffer.from(text)
  return {
    type,
    body,
    gzip: gzipSync(body, { level: 9 }),
    // Quality 11 takes ten times as long for a twentieth less.
    brotli: brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    mark: createHash('sha256').update(body).digest('hex').slice(0, 16),
  }
}
