import v8 from "node:v8";
import vm from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBareRelay, smallChat, type BareRelay } from "../../support/bare-relay.ts";

const WARM = 1_500;
const REQUESTS = 100;
const ROUNDS = 6;
/** What is left of compiling and counting. A request that leaves its own memory behind leaves 6,000 to 13,000 bytes. */
const LEFT_MAX = 3_000;

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as (options?: Readonly<{ type: "minor" }>) => void;

const oldBytes = (): number => v8.getHeapSpaceStatistics().filter(({ space_name: name }) => name === "old_space").reduce((sum, { space_used_size: used }) => sum + used, 0);

/** What two small collections could not free lies among the old objects. */
function survivors(): number {
  collect({ type: "minor" });
  collect({ type: "minor" });
  return oldBytes();
}

// Objects of finished requests that only a full collection can free make every small one several times as long.
describe("what a request leaves in memory", () => {
  let relay: BareRelay;
  beforeAll(() => void (relay = createBareRelay()));
  afterAll(() => relay.close());

  it.each([
    ["an answer of one piece", "/v1/chat/completions", false], ["a stream", "/v1/chat/completions", true],
    ["a converted answer", "/v1/messages", false], ["a converted stream", "/v1/messages", true],
  ])("%s leaves nothing among the old objects", async (_name, path, stream) => {
    const body = smallChat(stream);
    for (let i = 0; i < WARM; i++) await relay.ask(body, path);
    let least = Infinity;
    for (let round = 0; round < ROUNDS; round++) {
      collect();
      const before = survivors();
      for (let i = 0; i < REQUESTS; i++) await relay.ask(body, path);
      least = Math.min(least, (survivors() - before) / REQUESTS);
    }
    expect(least).toBeLessThan(LEFT_MAX);
  });
});
