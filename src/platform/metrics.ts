import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";

/** Names of labels are closed sets of the code's own; values never hold a customer's id or free text. */
export interface Metrics {
  /** @param collect adds what has come since it was asked last */
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[], collect?: (counter: Counter<L>) => void): Counter<L>;
  /** @param buckets upper bounds; default: seconds from 5 ms to 10 s */
  histogram<L extends string = never>(name: string, help: string, labels?: readonly L[], buckets?: readonly number[]): Histogram<L>;
  /** @param collect sets the value when it is asked for */
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[], collect?: (gauge: Gauge<L>) => void): Gauge<L>;
  /** Everything in Prometheus' text form. */
  render(): Promise<string>;
}

/** A registry of its own, with Node's own metrics in it. The same name gives the same metric. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  /** Two areas may count into one metric; whoever comes first makes it. */
  const once = <M>(name: string, make: () => M): M => (registry.getSingleMetric(name) as M | undefined) ?? make();
  const base = <L extends string>(name: string, help: string, labelNames: readonly L[]) => ({ name, help, labelNames: [...labelNames], registers: [registry] });

  return {
    counter: <L extends string>(name: string, help: string, labels: readonly L[] = [], collect?: (counter: Counter<L>) => void) =>
      once(name, () => {
        const counter: Counter<L> = new Counter<L>({ ...base(name, help, labels), ...(collect ? { collect: () => collect(counter) } : {}) });
        return counter;
      }),
    histogram: <L extends string>(name: string, help: string, labels: readonly L[] = [], buckets?: readonly number[]) =>
      once(name, () => new Histogram<L>({ ...base(name, help, labels), ...(buckets ? { buckets: [...buckets] } : {}) })),
    gauge: <L extends string>(name: string, help: string, labels: readonly L[] = [], collect?: (gauge: Gauge<L>) => void) =>
      once(name, () => {
        const gauge: Gauge<L> = new Gauge<L>({ ...base(name, help, labels), ...(collect ? { collect: () => collect(gauge) } : {}) });
        return gauge;
      }),
    render: () => registry.metrics(),
  };
}
