import { SETTINGS, isSettingPath } from "#accounts/index.ts";
import { normalCode } from "#payments/index.ts";
import { channelCostOf, isRaw, modelPriceOf, type FieldIssue, type FileCost, type FilePrice } from "#store/price-fields.ts";

/** What the file is checked against besides its own form. */
export type Surroundings = Readonly<{
  isProvider(id: string): boolean;
  /** Groups that the shop has already. */
  groups: ReadonlySet<string>;
  /** Environment variables that keys may name. */
  variables: Readonly<Record<string, string | undefined>>;
}>;

export type Checked = Readonly<{
  issues: readonly FieldIssue[];
  /** By index of the entry in the file. */
  prices: ReadonlyMap<number, FilePrice>;
  costs: ReadonlyMap<number, FileCost>;
}>;

type Raw = Readonly<Record<string, unknown>>;

/**
 * Checks what the schema cannot: prices, references, names given twice. Works on the raw file, so that its
 * findings are listed together with those of the schema; what has the wrong form is left to the schema.
 */
export function checkStoreFile(raw: unknown, around: Surroundings): Checked {
  const issues: FieldIssue[] = [];
  const prices = new Map<number, FilePrice>();
  const costs = new Map<number, FileCost>();
  if (!isRaw(raw)) return { issues, prices, costs };
  const groups = new Set([...around.groups, "default", ...(isRaw(raw.groups) ? Object.keys(raw.groups) : [])]);
  const add = (path: PropertyKey[], message: string): void => void issues.push({ path, message });

  entriesOf(raw.models).forEach(([index, model]) => {
    const { price, issues: found } = modelPriceOf(model);
    found.forEach(({ path, message }) => add(["models", index, ...path], message));
    if (price) prices.set(index, price);
  });

  if (isRaw(raw.groups)) {
    for (const [name, group] of Object.entries(raw.groups)) {
      if (isRaw(group)) checkGroups(group.auto, groups, (at, message) => add(["groups", name, "auto", at], message));
    }
  }

  entriesOf(raw.channels).forEach(([index, channel]) => {
    if (typeof channel.provider === "string" && !around.isProvider(channel.provider)) {
      add(["channels", index, "provider"], `there is no provider ${JSON.stringify(channel.provider)}`);
    }
    if (isRaw(channel.cost)) {
      const { cost, issues: found } = channelCostOf(channel.cost);
      found.forEach(({ path, message }) => add(["channels", index, ...path], message));
      costs.set(index, cost);
    }
    checkGroups(channel.groups, groups, (at, message) => add(["channels", index, "groups", at], message));
    listOrOne(channel.keys).forEach((key, at) => {
      const name = isRaw(key) ? key.env : undefined;
      if (typeof name === "string" && !around.variables[name]) {
        add(Array.isArray(channel.keys) ? ["channels", index, "keys", at, "env"] : ["channels", index, "keys", "env"], `the environment has no variable ${name}`);
      }
    });
  });

  entriesOf(raw.users).forEach(([index, user]) => {
    checkGroups([user.group], groups, (_, message) => add(["users", index, "group"], message));
    const keys = entriesOf(user.keys);
    keys.forEach(([at, key]) => checkGroups([key.group], groups, (_, message) => add(["users", index, "keys", at, "group"], message)));
    twice(keys, (key) => key.name, (at) => add(["users", index, "keys", at, "name"], "the user has two keys of this name in the file"));
  });

  checkSettings(raw, add);
  checkTwice(raw, add);
  return { issues, prices, costs };
}

function checkGroups(names: unknown, known: ReadonlySet<string>, add: (index: number, message: string) => void): void {
  if (!Array.isArray(names)) return;
  names.forEach((name, index) => {
    if (typeof name === "string" && !known.has(name)) add(index, `there is no group ${JSON.stringify(name)}`);
  });
}

type Add = (path: PropertyKey[], message: string) => void;

/** A name that stands twice would make the second entry win in silence. */
function checkTwice(raw: Raw, add: Add): void {
  twice(entriesOf(raw.models), (model) => model.id, (at) => add(["models", at, "id"], "the file names this model twice"));
  twice(entriesOf(raw.channels), (channel) => channel.name, (at) => add(["channels", at, "name"], "the file names this channel twice"));
  twice(entriesOf(raw.users), (user) => lower(user.email), (at) => add(["users", at, "email"], "the file names this user twice"));
  twice(entriesOf(raw.codes), (code) => (typeof code.code === "string" ? normalCode(code.code) : undefined), (at) => add(["codes", at, "code"], "the file names this code twice"));
  twice(entriesOf(raw.management_tokens), (token) => token.name, (at) => add(["management_tokens", at, "name"], "the file names this token twice"));

  const secrets = new Set<string>();
  const once = (secret: unknown, path: PropertyKey[]): void => {
    if (typeof secret !== "string") return;
    if (secrets.has(secret)) add(path, "the file gives this secret twice");
    secrets.add(secret);
  };
  for (const [index, user] of entriesOf(raw.users)) {
    for (const [at, key] of entriesOf(user.keys)) once(key.secret, ["users", index, "keys", at, "secret"]);
  }
  for (const [index, token] of entriesOf(raw.management_tokens)) once(token.secret, ["management_tokens", index, "secret"]);
}

/** `shop` and `settings` end in the same table, by path. */
function checkSettings(raw: Raw, add: Add): void {
  for (const { path, key, value } of settingsOf(raw)) {
    if (!isSettingPath(key)) {
      add(path, `there is no setting ${key}`);
      continue;
    }
    const parsed = SETTINGS[key].schema.safeParse(value);
    if (!parsed.success) add(path, parsed.error.issues[0]!.message);
  }
}

/** Every setting of the file with its path in the file and its own (`money.overdraft`). */
export function settingsOf(raw: Raw): { path: PropertyKey[]; key: string; value: unknown }[] {
  const found: { path: PropertyKey[]; key: string; value: unknown }[] = [];
  const walk = (value: unknown, path: PropertyKey[], prefix: string): void => {
    if (!isRaw(value)) return;
    for (const [name, member] of Object.entries(value)) {
      const key = prefix === "" ? name : `${prefix}.${name}`;
      if (isRaw(member) && Object.keys(member).length > 0 && !isSettingPath(key)) walk(member, [...path, name], key);
      else found.push({ path: [...path, name], key, value: member });
    }
  };
  walk(raw.shop, ["shop"], "shop");
  walk(raw.settings, ["settings"], "");
  return found;
}

const entriesOf = (list: unknown): [number, Raw][] =>
  Array.isArray(list) ? list.flatMap((item, index): [number, Raw][] => (isRaw(item) ? [[index, item]] : [])) : [];

const listOrOne = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);
const lower = (value: unknown): unknown => (typeof value === "string" ? value.trim().toLowerCase() : value);

function twice(entries: readonly [number, Raw][], nameOf: (item: Raw) => unknown, add: (index: number) => void): void {
  const seen = new Set<unknown>();
  for (const [index, item] of entries) {
    const name = nameOf(item);
    if (typeof name !== "string") continue;
    if (seen.has(name)) add(index);
    seen.add(name);
  }
}
