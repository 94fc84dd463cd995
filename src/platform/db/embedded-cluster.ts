import { randomBytes } from "node:crypto";
import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { bareEnv } from "#config/process-env.ts";
import { EmbeddedPostgresError, type Binaries, type ServerUser } from "./embedded-binaries.ts";

const run = promisify(execFile);

/** What `pg.json` holds: how to reach the embedded database. Mode 0600. */
export type ClusterConfig = Readonly<{
  port: number;
  /** False until roles and database are made. */
  ready: boolean;
  passwords: Readonly<{ superuser: string; mm_migrate: string; mm_app: string; mm_read: string }>;
}>;

/** The server's files under the data folder. */
export const clusterPaths = (dataDir: string) => ({
  data: path.join(dataDir, "pg"),
  config: path.join(dataDir, "pg.json"),
  log: path.join(dataDir, "postgres.log"),
});

export type ClusterPaths = ReturnType<typeof clusterPaths>;

/**
 * PostgreSQL refuses to run as root: then it runs as the owner of its data, else as `postgres`, else as `nobody`.
 * @throws EmbeddedPostgresError when none of them exists, or the data belong to another user than this one
 */
export async function serverUser(paths: ClusterPaths): Promise<ServerUser> {
  const owner = await fs.stat(paths.data).catch(() => undefined);
  if (process.getuid?.() !== 0) {
    if (owner && owner.uid !== process.getuid?.()) {
      throw new EmbeddedPostgresError(`${paths.data} belongs to user ${owner.uid}: start as that user or as root, or choose another MODELMART_DATA`);
    }
    return undefined;
  }
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const users = (await fs.readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const user = users.find(([entry]) => entry === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new EmbeddedPostgresError("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as: start as an ordinary user, or set DATABASE_URL");
}

/**
 * How the server's processes are started in the folder `data`.
 *
 * As another user than ours they may not be able to walk to it by its path (every folder above would need o+x).
 * So they start inside it and call it /proc/self/cwd, which needs no right on any folder above.
 */
export const startedIn = (data: string, user: ServerUser) => ({
  argument: user ? "/proc/self/cwd" : data,
  options: { ...user, cwd: data, env: bareEnv({ PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" }) },
});

/** Reads `pg.json`, or makes the cluster. Must run under the lock. */
export async function openCluster(paths: ClusterPaths, binaries: Binaries, user: ServerUser): Promise<ClusterConfig> {
  const config = await readClusterConfig(paths);
  const exists = await fs.access(path.join(paths.data, "PG_VERSION")).then(() => true, () => false);
  if (config && exists) return config;
  if (exists) throw new EmbeddedPostgresError(`${paths.data} is there but ${paths.config} with its passwords is not: put it back, or move the folder away to begin anew`);
  const fresh: ClusterConfig = {
    port: await freePort(),
    ready: false,
    passwords: { superuser: password(), mm_migrate: password(), mm_app: password(), mm_read: password() },
  };
  // Written first: a crash between the two leaves passwords without a cluster, and the next start makes both anew.
  await writeClusterConfig(paths, fresh);
  await makeCluster(paths, binaries, user, fresh.passwords.superuser);
  return fresh;
}

export async function readClusterConfig(paths: ClusterPaths): Promise<ClusterConfig | undefined> {
  const text = await fs.readFile(paths.config, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new EmbeddedPostgresError(`${paths.config} cannot be read (${error.code}): start as the user who made it`);
  });
  return text === undefined ? undefined : (JSON.parse(text) as ClusterConfig);
}

export async function writeClusterConfig(paths: ClusterPaths, config: ClusterConfig): Promise<void> {
  const unfinished = `${paths.config}.${process.pid}`;
  await fs.writeFile(unfinished, JSON.stringify(config, undefined, 2), { mode: 0o600, flush: true });
  await fs.rename(unfinished, paths.config);
}

async function makeCluster(paths: ClusterPaths, binaries: Binaries, user: ServerUser, superuserPassword: string): Promise<void> {
  const nursery = `${paths.data}.new`;
  const data = path.join(nursery, "data");
  const passwordFile = path.join(nursery, "password");
  await fs.rm(nursery, { recursive: true, force: true });
  await fs.mkdir(data, { recursive: true, mode: 0o700 });
  await fs.writeFile(passwordFile, superuserPassword, { mode: 0o600 });
  if (user) for (const item of [nursery, data, passwordFile]) await fs.chown(item, user.uid, user.gid);
  const { argument, options } = startedIn(data, user);
  const passwordArgument = user ? "/proc/self/cwd/../password" : passwordFile;
  try {
    await run(binaries.initdb, ["-D", argument, "-U", "postgres", "--pwfile", passwordArgument, "-A", "scram-sha-256", "-E", "UTF8", "--locale=C"], options);
  } catch (cause) {
    throw new EmbeddedPostgresError(`the database could not be made in ${paths.data}: ${lastLine((cause as { stderr?: string }).stderr)}`, { cause });
  }
  await fs.rename(data, paths.data);
  await fs.rm(nursery, { recursive: true, force: true });
}

const password = (): string => randomBytes(24).toString("base64url");
const lastLine = (text = ""): string => text.trim().split("\n").at(-1) ?? "";

/** A TCP port of the loopback address that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
