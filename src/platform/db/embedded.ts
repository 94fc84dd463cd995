import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { EMBEDDED_MAX_CONNECTIONS, EMBEDDED_START_TIMEOUT_MS } from "#config/defaults.ts";
import { withHostLock } from "#platform/host-lock.ts";
import { EmbeddedPostgresError, findBinaries, type Binaries, type ServerUser } from "./embedded-binaries.ts";
import { clusterPaths, freePort, openCluster, readClusterConfig, serverUser, startedIn, writeClusterConfig, type ClusterConfig, type ClusterPaths } from "./embedded-cluster.ts";
import { ensureEmbeddedRoles } from "./roles.ts";

export type EmbeddedPostgres = Readonly<{
  /** As `mm_app`: what the shop runs as. */
  url: string;
  /** As `mm_migrate`, who owns the tables. */
  ownerUrl: string;
  /** As superuser, in the database `postgres`: for tests and tools that make databases. */
  adminUrl: string;
  /** False when it ran already. */
  started: boolean;
  /**
   * Stops the server unless another process of the shop is connected to it.
   * Close this process's own connections first.
   * @returns whether it is stopped
   */
  stop(options?: { force?: boolean }): Promise<boolean>;
}>;

export type EmbeddedOptions = Readonly<{ /** Further `-c` settings of the server. */ settings?: Readonly<Record<string, string>> }>;

/**
 * Makes sure that the shop's own PostgreSQL runs on the data in `<dataDir>/pg`: makes, starts or joins it.
 *
 * The server is a daemon of its own: it outlives a killed Node process, and the next start joins it. Several processes
 * may call this at the same time.
 *
 * @throws EmbeddedPostgresError with what to do about it
 */
export async function ensurePostgres(dataDir: string, options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const paths = clusterPaths(dataDir);
  await fs.mkdir(dataDir, { recursive: true, mode: 0o700 });
  const { config, started } = await withHostLock(await lockName(dataDir), EMBEDDED_START_TIMEOUT_MS, async () => {
    const user = await serverUser(paths);
    const running = await runningCluster(paths);
    if (running) return { config: running, started: false };
    const binaries = await findBinaries(user, dataDir);
    return start(paths, binaries, user, await openCluster(paths, binaries, user), options);
  });
  return {
    url: address(config, "mm_app", "modelmart"),
    ownerUrl: address(config, "mm_migrate", "modelmart"),
    adminUrl: address(config, "superuser", "postgres"),
    started,
    stop: ({ force = false } = {}) => stopPostgres(dataDir, { force }),
  };
}

/**
 * Stops the embedded PostgreSQL, if it runs; running transactions are rolled back, all else is kept.
 * @param options.force stop although other processes of the shop use it
 * @returns whether it is stopped
 */
export async function stopPostgres(dataDir: string, { force }: { force: boolean }): Promise<boolean> {
  const paths = clusterPaths(dataDir);
  const config = await readClusterConfig(paths);
  if (!config) return true;
  return withHostLock(await lockName(dataDir), EMBEDDED_START_TIMEOUT_MS, async () => {
    const pid = await livePostmaster(paths);
    if (pid === undefined) return true;
    if (!force && (await usedByOthers(config))) return false;
    process.kill(pid, "SIGINT");
    for (let waited = 0; waited < EMBEDDED_START_TIMEOUT_MS; waited += 20) {
      if ((await livePostmaster(paths)) === undefined) return true;
      await sleep(20);
    }
    throw new EmbeddedPostgresError(`the database (process ${pid}) did not stop; see ${paths.log}`);
  });
}

/** Whether the server's process is there; cheap enough to ask every second. */
export const postgresRuns = async (dataDir: string): Promise<boolean> => (await livePostmaster(clusterPaths(dataDir))) !== undefined;

/** A server that is up and set up needs no binaries, which a bundler may hide from this process. */
async function runningCluster(paths: ClusterPaths): Promise<ClusterConfig | undefined> {
  const config = await readClusterConfig(paths);
  return config?.ready && (await livePostmaster(paths)) !== undefined && (await answers(config)) ? config : undefined;
}

async function start(paths: ClusterPaths, binaries: Binaries, user: ServerUser, given: ClusterConfig, options: EmbeddedOptions) {
  let config = given;
  let started = false;
  const deadline = performance.now() + EMBEDDED_START_TIMEOUT_MS;
  while (!(await answers(config))) {
    if (performance.now() > deadline) throw new EmbeddedPostgresError(`the database did not start in time; see ${paths.log}`);
    if ((await livePostmaster(paths)) !== undefined) {
      await sleep(20);
      continue;
    }
    const outcome = await launch(paths, binaries, user, config, options);
    if (outcome === "port-taken") {
      config = { ...config, port: await freePort() };
      await writeClusterConfig(paths, config);
    } else if (outcome === "memory-in-use") {
      await sleep(200); // Processes of a killed server are still going away.
    } else {
      started = true;
    }
  }
  if (!config.ready) config = await finish(paths, config);
  return { config, started };
}

/** Starts the server's process and waits until it has written its lock file or is gone again. */
async function launch(paths: ClusterPaths, binaries: Binaries, user: ServerUser, config: ClusterConfig, options: EmbeddedOptions): Promise<"up" | "port-taken" | "memory-in-use"> {
  await fs.rm(path.join(paths.data, "postmaster.pid"), { force: true });
  const log = await openLog(paths.log);
  const { argument, options: where } = startedIn(paths.data, user);
  const settings = {
    listen_addresses: "127.0.0.1", port: String(config.port), unix_socket_directories: "",
    shared_buffers: "128MB", max_connections: String(EMBEDDED_MAX_CONNECTIONS), ...options.settings,
  };
  const from = (await log.stat()).size;
  try {
    const child = spawn(
      binaries.postgres, ["-D", argument, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      { ...where, detached: true, stdio: ["ignore", log.fd, log.fd] },
    );
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (status, signal) => resolve(`it ended with ${signal ?? status}`));
    });
    child.unref();
    while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      if (await answers(config)) return "up";
      await Promise.race([ended, sleep(20)]);
    }
    const why = await ended;
    const text = (await fs.readFile(paths.log)).subarray(from).toString();
    if (/could not bind|could not create any TCP/.test(text)) return "port-taken";
    if (text.includes("pre-existing shared memory block")) return "memory-in-use";
    const fatal = text.split("\n").find((line) => /FATAL|PANIC|error while loading/.test(line));
    throw new EmbeddedPostgresError(`the database did not start: ${fatal ?? why}; see ${paths.log}`);
  } finally {
    await log.close();
  }
}

async function openLog(file: string): Promise<fs.FileHandle> {
  const log = await fs.open(file, "a", 0o600);
  // Begun anew at 10 MB: the server appends to it as long as it lives, and nobody else trims it.
  if ((await log.stat()).size > 10_000_000) await log.truncate();
  return log;
}

async function finish(paths: ClusterPaths, config: ClusterConfig): Promise<ClusterConfig> {
  const client = await connect(config);
  try {
    const { mm_migrate, mm_app, mm_read } = config.passwords;
    await ensureEmbeddedRoles(client, { mm_migrate, mm_app, mm_read });
  } finally {
    await client.end();
  }
  const done = { ...config, ready: true };
  await writeClusterConfig(paths, done);
  return done;
}

/** The server's process id when it is alive and really works on these data; ids are given anew after a reboot. */
async function livePostmaster(paths: ClusterPaths): Promise<number | undefined> {
  const text = await fs.readFile(path.join(paths.data, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  if (!Number.isSafeInteger(pid) || pid <= 1) return undefined;
  try {
    const [folder, itsFolder] = await Promise.all([fs.stat(paths.data), fs.stat(`/proc/${pid}/cwd`)]);
    return folder.dev === itsFolder.dev && folder.ino === itsFolder.ino ? pid : undefined;
  } catch {
    return undefined;
  }
}

async function connect(config: ClusterConfig): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: address(config, "superuser", "postgres"), application_name: "modelmart-embedded", connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined); // Lost while idle: the caller's next query says so.
  await client.connect();
  return client;
}

/** Refused connections and "starting up" mean: not yet. A wrong password means that another server has our port. */
async function answers(config: ClusterConfig): Promise<boolean> {
  try {
    await (await connect(config)).end();
    return true;
  } catch {
    return false;
  }
}

async function usedByOthers(config: ClusterConfig): Promise<boolean> {
  const client = await connect(config);
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'modelmart:%'");
    return (rowCount ?? 0) > 0;
  } finally {
    await client.end();
  }
}

const address = (config: ClusterConfig, role: keyof ClusterConfig["passwords"], database: string): string =>
  `postgresql://${role === "superuser" ? "postgres" : role}:${config.passwords[role]}@127.0.0.1:${config.port}/${database}`;

async function lockName(dataDir: string): Promise<string> {
  const { dev, ino } = await fs.stat(dataDir);
  return `modelmart-postgres-${dev}-${ino}`;
}
