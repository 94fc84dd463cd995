import { createApiKey, createUser, problemOfGivenSecret, sealedForm, updateApiKey, updateUser } from "#accounts/index.ts";
import { DEFAULT_GROUP } from "#catalog/index.ts";
import { formatUsd } from "#money/parse-amount.ts";
import { grantCredit } from "#money/ledger.store.ts";
import { differences, picked, type Change, type PlanTools } from "#store/change.ts";
import type { ParsedStoreFile } from "#store/parse-store-file.ts";
import { sorted } from "#store/plan-catalog.ts";
import type { KeyState, ShopState, UserState } from "#store/shop-state.ts";
import type { FileKey, FileUser } from "#store/store-file.ts";
import type { Path } from "#store/yaml-source.ts";

/** Id and wallet of a user that is made on the way. */
type Made = { id: string; walletId: string };

export function planUsers({ file }: ParsedStoreFile, shop: ShopState, tools: PlanTools): Change[] {
  return (file.users ?? []).flatMap((user, index): Change[] => {
    const current = shop.users.get(user.email);
    const made: Made = { id: current?.id ?? "", walletId: current?.walletId ?? "" };
    return [
      ...planUser(user, current, made, tools),
      ...planCredits(user, current, made),
      ...(user.keys ?? []).flatMap((key, at) => planKey(key, user, current?.keys.get(key.name), made, tools, ["users", index, "keys", at])),
    ];
  });
}

function planUser(user: FileUser, current: UserState | undefined, made: Made, tools: PlanTools): Change[] {
  const wanted = {
    name: user.name, role: user.role, group: user.group ?? (current ? undefined : DEFAULT_GROUP), limits: user.limits, budgets: user.budget,
    status: user.enabled === undefined ? undefined : user.enabled ? "active" as const : "disabled" as const,
  };
  const password = user.password !== undefined && !tools.samePassword.has(user.email) ? user.password : undefined;
  const fields = [...differences(current ?? {}, wanted), ...(password === undefined ? [] : [{ name: "password", after: "(set)" }])];
  if (current && fields.length === 0) return [];
  return [{
    op: current ? "update" : "create", kind: "user", name: user.email, fields,
    run: async (tx, ids) => {
      const { group, ...columns } = wanted;
      const more = { ...(group !== undefined && { groupId: ids.groups.get(group)! }), ...(password !== undefined && { passwordHash: await tools.hashPassword(password) }) };
      if (current) return updateUser(tx, current.id, { ...picked(columns, fields), ...more });
      Object.assign(made, await createUser(tx, { ...columns, email: user.email, role: user.role ?? "customer", verified: true, groupId: ids.groups.get(group!)!, ...more }));
    },
  }];
}

/** A credit is granted once per (user, id), whatever the file says of it later. */
function planCredits(user: FileUser, current: UserState | undefined, made: Made): Change[] {
  return (user.credit ?? []).filter(({ id }) => !current?.grants.has(id)).map((credit): Change => ({
    op: "create", kind: "credit", name: `${user.email}/${credit.id}`,
    fields: [{ name: "usd", after: formatUsd(credit.amount) }, ...(credit.expires ? [{ name: "expires", after: credit.expires.toISOString() }] : [])],
    run: async (tx) => {
      await grantCredit(tx, { userId: made.id, walletId: made.walletId, grantId: credit.id, amount: credit.amount, ...(credit.expires && { expiresAt: credit.expires }) });
    },
  }));
}

function planKey(key: FileKey, user: FileUser, current: KeyState | undefined, made: Made, tools: PlanTools, at: Path): Change[] {
  const secret = key.secret ?? (current ? undefined : tools.makeSecret("sk-mm-"));
  const problem = secret === undefined ? undefined : problemOfGivenSecret(secret, "api-key");
  if (problem) tools.fail([...at, "secret"], problem);
  const newSecret = secret !== undefined && !current?.hash.equals(sealedForm(tools.keyPepper, secret).hash) ? secret : undefined;
  const wanted = {
    group: key.group, models: key.models && sorted(key.models), endpoints: key.endpoints && sorted(key.endpoints), scopes: key.scopes && sorted(key.scopes), cidrs: key.cidrs && sorted(key.cidrs),
    limits: key.limits, budgets: key.budget, expiresAt: key.expires?.toISOString(),
    status: key.enabled === undefined ? undefined : key.enabled ? "active" as const : "disabled" as const,
  };
  const fields = [...differences(current ? comparable(current) : {}, wanted), ...(newSecret === undefined ? [] : [{ name: "secret", after: masked(newSecret) }])];
  if (current && fields.length === 0) return [];
  return [{
    op: current ? "update" : "create", kind: "key", name: `${user.email}/${key.name}`, fields,
    ...(key.secret === undefined && newSecret !== undefined && { madeSecret: newSecret }),
    run: async (tx, ids) => {
      const { group, expiresAt, status, ...rest } = wanted;
      const settings = { ...rest, ...(group !== undefined && { groupId: ids.groups.get(group)! }), ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }) };
      const id = current?.id ?? (await createApiKey(tx, tools.keyPepper, { ...settings, userId: made.id, name: key.name, secret: newSecret! }));
      if (current || status === "disabled") {
        await updateApiKey(tx, tools.keyPepper, id, { ...settings, ...(status && { status }), ...(current && newSecret !== undefined && { secret: newSecret }) });
      }
    },
  }];
}

const masked = (secret: string): string => `${secret.slice(0, 10)}...${secret.slice(-4)}`;

const comparable = (key: KeyState): Record<string, unknown> => ({
  ...key, hash: undefined, models: sorted(key.models), endpoints: sorted(key.endpoints), scopes: sorted(key.scopes), cidrs: sorted(key.cidrs), expiresAt: key.expiresAt?.toISOString(),
});

export function pruneUsers(users: readonly FileUser[], shop: ShopState): Change[] {
  const named = new Set(users.map(({ email }) => email));
  return [...shop.users.values()].filter(({ email, status }) => status === "active" && !named.has(email)).map((user): Change => ({
    op: "remove", kind: "user", name: user.email, fields: [], run: (tx) => updateUser(tx, user.id, { status: "disabled" }),
  }));
}

/** Keys of users that the file names: those it leaves out are revoked. */
export function pruneKeys(users: readonly FileUser[], shop: ShopState, keyPepper: Buffer): Change[] {
  return users.flatMap((user) => {
    const named = new Set(user.keys?.map(({ name }) => name));
    return [...(shop.users.get(user.email)?.keys.values() ?? [])].filter(({ name, status }) => status !== "revoked" && !named.has(name)).map((key): Change => ({
      op: "remove", kind: "key", name: `${user.email}/${key.name}`, fields: [], run: (tx) => updateApiKey(tx, keyPepper, key.id, { status: "revoked" }),
    }));
  });
}
