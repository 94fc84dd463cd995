import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { childEnv } from "#config/process-env.ts";
import { StartError } from "#cli/start/errors.ts";
import { isServed, replaceSite } from "#cli/start/site-folder.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const GENERATED = path.join(root, "src/platform/db/generated");
const CLIENT_MARKER = path.join(GENERATED, ".modelmart");
/** Each may be a file or a folder; a missing one counts as empty. */
const CLIENT_SOURCES = ["package-lock.json", "prisma/schema"];
const BUILD_SOURCES = ["package-lock.json", "prisma", "src", "public", "next.config.mjs", "tsconfig.json", ".postcssrc.json"];

/** Makes the database client when the schema has changed. @returns whether there was anything to do */
export async function buildClient(): Promise<boolean> {
  const hash = await hashOf(CLIENT_SOURCES);
  if ((await readMarker(CLIENT_MARKER)) === hash) return false;
  // Generating reads the schema only; the engine's binary is never run, but the tool insists on one.
  await runTool("database client", ["node_modules/prisma/build/index.js", "generate", "--schema", "prisma/schema"], {
    PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true",
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    CHECKPOINT_DISABLE: "1",
  });
  await writeFile(CLIENT_MARKER, `${hash}\n`);
  return true;
}

/** Builds the site when anything that it is made of has changed, beside the one that may be served meanwhile. @returns whether there was anything to do */
export async function buildSite(): Promise<boolean> {
  const hash = await hashOf(BUILD_SOURCES);
  if (await isServed(root, hash)) return false;
  // Types of a dev run, or of a build without a folder of its own, name pages that may have moved since.
  for (const stale of [".next/dev", ".next/types"]) await rm(path.join(root, stale), { recursive: true, force: true });
  await replaceSite(root, hash, (folder) =>
    runTool("site", ["node_modules/next/dist/bin/next", "build"], { NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", MODELMART_SITE_FOLDER: folder }));
  return true;
}

/** Progress goes to standard error: standard output belongs to the command. */
async function runTool(what: string, argv: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  process.stderr.write(`Building the ${what} ...\n`);
  const startedAt = performance.now();
  const code = await new Promise<number>((resolve, reject) => {
    const tool = spawn(process.execPath, [...argv], { cwd: root, env: childEnv(env), stdio: ["ignore", 2, 2] });
    tool.on("error", reject);
    tool.on("exit", (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0) throw new StartError(`The ${what} could not be built; what is wrong stands above.`);
  process.stderr.write(`Built the ${what} in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s.\n`);
}

const readMarker = async (file: string): Promise<string> => (await readFile(file, "utf8").catch(() => "")).trim();

/** One hash over names and contents, in a fixed order. */
async function hashOf(sources: readonly string[]): Promise<string> {
  const files: string[] = [];
  for (const source of sources) await collect(path.join(root, source), files);
  const hash = createHash("sha256").update(process.version);
  for (const file of files.sort()) hash.update(path.relative(root, file)).update("\0").update(await readFile(file)).update("\0");
  return hash.digest("hex");
}

async function collect(at: string, files: string[]): Promise<void> {
  if (at === GENERATED) return;
  const entries = await readdir(at, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOTDIR") files.push(at);
    return [];
  });
  for (const entry of entries) {
    if (entry.isDirectory()) await collect(path.join(at, entry.name), files);
    else if (entry.isFile()) files.push(path.join(at, entry.name));
  }
}
