/** Style sheets, scripts and pictures, read once at start; their names are a closed list. */
import type { Express } from 'express'

const STYLE = 'body { font-family: system-ui, sans-serif }'

export const assetRoutes = (app: Express): Express =>
  app.get('/assets/style.css', (_request, response) => {
    response.set('Cache-Control', 'public, max-age=3600').type('css').send(STYLE)
  })
