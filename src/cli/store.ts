import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readEnv } from "#config/env.ts";
import { environmentVariables } from "#config/variables.ts";
import { loadCarried } from "#platform/crypto/carried.store.ts";
import { createSealer } from "#platform/crypto/seal.ts";
import { deriveKeys, loadSecret, withCarried } from "#platform/crypto/secret.ts";
import { createPool } from "#platform/db/pool.ts";
import { prepareDatabase } from "#platform/db/prepare.ts";
import { providers } from "#relay/providers/index.ts";
import { applyStore, exportStore, KINDS, StoreFileError, type Kind, type StoreDeps } from "#store/index.ts";

const MIGRATIONS = fileURLToPath(new URL("../../prisma/migrations", import.meta.url));
const USAGE = `npm run store -- apply FILE [--dry-run] [--prune KIND]...   KIND: ${KINDS.join(", ")}
npm run store -- export`;

/** `npm run store`: brings the shop to what a file says, or prints it as such a file. Works whether the shop runs or not. */
export default async function run(argv: string[]): Promise<number> {
  const { command, file, dryRun, prune, problem } = readArguments(argv);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n${USAGE}\n`);
    return 2;
  }
  const text = command === "apply" ? await readFile(file, "utf8").catch((error: Error) => error) : "";
  if (text instanceof Error) {
    process.stderr.write(`Cannot read ${file}: ${text.message}\n`);
    return 1;
  }
  return withStore((deps) => (command === "export" ? printExport(deps) : apply(deps, { file, text, dryRun, prune })));
}

async function apply(deps: StoreDeps, { file, text, dryRun, prune }: { file: string; text: string; dryRun: boolean; prune: Kind[] }): Promise<number> {
  try {
    const { lines, warnings } = await applyStore(deps, text, { dryRun, prune });
    for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
    process.stdout.write(lines.length === 0 ? "no changes\n" : `${lines.join("\n")}\n${dryRun ? "(a trial: nothing has been changed)\n" : ""}`);
    return 0;
  } catch (error) {
    if (!(error instanceof StoreFileError)) throw error;
    for (const { line, message } of error.errors) process.stderr.write(`${file}:${line}: ${message}\n`);
    process.stderr.write(`${error.errors.length} ${error.errors.length === 1 ? "error" : "errors"}; nothing has been changed.\n`);
    return 1;
  }
}

async function printExport(deps: StoreDeps): Promise<number> {
  process.stdout.write(await exportStore(deps.pool));
  return 0;
}

/** An embedded database that was stopped is started for this and stopped again. */
async function withStore(work: (deps: StoreDeps) => Promise<number>): Promise<number> {
  const env = readEnv();
  const derived = deriveKeys(await loadSecret(env));
  const sealer = createSealer(derived);
  const database = await prepareDatabase(env, derived, MIGRATIONS);
  try {
    const pool = createPool(database.url, { name: "store", max: 3 });
    try {
      const keys = withCarried(derived, await loadCarried(pool, sealer));
      return await work({
        pool, keys, sealer, isProvider: (id) => providers.has(id), variables: environmentVariables(), actor: { type: "system", id: "store" },
      });
    } finally {
      await pool.end();
    }
  } finally {
    if (database.embedded?.started) await database.embedded.stop();
  }
}

type Arguments = { command: string; file: string; dryRun: boolean; prune: Kind[]; problem?: string };

function readArguments(argv: string[]): Arguments {
  const nothing = { command: "", file: "", dryRun: false, prune: [] };
  try {
    const { values, positionals } = parseArgs({
      args: argv, allowPositionals: true, options: { "dry-run": { type: "boolean" }, prune: { type: "string", multiple: true } },
    });
    const [command = "", file = "", ...more] = positionals;
    const stranger = values.prune?.find((kind) => !(KINDS as readonly string[]).includes(kind));
    if (stranger !== undefined) return { ...nothing, problem: `--prune takes one of ${KINDS.join(", ")}, not ${stranger}` };
    const fits = command === "apply" ? file !== "" && more.length === 0 : command === "export" && file === "";
    const given = { command, file, dryRun: values["dry-run"] ?? false, prune: (values.prune ?? []) as Kind[] };
    return fits ? given : { ...given, problem: command === "" ? "What shall be done?" : `Cannot understand: ${argv.join(" ")}` };
  } catch (error) {
    return { ...nothing, problem: error instanceof Error ? error.message : String(error) };
  }
}
