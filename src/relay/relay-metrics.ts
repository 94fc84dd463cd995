import type { Metrics } from "#platform/metrics.ts";

/** What the relay counts about itself. Labels are closed sets: no customer, model or channel. */
export type RelayMeters = Readonly<{
  request(operation: string, outcome: string, seconds: number): void;
  firstContent(seconds: number): void;
  attempt(provider: string, result: string): void;
}>;

/** @param running requests under way now; @param waiting those of them that wait for a place */
export function createRelayMeters(metrics: Metrics, running: () => number, waiting: () => number): RelayMeters {
  const requests = new Tallies(), attempts = new Tallies();
  metrics.counter("modelmart_relay_requests_total", "Relay requests by operation and outcome", ["operation", "outcome"],
    (counter) => requests.empty((operation, outcome, count) => counter.inc({ operation, outcome }, count)));
  const durations = metrics.histogram("modelmart_relay_request_seconds", "Time from arrival to the end of the answer", ["operation"], [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300]);
  const durationOf = new Map<string, ReturnType<typeof durations.labels>>();
  const first = metrics.histogram("modelmart_relay_first_content_seconds", "Time from arrival to the first content", [], [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);
  metrics.counter("modelmart_relay_attempts_total", "Calls of vendors by provider and result", ["provider", "result"],
    (counter) => attempts.empty((provider, result, count) => counter.inc({ provider, result }, count)));
  metrics.gauge("modelmart_relay_running", "Relay requests under way", [], (gauge) => gauge.set(running()));
  metrics.gauge("modelmart_relay_waiting", "Relay requests that wait for a place in a limit", [], (gauge) => gauge.set(waiting()));
  return {
    request(operation, outcome, seconds) {
      requests.add(operation, outcome);
      // Looking a label up costs more than counting: each is bound once.
      let duration = durationOf.get(operation);
      if (!duration) durationOf.set(operation, (duration = durations.labels({ operation })));
      duration.observe(seconds);
    },
    firstContent: (seconds) => first.observe(seconds),
    attempt: (provider, result) => attempts.add(provider, result),
  };
}

/** What is counted by two labels until somebody asks: of the library's counters each count is a text of its labels. */
class Tallies {
  readonly #counts = new Map<string, Map<string, number>>();

  add(first: string, second: string): void {
    let counts = this.#counts.get(first);
    if (!counts) this.#counts.set(first, (counts = new Map()));
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }

  /** Hands over what has been counted, and begins anew. */
  empty(take: (first: string, second: string, count: number) => void): void {
    for (const [first, counts] of this.#counts) for (const [second, count] of counts) take(first, second, count);
    this.#counts.clear();
  }
}
