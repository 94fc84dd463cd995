import { expect, test } from "vitest";
import { createBreaker, type Breaker } from "#relay/routing/breaker.ts";
import type { ErrorClass } from "#relay/providers/provider.ts";

const START = 1_000_000;
const fail = (breaker: Breaker, times: number, at: number, errorClass: ErrorClass = "server"): void => {
  for (let i = 0; i < times; i++) breaker.failure(errorClass, at);
};
/** A breaker without jitter: 0.5 is the middle of it. */
const breakerNow = (): Breaker => createBreaker(() => 0.5);

test("five failures in a row open it, four do not", () => {
  const breaker = breakerNow();
  fail(breaker, 4, START);
  expect(breaker.state(START)).toBe("closed");
  expect(breaker.failure("server", START)).toBe(true);
  expect(breaker.state(START)).toBe("open");
  expect(breaker.waitMs(START)).toBe(5_000);
});

test("five failures spread over more than a minute do not", () => {
  const breaker = breakerNow();
  for (let i = 0; i < 5; i++) breaker.failure("server", START + i * 16_000);
  expect(breaker.state(START + 64_000)).toBe("closed");
});

test("three connect errors in a row open it", () => {
  const breaker = breakerNow();
  fail(breaker, 2, START, "connect");
  breaker.success(START);
  fail(breaker, 2, START, "connect");
  expect(breaker.state(START)).toBe("closed");
  breaker.failure("connect", START);
  expect(breaker.state(START)).toBe("open");
});

test("half of ten outcomes within 30 s open it", () => {
  const breaker = breakerNow();
  for (let i = 0; i < 4; i++) {
    breaker.success(START);
    breaker.failure("server", START);
  }
  breaker.success(START);
  expect(breaker.state(START)).toBe("closed");
  breaker.failure("server", START + 1_000);
  expect(breaker.state(START + 1_000)).toBe("open");
});

test("outcomes older than 30 s are forgotten", () => {
  const breaker = breakerNow();
  for (let i = 0; i < 4; i++) {
    breaker.failure("server", START);
    breaker.success(START);
  }
  for (let i = 0; i < 5; i++) breaker.success(START + 40_000);
  breaker.failure("server", START + 40_000);
  expect(breaker.state(START + 40_000)).toBe("closed");
});

test.each<ErrorClass>(["rate", "quota", "auth", "config", "client", "policy", "context", "transient", "aborted"])("%s says nothing about health", (errorClass) => {
  const breaker = breakerNow();
  fail(breaker, 50, START, errorClass);
  expect(breaker.state(START)).toBe("closed");
});

test("half-open lets one probe through at a time, one a second; three good ones close it", () => {
  const breaker = breakerNow();
  fail(breaker, 5, START);
  let now = START + 5_000;
  expect(breaker.state(now)).toBe("half-open");
  for (let probe = 0; probe < 3; probe++) {
    expect(breaker.allows(now)).toBe(true);
    breaker.begin(now);
    expect(breaker.allows(now)).toBe(false);
    expect(breaker.waitMs(now)).toBeGreaterThan(0);
    breaker.success(now);
    if (probe < 2) expect(breaker.allows(now + 999)).toBe(false);
    now += 1_000;
  }
  expect(breaker.state(now)).toBe("closed");
});

test("a bad probe opens it twice as long, up to 100 s", () => {
  const breaker = breakerNow();
  fail(breaker, 5, START);
  let now = START;
  const waits: number[] = [];
  for (let i = 0; i < 7; i++) {
    waits.push(breaker.waitMs(now));
    now += breaker.waitMs(now);
    breaker.begin(now);
    breaker.failure("server", now);
  }
  expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 100_000, 100_000]);
});

test("with the worst jitter a healed vendor is back within 150 s", () => {
  const breaker = createBreaker(() => 0.999999);
  fail(breaker, 5, START);
  let now = START;
  for (let i = 0; i < 10; i++) {
    now += breaker.waitMs(now);
    breaker.begin(now);
    breaker.failure("server", now);
  }
  const broken = now;
  while (breaker.state(now) !== "closed") {
    now += Math.max(1, breaker.waitMs(now));
    breaker.begin(now);
    breaker.success(now);
  }
  expect(now - broken).toBeLessThan(150_000);
});

test("a client that leaves a probe frees its place", () => {
  const breaker = breakerNow();
  fail(breaker, 5, START);
  breaker.begin(START + 5_000);
  breaker.neutral();
  expect(breaker.allows(START + 6_000)).toBe(true);
});

test("ten minutes closed forget the earlier openings", () => {
  const breaker = breakerNow();
  let now = START;
  const openAndHeal = (): number => {
    fail(breaker, 5, now);
    const wait = breaker.waitMs(now);
    now += wait;
    for (let i = 0; i < 3; i++) {
      breaker.begin(now);
      breaker.success(now);
      now += 1_000;
    }
    return wait;
  };
  expect([openAndHeal(), openAndHeal()]).toEqual([5_000, 10_000]);
  now += 700_000;
  expect(openAndHeal()).toBe(5_000);
});

test("after another node's warning half as many failures open it, for half a minute", () => {
  const row = breakerNow();
  row.warn(START);
  fail(row, 2, START);
  expect(row.state(START)).toBe("closed");
  expect(row.failure("server", START + 29_999)).toBe(true);

  const connecting = breakerNow();
  connecting.warn(START);
  connecting.failure("connect", START);
  expect(connecting.failure("connect", START)).toBe(true);

  const mixed = breakerNow();
  mixed.warn(START);
  for (let i = 0; i < 2; i++) {
    mixed.failure("server", START);
    mixed.success(START);
  }
  expect(mixed.failure("server", START)).toBe(true);
});

test("a warning is no failure, and it is forgotten", () => {
  const warned = breakerNow();
  warned.warn(START);
  expect([warned.state(START), warned.allows(START)]).toEqual(["closed", true]);
  fail(warned, 4, START + 30_000);
  expect(warned.state(START + 30_000)).toBe("closed");
  expect(warned.failure("server", START + 30_000)).toBe(true);
});
