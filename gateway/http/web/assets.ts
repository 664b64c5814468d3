/** Style sheets, scripts and the icon, read once; their names are a closed list, and their addresses say what they hold. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Express, Request, Response } from 'express'
import rtlcss from 'rtlcss'
import { withoutBrand } from './style-brand.ts'

const FILES = join(import.meta.dirname, 'files')

export interface Asset {
  readonly type: 'css' | 'js' | 'svg'
  readonly body: Buffer
  readonly gzip: Buffer
  readonly brotli: Buffer
  /** First 16 hex digits of its SHA-256. */
  readonly mark: string
}

let made: ReadonlyMap<string, Asset> | undefined

/** By name under /assets/. Made once, by the first door that opens. */
export const assets = (): ReadonlyMap<string, Asset> => (made ??= read())

function read(): ReadonlyMap<string, Asset> {
  const kit = withoutBrand(
    readFileSync(createRequire(import.meta.url).resolve('govuk-frontend/dist/govuk/govuk-frontend.min.css'), 'utf8'),
  )
  const names = readdirSync(FILES)
  const own = names.filter((name) => name.endsWith('.css')).map(textOf)
  return new Map([
    ['style.css', assetOf('css', [kit, ...own])],
    // Ours has logical properties only, and turns by itself.
    ['style-rtl.css', assetOf('css', [rtlcss.process(kit), ...own])],
    ...ofKind(names, 'js'),
    ...ofKind(names, 'svg'),
  ])
}

const ofKind = (names: readonly string[], type: 'js' | 'svg'): readonly (readonly [string, Asset])[] =>
  names.filter((name) => name.endsWith(`.${type}`)).map((name) => [name, assetOf(type, [textOf(name)])])

const textOf = (name: string): string => readFileSync(join(FILES, name), 'utf8')

function assetOf(type: Asset['type'], parts: readonly string[]): Asset {
  const body = Buffer.from(parts.join('\n'))
  const mark = createHash('sha256').update(body).digest('hex').slice(0, 16)
  // Quality 11 takes ten times as long for a twentieth less.
  const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
  return { type, body, gzip: gzipSync(body, { level: 9 }), brotli, mark }
}

/** The address of a file of ours; another content is another address. Throws when there is none of that name: a mistake of ours. */
export function assetAddress(name: string): `/assets/${string}` {
  const asset = assets().get(name)
  if (asset === undefined) throw new Error(`no asset is called ${name}`)
  return `/assets/${name}?v=${asset.mark}`
}

export function assetRoutes(app: Express): void {
  const all = assets()
  app.get('/assets/:name', (request, response, next) => {
    const asset = all.get(request.params.name)
    if (asset === undefined) next()
    else send(request, response, asset)
  })
}

/** What a content has as its address may be kept for ever; without it, it is asked for again each time. */
function send(request: Request, response: Response, asset: Asset): void {
  const isMarked = new URL(request.url, 'http://gateway').searchParams.get('v') === asset.mark
  response.set({
    'Cache-Control': isMarked ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: `"${asset.mark}"`,
    Vary: 'Accept-Encoding',
  })
  if (request.headers['if-none-match'] === `"${asset.mark}"`) {
    response.status(304).end()
    return
  }
  const coding = request.acceptsEncodings(['br', 'gzip'])
  if (coding !== false && coding !== 'identity') response.set('Content-Encoding', coding)
  response.type(asset.type).send(coding === 'br' ? asset.brotli : coding === 'gzip' ? asset.gzip : asset.body)
}
