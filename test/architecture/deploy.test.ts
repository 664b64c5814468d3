/** The files of docs/deploy: read as what runs them reads them, and held to what is promised of them. None of them is run here. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'mocha'
import { parse } from 'yaml'
import { z } from 'zod'
import { SETTINGS } from '#cli/settings.ts'
import { textOf } from './tracked-files.ts'

const serviceSchema = z.looseObject({
  image: z.string(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  networks: z.array(z.string()),
  command: z.array(z.string()).optional(),
})
const composeSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), z.looseObject({ internal: z.boolean().optional() })),
  volumes: z.record(z.string(), z.unknown()),
})

const compose = composeSchema.parse(parse(textOf('docs/deploy/compose.yaml'), { merge: true }))
const gateways = Object.entries(compose.services).filter(([name]) => name.startsWith('gateway-'))
const linesOf = (path: string): readonly string[] =>
  textOf(path)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))

describe('compose.yaml', () => {
  it('runs two gateways, each with a state of its own and the same settings', () => {
    assert.equal(gateways.length, 2)
    const states = gateways.map(([, { volumes }]) => volumes?.find((one) => one.endsWith(':/state')))
    assert.equal(new Set(states).size, 2)
    for (const state of states) assert.ok(state !== undefined && (state.split(':')[0] ?? '') in compose.volumes)
    const [first, second] = gateways.map(([, { environment }]) => environment)
    assert.deepEqual(first, second)
    assert.ok(first?.['DATABASE_URL'] !== undefined && first['REDIS_URL'] !== undefined)
  })

  it('gives a gateway no root, no capability, and nothing to write to but its state', () => {
    for (const [name, { user, read_only, cap_drop, security_opt, volumes }] of gateways) {
      assert.match(user ?? '', /^[1-9]\d*:[1-9]\d*$/, name)
      assert.deepEqual([read_only, cap_drop, security_opt], [true, ['ALL'], ['no-new-privileges:true']], name)
      for (const volume of volumes ?? []) assert.match(volume, /(:ro|^state-\d:\/state)$/, name)
    }
  })

  it('names only settings that there are, and lets a gateway drain before it is killed', () => {
    for (const [, { environment, stop_grace_period }] of gateways) {
      for (const name of Object.keys(environment ?? {})) assert.ok(Object.hasOwn(SETTINGS, name), name)
      const graceMs = 1000 * Number(/^(\d+)s$/.exec(stop_grace_period ?? '')?.[1])
      assert.ok(graceMs > Number(environment?.['PASSERELLE_DRAIN_MS']) + 10_000)
    }
  })

  it('holds no secret: each password comes from outside, and is needed', () => {
    const text = textOf('docs/deploy/compose.yaml')
    for (const line of text.split('\n').filter((one) => /PASSWORD|:\/\/[^/]*:/.test(one)))
      assert.match(line, /^#|\$\{\w+_PASSWORD:\?/, line)
  })

  it('shows the door of agencies to the outside and nothing else; PostgreSQL and Redis are inside only', () => {
    const open = Object.entries(compose.services).filter(([, { ports }]) => ports !== undefined)
    assert.deepEqual(
      open.map(([name, { ports }]) => [name, ports]),
      [['balancer', ['8443:8443']]],
    )
    for (const name of ['postgres', 'redis']) assert.deepEqual(compose.services[name]?.networks, ['inside'])
    assert.equal(compose.networks['inside']?.internal, true)
  })

  it('keeps what Redis holds over a restart, and lets it evict nothing', () => {
    const words = (compose.services['redis']?.command ?? []).join(' ')
    assert.match(words, /--appendonly yes/)
    assert.match(words, /--maxmemory-policy noeviction/)
  })

  it('balances between its gateways without opening TLS, and asks each whether it is ready', () => {
    const balancer = textOf('docs/deploy/haproxy.cfg')
    assert.match(balancer, /mode tcp/)
    assert.match(balancer, /httpchk GET \/readyz/)
    assert.doesNotMatch(balancer, /\bssl\b|mode http/)
    const asked = [...balancer.matchAll(/^ {2}server (\S+) \S+:8443 check port 9464/gm)].map(([, name]) => name)
    assert.deepEqual(
      asked,
      gateways.map(([name]) => name),
    )
  })
})

describe('Dockerfile', () => {
  const lines = linesOf('docs/deploy/Dockerfile')
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))

  it('installs what the lock file says, without what is for development and without scripts of packages', () =>
    assert.deepEqual(
      lines.filter((line) => line.startsWith('RUN ')),
      ['RUN npm ci --omit=dev --ignore-scripts'],
    ))

  it('runs as a user that is not root, begins without a shell, and copies nothing of a network', () => {
    assert.ok(last.some((line) => /^USER [1-9]\d*:[1-9]\d*$/.test(line)))
    assert.ok(
      last.findIndex((line) => line.startsWith('USER ')) < last.findIndex((line) => line.startsWith('ENTRYPOINT ')),
    )
    for (const line of last.filter((one) => /^(ENTRYPOINT|CMD) /.test(one))) assert.match(line, /^\w+ \[".*"\]$/)
    const copied = lines.filter((line) => line.startsWith('COPY ')).flatMap((line) => line.split(' ').slice(1, -1))
    assert.deepEqual(
      copied.filter((one) => /certs|keys|test|fixtures|^\.$/.test(one)),
      [],
    )
  })
})

describe('passerelle@.service', () => {
  const unit = textOf('docs/deploy/passerelle@.service')

  it('gives the gateway a user, a state of its own, and little else', () => {
    for (const line of [
      'User=passerelle',
      'StateDirectory=passerelle/%i',
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=',
      'ProtectSystem=strict',
      'ProtectHome=yes',
      'PrivateDevices=yes',
      'SystemCallFilter=@system-service',
      'LimitCORE=0',
    ])
      assert.ok(unit.split('\n').includes(line), line)
    // V8 writes machine code: what forbids that would stop Node.
    assert.doesNotMatch(unit, /MemoryDenyWriteExecute=yes/)
    assert.doesNotMatch(unit, /^Environment=/m)
  })

  it('is a unit that systemd reads without a word of complaint', function () {
    if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
      // Not among what the machine of the checks must have.
      console.log('    systemd-analyze is not installed: not asked')
      return
    }
    const folder = mkdtempSync(join(tmpdir(), 'passerelle-unit-'))
    try {
      const path = join(folder, 'passerelle@1.service')
      writeFileSync(path, unit.replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true'))
      const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--recursive-errors=no', path], {
        encoding: 'utf8',
      })
      const complaints = stderr.split('\n').filter((line) => line.includes('passerelle'))
      assert.deepEqual([status, complaints], [0, []], stderr)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
