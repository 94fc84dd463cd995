import { MANAGEMENT_TOKEN } from "./shop.ts";

/** A key that tells by its text whose it is. */
export const keyOf = (name: string): string => `sk-mm-${Buffer.from(name).toString("hex").padEnd(48, "0").slice(0, 48)}`;

export type StoreUser = Readonly<{
  name: string;
  usd: number | string;
  key?: Readonly<Record<string, unknown>>;
  keys?: readonly Readonly<Record<string, unknown>>[];
}>;

/** USD per million tokens, each different from the others, none of them round. */
export const PRICE = { input: 2.5, cache_read: 1.25, cache_write_5m: 3.125, cache_write_1h: 5, output: 10, reasoning: 11.5, audio_input: 40, audio_output: 80 } as const;

export const emailOf = (name: string): string => `${name}@example.com`;

/** A store file's content for checks: one group, a staff token, users with a key named after them. */
export function storeOf(parts: Readonly<{
  models: readonly object[];
  channels: readonly object[];
  users: readonly StoreUser[];
  codes?: readonly object[];
  settings?: object;
}>): object {
  return {
    shop: { name: "Corner Shop", sign_up: "closed" },
    ...(parts.settings && { settings: parts.settings }),
    groups: { default: { ratio: 1 }, cheap: { ratio: 0.8 } },
    models: parts.models,
    channels: parts.channels.map((channel) => ({ groups: ["default", "cheap"], keys: ["sk-upstream-secret-a"], ...channel })),
    users: parts.users.map(({ name, usd, key = {}, keys = [] }) => ({
      email: emailOf(name),
      password: "correct-horse-battery",
      role: "customer",
      group: "default",
      ...(Number(usd) > 0 && { credit: { amount: usd, id: "opening" } }),
      keys: [{ name: "app", secret: keyOf(name), ...key }, ...keys],
    })),
    ...(parts.codes && { codes: parts.codes }),
    management_tokens: [{ name: "checks", secret: MANAGEMENT_TOKEN, role: "operator" }],
  };
}

/** A request id as customers see it (`req_` and 26 Crockford characters) as the UUID that the tables hold. */
export function uuidOf(requestId: string): string {
  const text = /^req_([0-9A-HJKMNP-TV-Z]{26})$/.exec(requestId)?.[1];
  if (text === undefined) throw new Error(`no request id: ${requestId}`);
  let value = 0n;
  for (const letter of text) value = value * 32n + BigInt("0123456789ABCDEFGHJKMNPQRSTVWXYZ".indexOf(letter));
  const hex = value.toString(16).padStart(32, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
