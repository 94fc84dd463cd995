import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { createSql, embeddedUrl, type Sql } from "./sql.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** So much of the shop's output stands in an error: a large store file prints hundreds of lines. */
const SAID_CHARS = 4_000;
const node = path.join(root, "node_modules", ".bin", "node");

export type ShopOptions = Readonly<{
  /** Default `relay`: no web half, so no build is needed; the management REST wants `all`. */
  role?: "all" | "relay";
  /** A store file's content: an object, or YAML as written. */
  store?: object | string;
  /** A folder that is there already; by default a new one that `stop` removes. */
  dataDir?: string;
  /** Further environment; undefined takes a variable away. */
  env?: Readonly<Record<string, string | undefined>>;
  /** How long the ready line may take. */
  readyMs?: number;
}>;

export type Answer<T> = Readonly<{ status: number; body: T; headers: Headers }>;

/** A shop that runs as an operator would run it: its own process, from the repository, with data of its own. */
export interface Shop {
  readonly url: string;
  readonly dataDir: string;
  readonly pid: number;
  readonly running: boolean;
  /** All that it printed since it was started first. */
  output(): string;
  /** A command of the shop (`store`, `ledger` …) with the same environment. */
  cli(...args: string[]): Promise<Readonly<{ code: number; stdout: string; stderr: string }>>;
  /** `store -- apply` of this content; throws when it is refused. */
  apply(store: object | string): Promise<string>;
  /** Management REST with the token of `MANAGEMENT_TOKEN`. */
  rest<T = Record<string, unknown>>(path: string, init?: Readonly<{ method?: string; body?: unknown; token?: string }>): Promise<Answer<T>>;
  /** The invariants that have rows, by `ledger -- check --json`; throws unless its exit code agrees. */
  brokenInvariants(): Promise<readonly Readonly<{ id: string; rows: number }>[]>;
  readonly sql: Sql;
  databaseUrl(): string;
  /** SIGKILL to the shop's process; the database lives on. */
  kill9(): Promise<void>;
  /** SIGKILL to the database's postmaster. */
  killDatabase(): Promise<void>;
  /** Starts it again with the same port and data; resolves at the ready line with the milliseconds it took. */
  start(): Promise<number>;
  /** SIGTERM, then the exit code. */
  end(): Promise<number | null>;
  /** `end`, then data that this harness made is removed. */
  stop(): Promise<number | null>;
}

/** The token that every store of these tests names. */
export const MANAGEMENT_TOKEN = "mm-admin-0123456789abcdef0123456789abcdef";

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once("error", reject).listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Readable by every user, as the database of a shop that runs as root belongs to another one. */
export async function makeDataDir(): Promise<string> {
  const dir = await mkdtemp(path.join(os.tmpdir(), "modelmart-check-"));
  await chmod(dir, 0o755);
  return dir;
}

/**
 * Starts a shop and waits for its ready line.
 *
 * @throws Error with the shop's output when it ends or stays silent instead
 */
export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const dataDir = options.dataDir ?? (await makeDataDir());
  const port = await freePort();
  const env = await environment(options, dataDir, port);
  let child: ChildProcess | undefined;
  let output = "";
  const databaseUrl = (): string => env.DATABASE_URL ?? embeddedUrl(dataDir);

  const start = async (): Promise<number> => {
    const started = performance.now();
    const current = run(["start"], env);
    child = current;
    const from = output.length;
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer);
        reject(new Error(`the shop ${why}; it said:\n…${output.slice(from).slice(-SAID_CHARS)}`));
      };
      const timer = setTimeout(() => {
        current.kill("SIGKILL");
        fail("did not become ready in time");
      }, options.readyMs ?? 180_000);
      const listen = (chunk: Buffer): void => {
        output = (output + chunk.toString()).slice(-1_000_000);
        if (output.includes("Modelmart is ready at http", Math.min(from, output.length))) {
          clearTimeout(timer);
          resolve();
        }
      };
      current.stdout!.on("data", listen);
      current.stderr!.on("data", listen);
      current.once("exit", (code, signal) => fail(`ended with ${code ?? signal}`));
    });
    return performance.now() - started;
  };

  const shop: Shop = {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    get pid() {
      return child?.pid ?? 0;
    },
    get running() {
      return child !== undefined && alive(child);
    },
    output: () => output,
    cli: (...args) => runToEnd(args, env),
    async apply(store) {
      const file = path.join(dataDir, `apply-${Date.now()}.yaml`);
      await writeFile(file, textOf(store));
      const { code, stdout, stderr } = await runToEnd(["store", "apply", file], env);
      await rm(file);
      if (code !== 0) throw new Error(`store apply ended with ${code}:\n${stdout}${stderr}`);
      return stdout;
    },
    async rest(where, { method = "GET", body, token = MANAGEMENT_TOKEN } = {}) {
      const reply = await fetch(`http://127.0.0.1:${port}/api/v1${where}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await reply.text();
      return { status: reply.status, headers: reply.headers, body: parse(text) as never };
    },
    async brokenInvariants() {
      const { code, stdout, stderr } = await runToEnd(["ledger", "check", "--json"], env);
      const broken = readInvariants(parse(stdout)).filter(({ rows }) => rows > 0);
      if ((code === 0) !== (broken.length === 0)) throw new Error(`ledger check ended with ${code}:\n${stdout}${stderr}`);
      return broken;
    },
    sql: createSql(databaseUrl),
    databaseUrl,
    kill9: () => end(child, "SIGKILL").then(() => undefined),
    async killDatabase() {
      const pid = Number((await readFile(path.join(dataDir, "pg", "postmaster.pid"), "utf8")).split("\n")[0]);
      process.kill(pid, "SIGKILL");
    },
    start,
    end: () => end(child, "SIGTERM"),
    async stop() {
      const code = await end(child, "SIGTERM");
      if (env.DATABASE_URL === undefined) await runToEnd(["db-stop"], env);
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
      return code;
    },
  };
  try {
    await start();
  } catch (error) {
    await shop.stop();
    throw error;
  }
  return shop;
}

/** A further relay node on the database of a shop that runs, with its own data folder and the same secret. */
export async function startSecondNode(first: Shop, options: ShopOptions = {}): Promise<Shop> {
  const secret = (await readFile(path.join(first.dataDir, "secret"), "utf8")).trim();
  return startShop({ role: "relay", ...options, env: { DATABASE_URL: first.databaseUrl(), MODELMART_SECRET: secret, ...options.env } });
}

async function environment(options: ShopOptions, dataDir: string, port: number): Promise<Record<string, string>> {
  const store = path.join(dataDir, "store.yaml");
  if (options.store !== undefined) await writeFile(store, textOf(options.store));
  const all: Record<string, string | undefined> = {
    PATH: `${path.dirname(node)}:${process.env.PATH}`,
    HOME: process.env.HOME,
    TMPDIR: process.env.TMPDIR,
    NODE_ENV: "production",
    PORT: String(port),
    HOST: "127.0.0.1",
    MODELMART_DATA: dataDir,
    MODELMART_ROLE: options.role ?? "relay",
    ALLOW_PRIVATE_UPSTREAMS: "true",
    LOG_FORMAT: "json",
    LOG_LEVEL: "warn",
    // As `npm start` has them.
    MALLOC_ARENA_MAX: "1",
    MALLOC_MMAP_THRESHOLD_: "1048576",
    MALLOC_TRIM_THRESHOLD_: "4194304",
    ...(options.store !== undefined && { MODELMART_STORE: store }),
    ...options.env,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** JSON is YAML too. */
const textOf = (store: object | string): string => (typeof store === "string" ? store : JSON.stringify(store, undefined, 2));

/** With a channel to this process, so that a shop does not outlive a test run that was killed. */
const STDIO: StdioOptions = ["ignore", "pipe", "pipe", "ipc"];
const run = (args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess =>
  spawn(node, ["--max-semi-space-size=64", "--no-parallel-scavenge", "--no-allocation-site-pretenuring", path.join(root, "src", "cli", "run.mjs"), ...args], { cwd: root, env: env as NodeJS.ProcessEnv, stdio: STDIO });

async function runToEnd(args: readonly string[], env: Readonly<Record<string, string>>): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = run(args, env);
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr!.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.once("close", (exit) => resolve(exit ?? -1)));
  return { code, stdout, stderr };
}

const alive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<number | null> {
  if (child === undefined || !alive(child)) return Promise.resolve(child?.exitCode ?? null);
  return new Promise((resolve) => {
    child.once("exit", (code) => resolve(code));
    child.kill(signal);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The command prints a list, or an object with one; either with `id` and `rows`. */
function readInvariants(value: unknown): { id: string; rows: number }[] {
  const list = Array.isArray(value) ? value : Object.values((value ?? {}) as object).find(Array.isArray);
  if (!Array.isArray(list) || list.length === 0) throw new Error(`ledger check printed no invariants: ${JSON.stringify(value)}`);
  return list.map((each: { id: string; rows: number | string }) => ({ id: each.id, rows: Number(each.rows) }));
}
