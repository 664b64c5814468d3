/** Style sheets, scripts and pictures of the pages; their addresses say what they hold. */
import type { Express, Request, Response } from 'express'
import type { WebFile, WebFiles } from '#gateway/ports/web-files.ts'

/** The address of a file of ours; another content is another address. Throws when there is none of that name: a mistake of ours. */
export function assetAddress(files: WebFiles, name: string): `/assets/${string}` {
  const file = files.get(name)
  if (file === undefined) throw new Error(`no asset is called ${name}`)
  return `/assets/${name}?v=${file.mark}`
}

export const assetRoutes = (app: Express, files: WebFiles): Express =>
  app.get('/assets/:name', (request, response, next) => {
    const file = files.get(request.params.name)
    if (file === undefined) next()
    else send(request, response, file)
  })

/** What has its content as its address may be kept for ever; without it, it is asked for again each time. */
function send(request: Request, response: Response, file: WebFile): void {
  const isMarked = new URL(request.url, 'http://gateway').searchParams.get('v') === file.mark
  response.set({
    'Cache-Control': isMarked ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: `"${file.mark}"`,
    Vary: 'Accept-Encoding',
  })
  if (request.headers['if-none-match'] === `"${file.mark}"`) {
    response.status(304).end()
    return
  }
  const coding = request.acceptsEncodings(['br', 'gzip'])
  if (coding === 'br' || coding === 'gzip') response.set('Content-Encoding', coding)
  response.type(file.type).send(coding === 'br' ? file.brotli : coding === 'gzip' ? file.gzip : file.body)
}
