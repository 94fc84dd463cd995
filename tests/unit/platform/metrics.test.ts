import { expect, test } from "vitest";
import { createMetrics } from "#platform/metrics.ts";

test("metrics are rendered, labelled, and shared by name within one registry only", async () => {
  const metrics = createMetrics();
  const requests = metrics.counter("mm_requests_total", "Requests.", ["outcome"]);
  requests.inc({ outcome: "ok" });
  metrics.counter("mm_requests_total", "Requests.", ["outcome"]).inc({ outcome: "ok" });
  metrics.histogram("mm_latency_seconds", "Latency.", [], [1, 2]).observe(1.5);
  metrics.gauge("mm_backlog", "Waiting.", [], (gauge) => gauge.set(7));
  const text = await metrics.render();
  expect(text).toContain('mm_requests_total{outcome="ok"} 2');
  expect(text).toContain('mm_latency_seconds_bucket{le="2"} 1');
  expect(text).toContain("mm_backlog 7");
  expect(text).toContain("process_resident_memory_bytes");
  expect(await createMetrics().render()).not.toContain("mm_requests_total");
});
