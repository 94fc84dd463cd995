import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLog } from "#platform/log.ts";
import { connectSharedStore, type SharedStore } from "#platform/redis.ts";
import { sharedScript } from "#platform/shared-script.ts";
import { createSharedConcurrency } from "#relay/limits/concurrency.redis.ts";
import { createConcurrency, type Concurrency } from "#relay/limits/concurrency.ts";
import { createSharedLimiter } from "#relay/limits/limiter.redis.ts";
import { createLimiter, type Limiter, type ScopedLimits } from "#relay/limits/limiter.ts";
import { completion, startVendor } from "./vendor.ts";
import { KEY, openShop } from "./shop.ts";
import { hasRedis, startRedis, type TestRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

type Form = Readonly<{ limiter: Limiter; concurrency: Concurrency; fallbacks: () => number }>;
type Limits = ScopedLimits["limits"];

const monotonic = (): number => performance.now();
const log = createLog({ level: "silent", format: "json" });
const PING = sharedScript("return 1");

/** Scopes of a user whom no other test knows. */
const scopesOf = (key: Limits, user: Limits = {}, model?: Limits): readonly ScopedLimits[] => {
  const owner = randomUUID();
  return [
    { scope: "key", id: randomUUID(), limits: key, owner }, { scope: "user", id: owner, limits: user, owner },
    ...(model ? [{ scope: "model" as const, id: randomUUID(), limits: model }] : []),
  ];
};

const isServed = (response: Response): boolean => response.status === 200;

/** What both forms keep to, by the real clock. */
function contract(form: () => Form): void {
  const takeAll = async (scopes: readonly ScopedLimits[], count: number): Promise<number> => {
    let passed = 0;
    for (let i = 0; i < count; i++) if (!(await form().limiter.take(scopes, "requests", 1)).refused) passed += 1;
    return passed;
  };

  test("a day's requests pass at once, the next is told how long to wait", async () => {
    const scopes = scopesOf({ rpd: 20 });
    expect((await form().limiter.take(scopes, "requests", 1)).tightest).toMatchObject({ scope: "key", dimension: "requests", per: "day", limit: 20, remaining: 19 });
    expect(await takeAll(scopes, 30)).toBe(19);
    const { refused } = await form().limiter.take(scopes, "requests", 1);
    expect(refused).toMatchObject({ scope: "key", limit: 20, remaining: 0 });
    expect(refused!.retryAfterMs).toBeGreaterThan(86_400_000 / 20 - 60_000);
    expect(refused!.retryAfterMs).toBeLessThanOrEqual(86_400_000 / 20);
  });

  test("a wait that was told is enough", async () => {
    const scopes = scopesOf({ rpm: 6_000 });
    for (;;) {
      const { refused } = await form().limiter.take(scopes, "requests", 50);
      if (!refused) continue;
      await sleep(refused.retryAfterMs + 1);
      expect((await form().limiter.take(scopes, "requests", 50)).refused).toBeUndefined();
      return;
    }
  });

  test("all buckets are taken or none, over owners too", async () => {
    const [key, user, model] = scopesOf({ rpd: 100 }, { rpd: 50 }, { rpd: 3 }) as [ScopedLimits, ScopedLimits, ScopedLimits];
    expect(await takeAll([key, user, model], 10)).toBe(3);
    expect((await form().limiter.take([key, user, model], "requests", 1)).refused).toMatchObject({ scope: "model" });
    await until("what was taken for nothing is back", async () => (await form().limiter.take([key], "requests", 0)).tightest!.remaining === 97);
    expect((await form().limiter.take([user], "requests", 0)).tightest!.remaining).toBe(47);
  });

  test("the tightest bucket is the one with the least left of its limit", async () => {
    expect((await form().limiter.take(scopesOf({ rpm: 100, rpd: 3 }, { rpd: 1_000 }), "requests", 1)).tightest).toMatchObject({ limit: 3, remaining: 2, per: "day" });
  });

  test("what has no limit costs nothing and says nothing; zero lets nothing through", async () => {
    expect(await form().limiter.take(scopesOf({ tpm: 5 }), "requests", 1)).toEqual({});
    expect((await form().limiter.take(scopesOf({ rpm: 0 }), "requests", 1)).refused).toBeDefined();
  });

  test("one request above the whole limit passes on a full bucket only", async () => {
    const scopes = scopesOf({ tpm: 1_000 });
    expect((await form().limiter.take(scopes, "tokens", 3_000)).refused).toBeUndefined();
    expect((await form().limiter.take(scopes, "tokens", 1)).refused!.retryAfterMs).toBeGreaterThan(60_000);
  });

  test("what was not used comes back, what was used beyond is owed, up to five windows", async () => {
    const scopes = scopesOf({ tpd: 1_000 });
    await form().limiter.take(scopes, "tokens", 800);
    form().limiter.correct(scopes, "tokens", -300);
    await until("300 are back", async () => (await form().limiter.take(scopes, "tokens", 0)).tightest!.remaining >= 500);
    form().limiter.correct(scopes, "tokens", 100_000);
    await until("the debt stands", async () => (await form().limiter.take(scopes, "tokens", 1)).refused !== undefined);
    const { retryAfterMs } = (await form().limiter.take(scopes, "tokens", 1)).refused!;
    expect(retryAfterMs / 86_400_000).toBeCloseTo(5, 1);
  });

  test("a part of the limit passes at once where its scope says so, and a second's limit twice", async () => {
    const DAY_MS = 86_400_000;
    const strict = scopesOf({ rpd: 20, burst_ratio: 0.5 }, { rpd: 1_000 });
    expect((await form().limiter.take(strict, "requests", 1)).tightest).toMatchObject({ scope: "key", limit: 20, remaining: 9 });
    expect(await takeAll(strict, 30)).toBe(9);
    const { refused } = await form().limiter.take(strict, "requests", 1);
    expect([refused!.limit, refused!.remaining]).toEqual([20, 0]);
    expect(refused!.retryAfterMs / (DAY_MS / 20)).toBeCloseTo(1, 1);
    expect(await takeAll(scopesOf({ rps: 1 }), 10)).toBe(2);
    expect(await takeAll(scopesOf({ rps: 3, burst_ratio: 0.34 }), 3)).toBe(1);
  });

  test("one request above the burst passes on a full bucket only, and debts are bounded by windows, not by the burst", async () => {
    const DAY_MS = 86_400_000, scopes = scopesOf({ tpd: 1_000, burst_ratio: 0.1 });
    const wait = async () => (await form().limiter.take(scopes, "tokens", 1)).refused!.retryAfterMs / DAY_MS;
    expect((await form().limiter.take(scopes, "tokens", 500)).refused).toBeUndefined();
    expect(await wait()).toBeCloseTo(0.401, 3);
    form().limiter.correct(scopes, "tokens", -450);
    await until("what was not used is back", async () => (await form().limiter.take(scopes, "tokens", 0)).tightest?.remaining === 50);
    form().limiter.correct(scopes, "tokens", 100_000);
    await until("the debt stands", async () => (await form().limiter.take(scopes, "tokens", 1)).refused !== undefined);
    expect(await wait()).toBeCloseTo(5.001, 3);
  });

  test("never more at once than there are places; a place given back twice is one", async () => {
    const scopes = scopesOf({ concurrency: 5 }, { concurrency: 7 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => form().concurrency.acquire(scopes)));
    const places = answers.filter((answer) => "release" in answer);
    expect(places).toHaveLength(5);
    expect(answers.find((answer) => "refused" in answer)).toEqual({ refused: { scope: "key", limit: 5 } });
    places[0]!.release();
    places[0]!.release();
    const again = await until("a place is free", async () => {
      const answer = await form().concurrency.acquire(scopes);
      return "release" in answer ? answer : undefined;
    });
    expect("refused" in await form().concurrency.acquire(scopes)).toBe(true);
    again!.release();
    for (const place of places.slice(1)) place.release();
    await until("all are free", async () => {
      const all = await Promise.all(Array.from({ length: 5 }, () => form().concurrency.acquire(scopes)));
      for (const place of all) if ("release" in place) place.release();
      return all.every((answer) => "release" in answer);
    });
  });
}

describe("in one process", () => {
  const form: Form = { limiter: createLimiter(monotonic, () => 1), concurrency: createConcurrency(() => 1), fallbacks: () => 0 };
  contract(() => form);
});

describe.skipIf(!hasRedis)("over several nodes (needs redis-server)", () => {
  let redis: TestRedis;
  let nodes: readonly (Form & Readonly<{ store: SharedStore; close(): void }>)[];

  beforeAll(async () => {
    redis = await startRedis();
    nodes = Array.from({ length: 2 }, () => {
      const store = connectSharedStore(redis.url, log, 10_000);
      let fallbacks = 0;
      const own = { store, monotonic, onAway: () => void (fallbacks += 1) };
      const concurrency = createSharedConcurrency({ ...own, local: createConcurrency(() => 2), lifeMs: 900 });
      return {
        store, concurrency, fallbacks: () => fallbacks, close: concurrency.close,
        limiter: createSharedLimiter({ ...own, local: createLimiter(monotonic, () => 2) }),
      };
    });
    await ready();
  });
  afterAll(async () => {
    for (const node of nodes) {
      node.close();
      node.store.close();
    }
    await redis.stop();
  });
  const ready = () => until("every node has its connection", async () => {
    const answers = await Promise.allSettled(nodes.map(({ store }) => store.run(PING, [], [])));
    return answers.every(({ status }) => status === "fulfilled");
  });

  contract(() => nodes[0]!);

  test("scripts that the store has never seen answer each for itself, however many begin in one turn", async () => {
    const { store } = nodes[0]!;
    const salt = randomUUID();
    const scripts = Array.from({ length: 5 }, (_, i) => sharedScript(`return '${salt} ${i} ' .. ARGV[1]`));
    for (const round of ["first", "second"]) {
      expect(await Promise.all(scripts.map((script) => store.run(script, [], [round])))).toEqual(scripts.map((_, i) => `${salt} ${i} ${round}`));
    }
    await expect(store.run(sharedScript("return redis.call('NONSENSE')"), [], [])).rejects.toThrow(/Unknown Redis command/);
  });

  test("two nodes let through what one would", async () => {
    const scopes = scopesOf({ rpd: 300 });
    let passed = 0;
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => nodes[i % 2]!.limiter.take(scopes, "requests", 1)));
      passed += answers.filter(({ refused }) => !refused).length;
    }
    expect([passed, nodes[0]!.fallbacks(), nodes[1]!.fallbacks()]).toEqual([300, 0, 0]);
  });

  test("two relays keep one customer's limits together, for requests, tokens and places", async () => {
    const vendor = await startVendor((call) => completion(call));
    const id = randomUUID();
    const caller = { userId: id, keyId: id, keyLimits: { rpd: 6, concurrency: 2 } };
    const shops = await Promise.all(nodes.map(({ store }) => openShop({ channels: [{ baseUrl: vendor.url }], caller, sharedStore: store })));
    try {
      for (let i = 0; i < 6; i++) expect(isServed(await shops[i % 2]!.chat())).toBe(true);
      const refused = await shops[0]!.chat();
      expect([refused.status, refused.headers.get("x-ratelimit-remaining-requests")]).toEqual([429, "0"]);
      expect((await shops[1]!.chat()).status).toBe(429);
      expect(vendor.calls).toHaveLength(6);
    } finally {
      await Promise.all([...shops, vendor].map((each) => each.close()));
    }
  });

  test("places are shared too, and what a dead node held comes back", async () => {
    const scopes = scopesOf({ concurrency: 4 });
    const dying = createSharedConcurrency({ store: nodes[0]!.store, local: createConcurrency(() => 2), monotonic, onAway: () => undefined, lifeMs: 900 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? dying : nodes[1]!.concurrency).acquire(scopes)));
    const held = answers.filter((answer, i) => "release" in answer && i % 2 === 1).length;
    expect(answers.filter((answer) => "release" in answer)).toHaveLength(4);
    dying.close(); // its places are held no longer; the other node's are
    const free = await until("the dead node's places are free", async () => {
      const all = await Promise.all(Array.from({ length: 5 }, () => nodes[1]!.concurrency.acquire(scopes)));
      const got = all.filter((answer) => "release" in answer);
      for (const place of got) place.release();
      return got.length === 4 - held ? got.length : undefined;
    });
    expect(free).toBe(4 - held);
  });

  test("a shop that is strict refuses what has limits while the store is away, in the caller's dialect, and nobody else", async () => {
    const vendor = await startVendor((call) => completion(call));
    const id = randomUUID(), unlimited = "sk-mm-without-any-limit-00000000000000000000000";
    const shop = await openShop({
      channels: [{ baseUrl: vendor.url }], caller: { userId: id, keyId: id, keyLimits: { rpm: 1_000 } }, others: { [unlimited]: { keyId: "free", userId: "free" } },
      sharedStore: nodes[0]!.store, settings: { limiterOnError: "closed" },
    });
    const messages = [{ role: "user", content: "Hello" }];
    const asked = (path: string, headers: Record<string, string>, body: object) => fetch(shop.url + path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
    const openAi = (key: string) => asked("/v1/chat/completions", { authorization: `Bearer ${key}` }, { model: "gpt-test", messages });
    try {
      expect(isServed(await openAi(KEY))).toBe(true);
      await redis.stop();
      const refused = [
        await openAi(KEY),
        await asked("/v1/messages", { "x-api-key": KEY, "anthropic-version": "2023-06-01" }, { model: "gpt-test", max_tokens: 9, messages }),
        await asked("/v1beta/models/gpt-test:generateContent", { "x-goog-api-key": KEY }, { contents: [{ parts: [{ text: "Hello" }] }] }),
      ];
      expect(refused.map(({ status, headers }) => [status, headers.get("retry-after")])).toEqual([[503, "1"], [529, "1"], [503, "1"]]);
      const said = await Promise.all(refused.map((response) => response.json() as Promise<{ error: Record<string, unknown> }>));
      expect(said).toMatchObject([{ error: { type: "server_error", code: "server_overloaded" } }, { type: "error", error: { type: "overloaded_error" } }, { error: { code: 503, status: "UNAVAILABLE" } }]);
      expect([isServed(await openAi(unlimited)), vendor.calls.length]).toEqual([true, 2]);
      await redis.start();
      await ready();
      await until("limits are asked again", async () => isServed(await openAi(KEY)));
    } finally {
      await Promise.all([shop, vendor].map((each) => each.close()));
    }
  });

  test("a store that answers late is away; one that was only waited for by a busy process is not", async () => {
    const impatient = connectSharedStore(redis.url, log), busyOne = connectSharedStore(redis.url, log, 80), { store } = nodes[0]!;
    const busy = sharedScript("local t = redis.call('TIME') local untilMs = t[1] * 1000 + t[2] / 1000 + 600 repeat t = redis.call('TIME') until t[1] * 1000 + t[2] / 1000 > untilMs return 1");
    try {
      await until("connected", async () => (await Promise.allSettled([impatient, busyOne].map((each) => each.run(PING, [], [])))).every(({ status }) => status === "fulfilled"));
      const held = store.run(busy, [], []);
      await sleep(20);
      const asked = performance.now();
      await expect(impatient.run(PING, [], [])).rejects.toThrow("too late");
      expect(performance.now() - asked).toBeLessThan(400);
      await held;
      const answer = busyOne.run(PING, [], []);
      for (const end = performance.now() + 200; performance.now() < end;);
      expect(await answer).toBe(1);
    } finally {
      impatient.close();
      busyOne.close();
    }
  });

  test("without the store every node keeps its own part, nobody gets an error, and it is found again", async () => {
    const scopes = scopesOf({ rpd: 10, concurrency: 4 });
    await redis.stop();
    const passed = await Promise.all(nodes.map(async ({ limiter }) => {
      let count = 0;
      for (let i = 0; i < 20; i++) if (!(await limiter.take(scopes, "requests", 1)).refused) count += 1;
      return count;
    }));
    expect(passed).toEqual([5, 5]);
    const places = await Promise.all(Array.from({ length: 4 }, () => nodes[0]!.concurrency.acquire(scopes)));
    expect(places.filter((answer) => "release" in answer)).toHaveLength(2);
    nodes[0]!.limiter.correct(scopes, "tokens", -5);
    await redis.start();
    await ready();
    const fresh = scopesOf({ rpd: 10 });
    await until("the store is asked again", async () => {
      const before = nodes[0]!.fallbacks();
      await nodes[0]!.limiter.take(fresh, "requests", 0);
      return nodes[0]!.fallbacks() === before;
    });
    await nodes[0]!.limiter.take(fresh, "requests", 10);
    await until("so does the other", async () => (await nodes[1]!.limiter.take(fresh, "requests", 1)).refused !== undefined);
  });
});
