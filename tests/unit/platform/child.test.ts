import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { superviseChild, type SupervisedChild } from "#platform/child.ts";
import { createLog } from "#platform/log.ts";

const folder = mkdtempSync(path.join(tmpdir(), "modelmart-child-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const started: SupervisedChild[] = [];
afterEach(async () => void (await Promise.all(started.splice(0).map((child) => child.stop(1_000)))));

const supervise = (code: string): SupervisedChild => {
  const script = path.join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(script, code);
  const child = superviseChild({ script, argv: [], env: process.env, log: createLog({ level: "silent", format: "json" }), backOffMs: 20, backOffMaxMs: 80, steadyMs: 60_000 });
  started.push(child);
  return child;
};
const SERVES = `process.send({ listening: "/tmp/s-" + process.pid }); process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1000);`;

test("it is up when it says so, and its socket is known until it dies", async () => {
  const child = supervise(SERVES);
  await child.firstUp;
  expect(child.socketPath).toBe(`/tmp/s-${child.pid}`);
  const first = child.pid!;
  process.kill(first, "SIGKILL");
  await expect.poll(() => child.pid !== first && child.socketPath !== undefined, { timeout: 4_000 }).toBe(true);
  expect(child.socketPath).toBe(`/tmp/s-${child.pid}`);
});

test("one that keeps dying is started again with growing pauses", async () => {
  const log = path.join(folder, "starts");
  const child = supervise(`import fs from "node:fs"; fs.appendFileSync(${JSON.stringify(log)}, Date.now() + "\\n"); process.exit(1);`);
  await expect.poll(() => { try { return readFileSync(log, "utf8").trim().split("\n").length; } catch { return 0; } }, { timeout: 10_000 }).toBeGreaterThan(3);
  await child.stop(1_000);
  const times = readFileSync(log, "utf8").trim().split("\n").map(Number);
  expect(times[3]! - times[2]!).toBeGreaterThan(60);
});

test("one that does not listen to SIGTERM is killed at the deadline", async () => {
  const child = supervise(`process.on("SIGTERM", () => {}); process.send({ listening: "x" }); setInterval(() => {}, 1000);`);
  await child.firstUp;
  const startedAt = performance.now();
  await child.stop(200);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(child.socketPath).toBeUndefined();
});
