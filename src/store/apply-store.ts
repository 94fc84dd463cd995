import { randomBytes } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { generateSecret, writeAudit, type AuditActor } from "#accounts/index.ts";
import { bumpConfig, ensureDefaultGroup } from "#catalog/index.ts";
import type { Sealer } from "#channels/index.ts";
import { fingerprint, hashPassword, verifyPassword } from "#platform/crypto/hash.ts";
import type { DerivedKeys } from "#platform/crypto/secret.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { describe, type Change, type Ids, type Kind, type PlanTools } from "#store/change.ts";
import { parseStoreFile, StoreFileError, nameOf, type ParsedStoreFile } from "#store/parse-store-file.ts";
import { planCodes, planTokens, pruneCodes, pruneTokens } from "#store/plan-access.ts";
import { planGroups, planModels, planPrices, planSettings, pruneModels } from "#store/plan-catalog.ts";
import { planChannels, pruneChannels } from "#store/plan-channels.ts";
import { planGroupRemovals } from "#store/plan-group-removals.store.ts";
import { planUsers, pruneKeys, pruneUsers } from "#store/plan-users.ts";
import { readGroupNames, readShop, takenSecrets } from "#store/read-shop.store.ts";
import type { ShopState } from "#store/shop-state.ts";
import { waitUntilLive } from "#store/wait-until-live.store.ts";
import type { FileError } from "#store/yaml-source.ts";

const APPLY_LOCK = 7_205_002; // one apply at a time

export type StoreDeps = Readonly<{
  pool: Pool;
  keys: DerivedKeys;
  sealer: Sealer;
  isProvider(id: string): boolean;
  /** Environment variables that channel keys may name. */
  variables: Readonly<Record<string, string | undefined>>;
  actor: AuditActor;
}>;

export type ApplyOptions = Readonly<{ dryRun?: boolean; prune?: readonly Kind[] }>;

export type Applied = Readonly<{
  /** Lines to print; empty = no changes. */
  lines: readonly string[];
  warnings: readonly string[];
}>;

/**
 * Brings the shop to what the file says, in one transaction: everything or nothing. Resolves when every live node
 * serves the change and new prices are in force. A second run of the same file changes nothing.
 *
 * @throws StoreFileError with every error found; the shop is as before
 */
export async function applyStore(deps: StoreDeps, text: string, options: ApplyOptions = {}): Promise<Applied> {
  const parsed = parseStoreFile(text, { isProvider: deps.isProvider, variables: deps.variables, groups: await readGroupNames(deps.pool) });
  const outcome: { changes: Change[]; rev: bigint; pricesFrom: Date[] } = { changes: [], rev: 0n, pricesFrom: [] };
  try {
    await withTransaction(deps.pool, async (tx) => {
      await tx.query("SELECT pg_advisory_xact_lock($1)", [APPLY_LOCK]);
      const { changes, ids } = await plan(tx, deps, parsed, options.prune ?? []);
      outcome.changes = changes;
      if (changes.length === 0) return;
      for (const change of changes) await change.run(tx, ids);
      outcome.rev = await bumpConfig(tx);
      outcome.pricesFrom = ids.pricesFrom;
      await writeAudit(tx, deps.keys.auditKey, new Date(), changes.map((change) => toEvent(change, deps.actor)));
      if (options.dryRun) throw new DryRun();
    });
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
  }
  const warnings = warningsOf(parsed);
  const lines = outcome.changes.map((change) => describe(options.dryRun ? { ...change, madeSecret: undefined } : change));
  if (outcome.changes.length === 0 || options.dryRun) return { lines, warnings };
  const late = await waitUntilLive(deps.pool, outcome.rev, outcome.pricesFrom);
  return { lines, warnings: [...warnings, ...late.map((node) => `node ${node} has not taken the change over yet`)] };
}

/** Thrown to roll a trial back. */
class DryRun extends Error {}

async function plan(tx: PoolClient, deps: StoreDeps, parsed: ParsedStoreFile, prune: readonly Kind[]): Promise<{ changes: Change[]; ids: Ids }> {
  await ensureDefaultGroup(tx);
  const users = parsed.file.users ?? [];
  const shop = await readShop(tx, prune.includes("users") ? undefined : users.map(({ email }) => email));
  const errors: FileError[] = [];
  const tools: PlanTools = {
    keyPepper: deps.keys.keyPepper,
    codePepper: deps.keys.codePepper,
    sealer: deps.sealer,
    fingerprint: (secret) => fingerprint(deps.keys.keyPepper, secret),
    hashPassword: (password) => hashPassword(deps.keys, password),
    samePassword: await samePasswords(deps.keys, parsed, shop),
    makeSecret: (prefix) => generateSecret(prefix, randomBytes),
    variables: deps.variables,
    fail: (path, message) => void errors.push({ line: parsed.lineOf(path), message: `${nameOf(path)}: ${message}` }),
  };
  for (const { path, message } of await takenSecrets(tx, parsed.file, shop, tools.keyPepper)) tools.fail(path, message);

  const changes = [
    ...planSettings(parsed, shop),
    ...planGroups(parsed, shop),
    ...planModels(parsed, shop),
    ...planChannels(parsed, shop, tools),
    ...planUsers(parsed, shop, tools),
    ...planCodes(parsed, shop, tools),
    ...planTokens(parsed, shop, tools),
    ...(await planRemovals(tx, prune, parsed, shop, tools)),
    ...planPrices(parsed, shop),
  ];
  if (errors.length > 0) throw new StoreFileError(errors.sort((a, b) => a.line - b.line));
  const ids: Ids = {
    groups: new Map([...shop.groups.values()].map(({ name, id }) => [name, id])),
    models: new Map([...shop.models.values()].map(({ slug, id }) => [slug, id])),
    pricesFrom: [],
  };
  return { changes, ids };
}

async function planRemovals(tx: PoolClient, prune: readonly Kind[], { file }: ParsedStoreFile, shop: ShopState, tools: PlanTools): Promise<Change[]> {
  const of: Readonly<Record<Kind, () => Change[] | Promise<Change[]>>> = {
    models: () => pruneModels(file.models ?? [], shop),
    channels: () => pruneChannels(file.channels ?? [], shop),
    users: () => pruneUsers(file.users ?? [], shop),
    keys: () => pruneKeys(file.users ?? [], shop, tools.keyPepper),
    codes: () => pruneCodes(file.codes ?? [], shop, tools),
    management_tokens: () => pruneTokens(file.management_tokens ?? [], shop, tools.keyPepper),
    groups: () => planGroupRemovals(tx, Object.keys(file.groups ?? {}), shop),
  };
  const lists = [];
  for (const kind of prune) lists.push(await of[kind]());
  return lists.flat();
}

/** Users whose password in the file is the one they have; several at a time, because a hash takes its time. */
async function samePasswords(keys: DerivedKeys, { file }: ParsedStoreFile, shop: ShopState): Promise<Set<string>> {
  const same = new Set<string>();
  await Promise.all((file.users ?? []).map(async ({ email, password }) => {
    const phc = shop.users.get(email)?.passwordHash;
    if (password !== undefined && phc && (await verifyPassword(keys, password, phc))) same.add(email);
  }));
  return same;
}

const toEvent = ({ op, kind, name, fields }: Change, actor: AuditActor) => ({
  actor,
  action: `${kind.replaceAll(" ", "_")}.${op}`,
  target: { type: kind, id: name },
  before: Object.fromEntries(fields.filter(({ before }) => before !== undefined).map((field) => [field.name, field.before])),
  after: Object.fromEntries(fields.map(({ name: field, after }) => [field, after])),
  reason: "store file",
});

/** What is no error but surely not meant. */
function warningsOf({ file, prices }: ParsedStoreFile): string[] {
  const weak = (file.users ?? []).filter(({ password, role }) => password !== undefined && password.length < (role && role !== "customer" ? 14 : 10));
  const unpriced = (file.models ?? []).filter((model, index) => model.price === undefined && model.ratio === undefined && !prices.has(index));
  return [
    ...weak.map(({ email }) => `the password of ${email} is short`),
    ...unpriced.map(({ id }) => `model ${id} has no price in this file: without one it is neither listed nor callable`),
  ];
}
