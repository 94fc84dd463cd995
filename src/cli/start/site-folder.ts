import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

/*
 * Each build of the site has a folder of its own, `.next/site-<hash>`, and `.next/modelmart-build` names the one to serve.
 * A shop that serves from this clone reads pages from disk as they are first asked for: a build in the same folder would
 * take them from under it, and one that breaks off would leave it with nothing.
 */

const NEXT = ".next";
const POINTER = "modelmart-build";
/** Written last: a folder without it is what a broken-off build left. */
const WHOLE = "modelmart-whole";
const PREFIX = "site-";
const HASH_CHARS = 12;
/** What is served, and what a shop may still serve that was started before. */
const KEPT = 3;
/** Next's types of the routes, written into the project's root by every build. */
const TYPES = "next-env.d.ts";

const folderOf = (hash: string): string => path.posix.join(NEXT, PREFIX + hash.slice(0, HASH_CHARS));
const exists = (file: string): Promise<boolean> => stat(file).then(() => true, () => false);
const textOf = async (file: string): Promise<string> => (await readFile(file, "utf8").catch(() => "")).trim();

/** Is the site of these sources built whole, and the one that is served? */
export async function isServed(root: string, hash: string): Promise<boolean> {
  return (await textOf(path.join(root, NEXT, POINTER))) === hash && exists(path.join(root, folderOf(hash), WHOLE));
}

/**
 * Builds into a new folder and serves that one from the next start on. When the build fails or is broken off, what was
 * served stays as it was.
 *
 * @param build makes the site in the folder, which it gets relative to the root
 */
export async function replaceSite(root: string, hash: string, build: (folder: string) => Promise<void>): Promise<void> {
  const folder = folderOf(hash);
  if (!(await exists(path.join(root, folder, WHOLE)))) await fill(root, folder, build);
  const pointer = path.join(root, NEXT, POINTER);
  await writeFile(`${pointer}.new`, `${hash}\n`);
  await rename(`${pointer}.new`, pointer);
  await sweep(root, folder);
}

async function fill(root: string, folder: string, build: (folder: string) => Promise<void>): Promise<void> {
  const at = path.join(root, folder), types = path.join(root, TYPES);
  const typesBefore = await readFile(types, "utf8").catch(() => undefined);
  await rm(at, { recursive: true, force: true });
  await mkdir(at, { recursive: true });
  // Next writes its folder into the compiler settings that it is given: these, and not the project's.
  await writeFile(path.join(root, NEXT, "tsconfig.json"), `{ "extends": "../tsconfig.json" }\n`);
  try {
    await build(folder);
    await writeFile(path.join(at, WHOLE), "");
  } catch (error) {
    if (typesBefore !== undefined) await writeFile(types, typesBefore);
    throw error;
  }
}

/** The folders of earlier builds, but for the newest few. */
async function sweep(root: string, served: string): Promise<void> {
  const names = (await readdir(path.join(root, NEXT))).filter((name) => name.startsWith(PREFIX) && name !== path.basename(served));
  const ages = await Promise.all(names.map(async (name) => ({ name, at: (await stat(path.join(root, NEXT, name)).catch(() => undefined))?.mtimeMs ?? 0 })));
  const old = ages.sort((a, b) => b.at - a.at).slice(KEPT - 1);
  for (const { name } of old) await rm(path.join(root, NEXT, name), { recursive: true, force: true });
}
