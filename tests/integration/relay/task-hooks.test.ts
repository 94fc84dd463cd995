import { createHmac, randomBytes } from "node:crypto";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createLog } from "#platform/log.ts";
import { createOutbound } from "#platform/outbound/agent.ts";
import { OriginPool } from "#platform/outbound/origin-pool.ts";
import { createHookPoster, type PostHook } from "#platform/outbound/post-hook.ts";
import { fileLinks, hookSecret, tellHooks } from "#relay/index.ts";
import { KEY } from "./shop.ts";
import { LATER_MS, openTaskWorld, type Customer, type TaskWorld } from "./task-shop.ts";

let world: TaskWorld;
beforeAll(async () => { world = await openTaskWorld(); });
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  await world.database.pool.query("DELETE FROM task_hooks");
});

const root = randomBytes(32);
const log = createLog({ level: "fatal", format: "json", destination: { write: () => true } });
const round = (post: PostHook, aheadMs = 0): Promise<number> =>
  tellHooks({ store: world.store, post, link: fileLinks("https://shop.example", world.store), secretRoot: root, clock: { now: () => Date.now() + aheadMs }, log });

/** A picture that has been asked for. */
async function order(notifyHook: string): Promise<Readonly<{ customer: Customer; status: number; json: Record<string, unknown>; become: (status: string) => void }>> {
  const customer = await world.customer(1);
  const { url } = await world.open(customer, await world.sell({ items: { request: "100000000000" } }), { provider: "midjourney-proxy", model: "mj_imagine" });
  let now = "IN_PROGRESS";
  world.vendor.answer = ({ method }) => (method === "POST" ? { json: { code: 1, result: "9" } } : { json: { id: "9", status: now, progress: "40%", imageUrl: now === "SUCCESS" ? `${world.vendor.url}/x.png` : "" } });
  const answer = await fetch(`${url}/mj/submit/imagine`, { method: "POST", headers: { "mj-api-secret": KEY, "content-type": "application/json" }, body: JSON.stringify({ prompt: "cat", notifyHook }) });
  return { customer, status: answer.status, json: (await answer.json()) as Record<string, unknown>, become: (status) => void (now = status) };
}

type Told = Readonly<{ url: string; headers: Readonly<Record<string, string>>; body: Buffer }>;

test("a customer's server is told once of each state, signed with a secret of his own", async () => {
  const told: Told[] = [];
  const post: PostHook = (url, headers, body) => {
    told.push({ url: url.href, headers, body });
    return Promise.resolve(204);
  };
  const { customer, json, become } = await order("https://hooks.example/mj?x=1");
  const state = (at: number): unknown => (JSON.parse(told[at]!.body.toString()) as { status: string }).status;
  expect([await round(post), await round(post)]).toEqual([1, 0]);
  await world.poll(LATER_MS);
  expect([await round(post), await round(post)]).toEqual([1, 0]);
  become("SUCCESS");
  await world.poll(2 * LATER_MS);
  expect([await round(post), await round(post)]).toEqual([1, 0]);
  expect([state(0), state(1), state(2)]).toEqual(["SUBMITTED", "IN_PROGRESS", "SUCCESS"]);
  expect(JSON.parse(told[2]!.body.toString())).toMatchObject({ id: json.result, imageUrl: expect.stringMatching(/^https:\/\/shop\.example\/mj\/image\/\d+\?proof=/) as unknown });
  expect(told[0]!.url).toBe("https://hooks.example/mj?x=1");
  const [, at, proof] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(told[2]!.headers["x-modelmart-signature"]!)!;
  expect(proof).toBe(createHmac("sha256", hookSecret(root, customer.userId)).update(`${at}.${told[2]!.body.toString()}`).digest("hex"));
  expect((await world.database.pool.query("SELECT 1 FROM task_hooks")).rowCount).toBe(0);
});

test("who does not answer is told again later, and after the last time no more; the task goes on", async () => {
  let calls = 0;
  const deaf: PostHook = () => {
    calls += 1;
    return calls % 2 === 0 ? Promise.resolve(500) : Promise.reject(new Error("refused"));
  };
  await order("https://hooks.example/deaf");
  const DAY_MS = 86_400_000;
  for (let i = 0; i < 12; i++) await round(deaf, i * DAY_MS);
  expect(calls).toBe(8);
  expect((await world.database.pool.query("SELECT 1 FROM task_hooks")).rowCount).toBe(0);
  expect(await world.poll(LATER_MS)).toBe(1);
});

test("only https addresses are taken on, and inside ones are never called", async () => {
  for (const address of ["http://hooks.example/x", "ftp://hooks.example", "nonsense", "https://me:pw@hooks.example/"]) {
    const { status, json } = await order(address);
    expect(status, address).toBe(400);
    expect(json).toMatchObject({ type: "invalid_value" });
  }
  const outbound = createOutbound({ allowPrivate: true });
  const post = createHookPoster(outbound);
  for (const address of ["https://127.0.0.1/x", "https://10.0.0.1/x", "https://localhost/x", "https://169.254.169.254/x"]) {
    await expect(post(new URL(address), {}, Buffer.from("{}")), address).rejects.toThrow("not allowed");
  }
  outbound.close();
});

test("the call is a plain POST, by the rules for customers' addresses, and redirects are not followed", async () => {
  const heard: string[] = [];
  const server = http.createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      heard.push(`${request.method} ${request.url} ${request.headers["x-modelmart-signature"]} ${text}`);
      response.writeHead(302, { location: "https://10.0.0.1/" }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const policies: string[] = [];
  const pool = new OriginPool({
    host: "hooks.example", connectionsMax: 1, keepMs: 1_000, now: () => performance.now(),
    connect: (done) => {
      const socket = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
      socket.once("connect", () => done(null, socket)).once("error", (error) => done(error, null));
    },
  });
  const post = createHookPoster({ pool: (_url, policy) => {
    policies.push(policy);
    return pool;
  } });
  expect(await post(new URL("https://hooks.example/mj?x=1"), { "x-modelmart-signature": "t=1,v1=a" }, Buffer.from('{"id":"1"}'))).toBe(302);
  expect(heard).toEqual(['POST /mj?x=1 t=1,v1=a {"id":"1"}']);
  expect(policies).toEqual(["webhook"]);
  pool.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
