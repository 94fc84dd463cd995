import { expect, test } from "vitest";
import { createMetrics } from "#platform/metrics.ts";
import { createRelayMeters } from "#relay/relay-metrics.ts";

test("what is counted between two readings is told by the second, on top of the first", async () => {
  const metrics = createMetrics();
  const meters = createRelayMeters(metrics, () => 3, () => 1);
  const lines = async (): Promise<string[]> => (await metrics.render()).split("\n").filter((line) => line.startsWith("modelmart_relay_") && !line.includes("_bucket"));
  expect(await lines()).toEqual(expect.arrayContaining(["modelmart_relay_running 3", "modelmart_relay_waiting 1"]));

  meters.request("chat", "ok", 0.02);
  meters.request("chat", "ok", 0.03);
  meters.request("chat", "refused", 0.5);
  meters.attempt("openai", "ok");
  expect(await lines()).toEqual(expect.arrayContaining([
    'modelmart_relay_requests_total{operation="chat",outcome="ok"} 2', 'modelmart_relay_requests_total{operation="chat",outcome="refused"} 1',
    'modelmart_relay_attempts_total{provider="openai",result="ok"} 1', 'modelmart_relay_request_seconds_count{operation="chat"} 3',
  ]));
  meters.request("chat", "ok", 0.02);
  meters.attempt("openai", "slow");
  expect(await lines()).toEqual(expect.arrayContaining([
    'modelmart_relay_requests_total{operation="chat",outcome="ok"} 3', 'modelmart_relay_requests_total{operation="chat",outcome="refused"} 1',
    'modelmart_relay_attempts_total{provider="openai",result="ok"} 1', 'modelmart_relay_attempts_total{provider="openai",result="slow"} 1',
  ]));
});
