/** Takes out of a text where things lie: paths, servers and their databases, however they are written; names below a known folder stay. */
import { resolve } from 'node:path'

/** Paths of two steps and more that no setting names. */
const PATH = /…?(?:\/[\w.@+~-]+){2,}\/?/g
const URLS = /\b([a-z][a-z0-9+.-]*):\/\/[^\s'"]*[^\s'":;,.)]/gi

/** For texts of a program with those settings. Whatever in them is a path or a URL is taken out first, spaces in it too. Pure. */
export function hiddenPlaces(settings: unknown): (text: string) => string {
  const known = [...new Set(placesIn(settings).flatMap((place) => [place, resolve(place)]))]
    .filter((place) => place.length > 1)
    .toSorted((one, other) => other.length - one.length)
  return (text) =>
    known
      .reduce((left, place) => left.replaceAll(place, '…'), text)
      .replaceAll(URLS, (_url, scheme: string) => `${scheme}://…`)
      .replaceAll(PATH, '…')
}

/** Every text with a slash in it, wherever it stands. */
const placesIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? value.includes('/')
      ? [value]
      : []
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(placesIn)
      : []
