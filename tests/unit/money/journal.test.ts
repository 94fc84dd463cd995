import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { inspect, readArguments } from "#cli/journal.ts";
import { nano, pico } from "#money/amount.ts";
import type { ChargeRecord } from "#money/charge.ts";
import { isGone, readHostIdentity } from "#money/host-identity.ts";
import { JournalCorrupt, readJournal } from "#money/journal-reader.ts";
import type { OpenRecord } from "#money/journal-record.ts";
import { JournalUnwritable, openJournal, type Journal } from "#money/journal.ts";
import { compilePrice, priceUsage } from "#money/price.ts";
import { uuidv7 } from "#platform/ids.ts";
import { createLog } from "#platform/log.ts";

const log = createLog({ level: "silent", format: "json" });
const identity = readHostIdentity();
const price = compilePrice({
  versionId: 7n, multipliers: [],
  document: { items: { input: "2500000", output: "10000000" }, tiers: [{ over: 100, mode: "marginal", items: { input: "5000000" } }] },
});

let root = "";
let nowMs = 0;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "mm-journal-"));
  nowMs = 0;
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

const open = (over: Partial<Parameters<typeof openJournal>[0]> = {}): { journal: Journal; dir: string } => {
  const nodeId = uuidv7();
  return { journal: openJournal({ root, nodeId, identity, log, monotonic: () => nowMs, ...over }), dir: path.join(root, nodeId) };
};

const asked = (): OpenRecord => ({
  id: uuidv7(), walletId: uuidv7(), userId: uuidv7(), keyId: uuidv7(), modelId: uuidv7(), groupId: uuidv7(), endpoint: "chat", stream: true,
  card: price.card(0, 0), holdNano: 123n, inputTokensMax: 45,
});

function ended(of: OpenRecord): ChargeRecord {
  const card = price.card(150, 0);
  const { sumPico, chargeNano, quantities } = priceUsage(card, { input: 150, output: 3, request: 1 });
  return {
    id: of.id, walletId: of.walletId, userId: of.userId, keyId: of.keyId!, modelId: of.modelId, channelId: uuidv7(), groupId: of.groupId!, card, outcome: "ok",
    usageSource: "upstream", quantities, sumPico, chargeNano, costPico: pico(77n), flags: 8, endpoint: "chat", stream: true, httpStatus: 200,
    modelAsked: "gpt \"4\"\n\u0000 ünï", finish: "stop", errorCode: "none", holdNano: nano(123n), detail: { tags: ["a\\b"] }, latencyMs: 12, ttftMs: 3,
    attempts: [{ channelId: uuidv7(), upstreamModel: "x", status: 200, usage: { prompt_tokens: 150 }, costPico: pico(77n) }],
    budgets: [{ scope: `key:${of.keyId}`, period: "day", startsAtMs: 5 }],
  };
}

test("a request that never ran leaves nothing to settle, and lets its file go", async () => {
  const { journal, dir } = open();
  const [never, kept] = [asked(), asked()];
  const segment = journal.open(never);
  journal.open(kept);
  journal.voided(never.id, segment);
  await journal.written();
  const content = readJournal(dir);
  expect([[...content.open.keys()], content.done.size, segment.pending]).toEqual([[kept.id], 0, 1]);
  await journal.close();
});

test("what is written is read back the same, borders and bigints too", async () => {
  const { journal, dir } = open();
  const [first, second] = [asked(), asked()];
  journal.open(first);
  journal.open(second);
  await journal.written();
  const record = ended(first);
  journal.done(record);
  await journal.written();
  const content = readJournal(dir);
  expect([...content.done.values()]).toEqual([record]);
  expect([...content.open.values()]).toEqual([second]);
  expect(content).toMatchObject({ tornBytes: 0, lock: { node: path.basename(dir), pid: process.pid } });
  expect(fs.statSync(dir).mode & 0o777).toBe(0o700);
  await journal.close();
  expect(fs.existsSync(dir)).toBe(true);
});

test("D3 a journal cut at any byte of its last record yields what came before", async () => {
  const { journal, dir } = open();
  const kept = asked();
  journal.open(kept);
  journal.done(ended(kept));
  await journal.written();
  const file = path.join(dir, "00000001.mmj");
  const whole = fs.statSync(file).size;
  journal.open(asked());
  await journal.written();
  const bytes = fs.readFileSync(file);
  for (let size = whole; size < bytes.length; size++) {
    fs.writeFileSync(file, bytes.subarray(0, size));
    const { done, open: left, tornBytes } = readJournal(dir);
    expect([done.size, left.size, tornBytes]).toEqual([1, 0, size - whole]);
  }
});

test("D4 one flipped byte in an older record stops the reading and is shown by inspect", async () => {
  const { journal, dir } = open();
  journal.open(asked());
  await journal.written();
  const file = path.join(dir, "00000001.mmj");
  const damagedAt = fs.statSync(file).size;
  const last = [asked(), asked()];
  for (const each of last) {
    journal.open(each);
    await journal.written();
  }
  const bytes = fs.readFileSync(file);
  bytes[damagedAt + 40]! ^= 1;
  fs.writeFileSync(file, bytes);
  expect(() => readJournal(dir)).toThrow(JournalCorrupt);
  expect(() => readJournal(dir)).toThrow(`at byte ${damagedAt}`);
  const printed: string[] = [];
  expect(inspect(dir, (text) => printed.push(text))).toBe(1);
  expect(printed.at(-1)).toContain(`${file} at byte ${damagedAt}: the check sum is wrong`);
  expect(printed.filter((line) => line.startsWith("open"))).toHaveLength(2);
});

test("a segment that is torn though another follows is damage, not a torn tail", async () => {
  const { journal, dir } = open();
  journal.open(asked());
  await journal.written();
  nowMs += 60_000;
  journal.tidy();
  journal.open(asked());
  await journal.written();
  const file = path.join(dir, "00000001.mmj");
  fs.truncateSync(file, fs.statSync(file).size - 3);
  expect(() => readJournal(dir)).toThrow(/a later segment exists/);
});

test("segments go when everything in them is settled, and the folder with the last", async () => {
  const { journal, dir } = open();
  const first = journal.open(asked());
  await journal.written();
  nowMs += 61_000;
  const second = journal.open(asked());
  await journal.written();
  const third = journal.open(asked());
  await journal.written();
  expect([first === second, second === third]).toEqual([true, false]);
  journal.settled(first);
  journal.settled(second);
  await expect.poll(() => fs.readdirSync(dir).sort()).toEqual(["00000002.mmj", "lock"]);
  journal.settled(third);
  await journal.close();
  expect(fs.existsSync(dir)).toBe(false);
});

test("each segment can be read alone: the cards stand in it again", async () => {
  const { journal, dir } = open();
  journal.open(asked());
  await journal.written();
  nowMs += 61_000;
  journal.tidy();
  journal.open(asked());
  await journal.written();
  fs.rmSync(path.join(dir, "00000001.mmj"));
  expect(readJournal(dir).open.size).toBe(1);
});

describe("a disk that takes no more", () => {
  test("W9 refuses the records of that turn, keeps what was whole, and recovers", async () => {
    let left = 4_000;
    const writeSync = (fd: number, data: Buffer): number => {
      if (left <= 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      const bytes = fs.writeSync(fd, data.subarray(0, left));
      left -= bytes;
      return bytes;
    };
    const { journal, dir } = open({ writeSync });
    const kept: string[] = [];
    let failed = 0;
    for (let i = 0; i < 40; i++) {
      const request = asked();
      const segment = journal.open(request);
      await journal.written().then(() => kept.push(request.id), (error: unknown) => {
        expect(error).toBeInstanceOf(JournalUnwritable);
        journal.settled(segment);
        failed += 1;
        if (failed === 5) left = 1_000_000;
      });
    }
    expect(failed).toBe(5);
    expect([...readJournal(dir).open.keys()].sort()).toEqual(kept.sort());
  });
});

test("a process is told from another with its number, and from another boot", () => {
  expect(isGone(identity, identity)).toBe(false);
  expect(isGone({ ...identity, pidStart: "1" }, identity)).toBe(true);
  expect(isGone({ ...identity, bootId: "other" }, identity)).toBe(true);
  expect(isGone({ ...identity, pid: 2 ** 22 + 1 }, identity)).toBe(true);
  expect(isGone({ ...identity, host: "elsewhere" }, identity)).toBeUndefined();
});

test("the command line is checked", () => {
  expect(readArguments(["inspect", "x"])).toMatchObject({ command: "inspect", dir: path.resolve("x") });
  for (const wrong of [[], ["inspect"], ["burn", "x"], ["replay", "x", "y"], ["replay", "x", "--yes"]]) expect(readArguments(wrong)).toBeUndefined();
});
