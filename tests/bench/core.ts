// What one request costs inside the relay, without sockets, journal and database: microseconds of CPU, collector included.
//   node tests/bench/core.ts [requests] [json|stream]
import { createBareRelay, smallChat } from "../support/bare-relay.ts";

const requests = Number(process.argv[2] ?? 40_000);
const PARALLEL = 64;

const relay = createBareRelay();

async function run(body: Buffer, count: number): Promise<void> {
  let left = count;
  await Promise.all(Array.from({ length: PARALLEL }, async () => {
    while (left-- > 0) await relay.ask(body);
  }));
}

for (const stream of process.argv[3] === undefined ? [false, true] : [process.argv[3] === "stream"]) {
  const body = smallChat(stream);
  await run(body, requests / 2); // warm
  const before = process.cpuUsage();
  await run(body, requests);
  const { user, system } = process.cpuUsage(before);
  console.log(`${stream ? "streamed" : "not streamed"}: ${((user + system) / requests).toFixed(1)} us a request`);
}
await relay.close();
process.exit();
