/** Settings that name the same thing in two ways, and must not be taken for one another. */
import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { describe, it } from 'mocha'
import { readConfig } from '#cli/config.ts'
import type { ConfigResult } from '#cli/config.ts'
import { demoConfig } from '#cli/demo/demo-config.ts'

const URL_OF_STORE = 'postgres://passerelle:hunter2@db.test/cases'
const PLAIN = { PASSERELLE_NETWORK: '/network', PASSERELLE_KEK: '/kek' }
const readWith = (environment: Readonly<Record<string, string>>): ConfigResult =>
  readConfig({}, { ...PLAIN, ...environment })

describe('the place of the store', () => {
  it('is PostgreSQL, for several gateways and with its keys there, where DATABASE_URL names it', () => {
    const read = readWith({ DATABASE_URL: URL_OF_STORE })
    assert.ok(read.ok)
    assert.deepEqual([read.config.databaseUrl, read.config.keys], [URL_OF_STORE, URL_OF_STORE])
  })

  it('is a file where PASSERELLE_DATABASE names one, with its keys beside it', () => {
    const read = readWith({ PASSERELLE_DATABASE: '/data/passerelle.db' })
    assert.ok(read.ok)
    assert.deepEqual([read.config.databaseUrl, read.config.keys], [undefined, resolve('/data/keys.db')])
  })

  it('is refused where a file is asked for and PostgreSQL named: such a gateway would believe itself alone there', () => {
    for (const place of [URL_OF_STORE, URL_OF_STORE.replace('postgres:', 'postgresql:'), 'postgres:/cases'])
      assert.deepEqual(readWith({ PASSERELLE_DATABASE: place }), {
        ok: false,
        faults: ['PASSERELLE_DATABASE: is a file; DATABASE_URL names PostgreSQL'],
      })
  })

  it('is told to nobody with its password where it is no place at all', () => {
    for (const name of ['DATABASE_URL', 'PASSERELLE_KEYS', 'REDIS_URL']) {
      const scheme = name === 'REDIS_URL' ? 'redis' : 'postgres'
      for (const place of [`${scheme}://a:hunter2@db:port/1`, `${scheme}://a:hunter2%zz@db/1`]) {
        const read = readWith({ [name]: place })
        assert.ok(!read.ok && !read.faults.join().includes('hunter2') && read.faults.join().includes(name), place)
      }
    }
  })

  it('is the folder of a demo for a demo, whatever the environment has for something else', () => {
    const environment = {
      DATABASE_URL: URL_OF_STORE,
      REDIS_URL: 'redis://redis.test/1',
      PASSERELLE_DATABASE: '/data/passerelle.db',
      PASSERELLE_KEYS: URL_OF_STORE,
    }
    const { databaseUrl, redisUrl, database, keys } = demoConfig(
      { folder: '/demo', log: 'error', environment },
      '/home',
    )
    assert.deepEqual(
      [databaseUrl, redisUrl, database, keys],
      [undefined, undefined, join('/demo', 'data/passerelle.db'), resolve('/demo/data/keys.db')],
    )
  })
})
