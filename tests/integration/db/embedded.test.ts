import { execFile, execFileSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { EmbeddedPostgresError } from "#platform/db/embedded-binaries.ts";
import { ensurePostgres, postgresRuns, stopPostgres } from "#platform/db/embedded.ts";
import { superviseEmbedded } from "#platform/db/supervise.ts";
import { createLog } from "#platform/log.ts";

const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;
/** Whether other users can walk to this checkout, and run it. */
const isOpen = isRoot && execFileSync("sh", ["-c", "p=$PWD; while [ \"$p\" != / ]; do stat -c %A \"$p\"; p=$(dirname \"$p\"); done"], { encoding: "utf8" })
  .split("\n").filter(Boolean).every((mode) => /[xt]$/.test(mode));
const log = createLog({ level: "silent", format: "json" });
let dataDir: string;

beforeEach(() => {
  // 0700 and, as root, not the server's own: it must work below folders that the server's user cannot enter.
  dataDir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "modelmart-embedded-")), "data");
});

afterEach(async () => {
  await stopPostgres(dataDir, { force: true });
  fs.rmSync(path.dirname(dataDir), { recursive: true });
});

async function ask(url: string, sql: string, name = "probe"): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  await client.connect();
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

const pid = (): number => Number.parseInt(fs.readFileSync(path.join(dataDir, "pg/postmaster.pid"), "utf8"), 10);
const gone = async (id: number): Promise<void> => {
  while (fs.existsSync(`/proc/${id}/cwd`)) await sleep(10);
};

/** Calls ensurePostgres in a process of its own, optionally as another user. */
async function inProcess(user: { uid?: number; gid?: number } = {}): Promise<{ url: string; started: boolean }> {
  const script = `import { ensurePostgres } from "#platform/db/embedded.ts";
    const { url, started } = await ensurePostgres(${JSON.stringify(dataDir)}); console.log(JSON.stringify({ url, started }));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { ...user, cwd: path.resolve(".") });
  return JSON.parse(stdout) as { url: string; started: boolean };
}

test("is made, joined, stopped and started again with what it held", async () => {
  const first = await ensurePostgres(dataDir);
  expect(first.started).toBe(true);
  expect(await ask(first.url, "SELECT current_user || '@' || current_database()")).toBe("mm_app@modelmart");
  expect(await ask(first.url, "SHOW max_connections")).toBe("100");
  await ask(first.ownerUrl, "CREATE TABLE kept AS SELECT 7 AS n");
  expect(fs.statSync(path.join(dataDir, "pg.json")).mode & 0o777).toBe(0o600);
  expect(fs.statSync(dataDir).mode & 0o777).toBe(0o700);

  expect(await ensurePostgres(dataDir)).toMatchObject({ started: false, url: first.url });
  expect(await first.stop()).toBe(true);
  expect(await postgresRuns(dataDir)).toBe(false);
  const second = await ensurePostgres(dataDir);
  expect(second).toMatchObject({ started: true, url: first.url });
  expect(await ask(second.ownerUrl, "SELECT n FROM kept")).toBe(7);
});

test("two processes that begin at once share one", async () => {
  const both = await Promise.all([inProcess(), inProcess(), ensurePostgres(dataDir)]);
  expect(both.filter(({ started }) => started)).toHaveLength(1);
  expect(new Set(both.map(({ url }) => url)).size).toBe(1);
  expect(await ask(both[0].url, "SELECT 1")).toBe(1);
});

test("is not stopped under another process of the shop, unless forced", async () => {
  const postgres = await ensurePostgres(dataDir);
  const other = new pg.Client({ connectionString: postgres.url, application_name: "modelmart:web" });
  other.on("error", () => undefined);
  await other.connect();
  expect(await postgres.stop()).toBe(false);
  expect(await ask(postgres.url, "SELECT 1")).toBe(1);
  expect(await postgres.stop({ force: true })).toBe(true);
});

test("comes back after kill -9, keeping what was committed", async () => {
  const postgres = await ensurePostgres(dataDir);
  await ask(postgres.ownerUrl, "CREATE TABLE kept AS SELECT 7 AS n");
  const killed = pid();
  process.kill(killed, "SIGKILL");
  await gone(killed);
  const again = await ensurePostgres(dataDir);
  expect(again).toMatchObject({ started: true, url: postgres.url });
  expect(await ask(again.ownerUrl, "SELECT n FROM kept")).toBe(7);
});

test("a lock file from before a reboot, naming a process of somebody else, does not stop it", async () => {
  const postgres = await ensurePostgres(dataDir);
  const file = path.join(dataDir, "pg/postmaster.pid");
  const old = fs.readFileSync(file, "utf8");
  await postgres.stop();
  fs.writeFileSync(file, old.replace(/^\d+/, String(process.ppid)));
  if (isRoot) fs.chownSync(file, fs.statSync(path.dirname(file)).uid, fs.statSync(path.dirname(file)).gid);
  expect((await ensurePostgres(dataDir)).started).toBe(true);
});

test("takes another port when its own was taken", async () => {
  const postgres = await ensurePostgres(dataDir);
  await postgres.stop();
  const port = Number(new URL(postgres.url).port);
  const squatter = net.createServer((socket) => socket.destroy());
  await new Promise<void>((listening) => squatter.listen(port, "127.0.0.1", listening));
  try {
    const moved = await ensurePostgres(dataDir);
    expect(new URL(moved.url).port).not.toBe(String(port));
    expect(await ask(moved.url, "SELECT 1")).toBe(1);
  } finally {
    squatter.close();
  }
});

test("is started again by its watch", async () => {
  const postgres = await ensurePostgres(dataDir);
  const stop = superviseEmbedded(dataDir, { log, everyMs: 50 });
  process.kill(pid(), "SIGKILL");
  await expect.poll(() => ask(postgres.url, "SELECT 1").catch(() => 0), { timeout: 20_000 }).toBe(1);
  await stop();
});

test("an interrupted first start is finished by the next", async () => {
  fs.mkdirSync(path.join(dataDir, "pg.new/data"), { recursive: true });
  fs.writeFileSync(path.join(dataDir, "pg.new/data/PG_VERSION"), "18");
  fs.writeFileSync(path.join(dataDir, "pg.json"), JSON.stringify({ port: 1, ready: false, passwords: {} }));
  const postgres = await ensurePostgres(dataDir);
  expect(await ask(postgres.url, "SELECT 1")).toBe(1);
  expect(fs.existsSync(path.join(dataDir, "pg.new"))).toBe(false);
});

test("data without their passwords are not touched", async () => {
  const postgres = await ensurePostgres(dataDir);
  await postgres.stop();
  fs.renameSync(path.join(dataDir, "pg.json"), path.join(dataDir, "elsewhere"));
  await expect(ensurePostgres(dataDir)).rejects.toThrow(EmbeddedPostgresError);
  await expect(ensurePostgres(dataDir)).rejects.toThrow(/put it back/);
  fs.renameSync(path.join(dataDir, "elsewhere"), path.join(dataDir, "pg.json"));
});

test("a server that cannot start says why", async () => {
  const postgres = await ensurePostgres(dataDir);
  await postgres.stop();
  fs.appendFileSync(path.join(dataDir, "pg/postgresql.conf"), "\nno_such_setting = 1\n");
  await expect(ensurePostgres(dataDir)).rejects.toThrow(/no_such_setting|contains errors/);
});

test.skipIf(!isOpen)("an ordinary user has his own, and root may take it over", async () => {
  const nobody = { uid: 65_534, gid: 65_534 };
  fs.chmodSync(path.dirname(dataDir), 0o711);
  fs.mkdirSync(dataDir, { mode: 0o700 });
  fs.chownSync(dataDir, nobody.uid, nobody.gid);
  const own = await inProcess(nobody);
  expect(own.started).toBe(true);
  expect(fs.statSync(path.join(dataDir, "pg")).uid).toBe(nobody.uid);
  expect((await ensurePostgres(dataDir)).started).toBe(false);
  await stopPostgres(dataDir, { force: true });
  expect((await ensurePostgres(dataDir)).started).toBe(true);
  expect((await inProcess(nobody)).started).toBe(false);
});

test.skipIf(!isOpen)("data of another user are left to him", async () => {
  await (await ensurePostgres(dataDir)).stop();
  fs.chmodSync(path.dirname(dataDir), 0o711);
  fs.chmodSync(dataDir, 0o711);
  await expect(inProcess({ uid: 65_534, gid: 65_534 })).rejects.toThrow(/belongs to user \d+: start as that user or as root/);
});
