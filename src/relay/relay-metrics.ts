import type { Metrics } from "#platform/metrics.ts";

/** What the relay counts about itself. Labels are closed sets: no customer, model or channel. */
export type RelayMeters = Readonly<{
  request(operation: string, outcome: string, seconds: number): void;
  firstContent(seconds: number): void;
  attempt(provider: string, result: string): void;
}>;

/** @param running requests under way now; @param waiting those of them that wait for a place */
export function createRelayMeters(metrics: Metrics, running: () => number, waiting: () => number): RelayMeters {
  const requests = metrics.counter("modelmart_relay_requests_total", "Relay requests by operation and outcome", ["operation", "outcome"]);
  const durations = metrics.histogram("modelmart_relay_request_seconds", "Time from arrival to the end of the answer", ["operation"], [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300]);
  const first = metrics.histogram("modelmart_relay_first_content_seconds", "Time from arrival to the first content", [], [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]);
  const attempts = metrics.counter("modelmart_relay_attempts_total", "Calls of vendors by provider and result", ["provider", "result"]);
  metrics.gauge("modelmart_relay_running", "Relay requests under way", [], (gauge) => gauge.set(running()));
  metrics.gauge("modelmart_relay_waiting", "Relay requests that wait for a place in a limit", [], (gauge) => gauge.set(waiting()));
  // Looking a set of labels up costs more than counting: each is bound once.
  const requestOf = boundTo((operation, outcome) => requests.labels({ operation, outcome }));
  const durationOf = boundTo((operation) => durations.labels({ operation }));
  const attemptOf = boundTo((provider, result) => attempts.labels({ provider, result }));
  return {
    request(operation, outcome, seconds) {
      requestOf(operation, outcome).inc();
      durationOf(operation, "").observe(seconds);
    },
    firstContent: (seconds) => first.observe(seconds),
    attempt: (provider, result) => attemptOf(provider, result).inc(),
  };
}

function boundTo<Child>(make: (first: string, second: string) => Child): (first: string, second: string) => Child {
  const known = new Map<string, Map<string, Child>>();
  return (first, second) => {
    let children = known.get(first);
    if (!children) known.set(first, (children = new Map()));
    let child = children.get(second);
    if (child === undefined) children.set(second, (child = make(first, second)));
    return child;
  };
}
