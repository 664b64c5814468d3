/** Meter over prom-client: counters and histograms by name, for /metrics. Labels are codes, never ids. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Meter } from '#gateway/ports/log.ts'

export interface Metrics extends Meter {
  /** The Prometheus text exposition format. */
  readonly text: () => Promise<string>
  /** A value that is read each time the metrics are; 0 while there is none. */
  readonly gauge: (name: string, help: string, read: () => number | undefined) => void
  /** The same for several things, told apart by one label. */
  readonly gauges: (name: string, help: string, label: string, read: () => ReadonlyMap<string, number>) => void
}

export function openMetrics(): Metrics {
  const registry = new Registry()
  const counters = new Map<string, Counter>()
  const histograms = new Map<string, Histogram>()
  const make = <T>(made: Map<string, T>, name: string, build: () => T): T => {
    const existing = made.get(name) ?? build()
    made.set(name, existing)
    return existing
  }
  return {
    text: () => registry.metrics(),
    gauge: (name, help, read) => {
      void new Gauge({
        name: `passerelle_${name}`,
        help,
        registers: [registry],
        collect() {
          this.set(read() ?? 0)
        },
      })
    },
    gauges: (name, help, label, read) => {
      void new Gauge({
        name: `passerelle_${name}`,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          this.reset()
          for (const [key, value] of read()) this.set({ [label]: key }, value)
        },
      })
    },
    count: (name, labels = {}) =>
      make(
        counters,
        name,
        () =>
          new Counter({
            name: `passerelle_${name}_total`,
            help: name.replaceAll('_', ' '),
            labelNames: Object.keys(labels),
            registers: [registry],
          }),
      ).inc(labels),
    observe: (name, value, labels = {}) =>
      make(
        histograms,
        name,
        () =>
          new Histogram({
            name: `passerelle_${name}`,
            help: name.replaceAll('_', ' '),
            labelNames: Object.keys(labels),
            registers: [registry],
          }),
      ).observe(labels, value),
  }
}
