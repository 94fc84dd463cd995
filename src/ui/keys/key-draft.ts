import type { ConsoleOutputs } from "#ui/trpc/outputs.ts";

export type KeyRow = ConsoleOutputs["keys"]["list"]["rows"][number];
export type Period = KeyRow["budgets"][number]["per"];
export type KeyState = KeyRow["state"];

export const PERIODS: readonly Period[] = ["day", "week", "month", "total"];
export const ENDPOINTS = ["chat", "completions", "embeddings", "responses", "messages", "gemini", "images", "audio", "moderations", "rerank", "realtime", "tasks"] as const;
export type Endpoint = (typeof ENDPOINTS)[number];
export const EXPIRIES = ["never", "7", "30", "90", "date"] as const;
export type Expiry = (typeof EXPIRIES)[number];

/** A key as the form holds it while someone works on it. */
export type KeyDraft = Readonly<{
  name: string;
  expiry: Expiry;
  /** A day as `2027-01-31`, for `date`. */
  expiresOn: string;
  budgets: Readonly<Partial<Record<Period, bigint>>>;
  rpm: number | undefined;
  tpm: number | undefined;
  concurrency: number | undefined;
  models: readonly string[];
  endpoints: readonly Endpoint[];
  scopes: KeyRow["scopes"];
  cidrs: readonly string[];
}>;

export const EMPTY_DRAFT: KeyDraft = {
  name: "", expiry: "never", expiresOn: "", budgets: {}, rpm: undefined, tpm: undefined, concurrency: undefined, models: [], endpoints: [], scopes: [], cidrs: [],
};

const DAY_MS = 86_400_000;

/** The form for a key that is there. */
export const draftOf = (key: KeyRow): KeyDraft => ({
  name: key.name,
  expiry: key.expiresAt ? "date" : "never",
  expiresOn: key.expiresAt ? key.expiresAt.toISOString().slice(0, 10) : "",
  budgets: Object.fromEntries(key.budgets.map(({ per, amountNano }) => [per, amountNano])),
  rpm: key.limits.rpm, tpm: key.limits.tpm, concurrency: key.limits.concurrency,
  models: key.models, endpoints: key.endpoints.filter((name): name is Endpoint => (ENDPOINTS as readonly string[]).includes(name)), scopes: key.scopes, cidrs: key.cidrs,
});

/** When the key ends: the end of the chosen day in UTC, or so many days from now. */
export function expiresAt({ expiry, expiresOn }: KeyDraft, now: Date): Date | null {
  if (expiry === "never") return null;
  if (expiry === "date") return /^\d{4}-\d{2}-\d{2}$/.test(expiresOn) ? new Date(`${expiresOn}T23:59:59Z`) : null;
  return new Date(now.getTime() + Number(expiry) * DAY_MS);
}

const limitsOf = ({ rpm, tpm, concurrency }: KeyDraft) => ({
  ...(rpm !== undefined && { rpm }), ...(tpm !== undefined && { tpm }), ...(concurrency !== undefined && { concurrency }),
});
const budgetsOf = ({ budgets }: KeyDraft) => PERIODS.flatMap((per) => {
  const amountNano = budgets[per];
  return amountNano === undefined ? [] : [{ per, amountNano }];
});

/** The whole draft as the procedures take it. */
export const settingsOf = (draft: KeyDraft, now: Date) => ({
  name: draft.name.trim(), models: [...draft.models], endpoints: [...draft.endpoints], scopes: [...draft.scopes], cidrs: [...draft.cidrs],
  limits: limitsOf(draft), budgets: budgetsOf(draft), expiresAt: expiresAt(draft, now),
});

const text = (value: unknown): string => JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)) ?? "";

/** How many fields of the form differ. */
export const changesOf = (before: KeyDraft, after: KeyDraft): number =>
  (Object.keys(before) as (keyof KeyDraft)[]).filter((field) => text(before[field]) !== text(after[field])).length;

/** What of the draft is to be saved: another tab may have changed the rest. */
export function patchOf(before: KeyDraft, after: KeyDraft, now: Date): Partial<ReturnType<typeof settingsOf>> {
  const [was, is] = [settingsOf(before, now), settingsOf(after, now)];
  return Object.fromEntries(Object.entries(is).filter(([field, value]) => text(was[field as keyof typeof was]) !== text(value)));
}

/** The tone of a state's dot. */
export const STATE_TONE = { active: "ok", low: "warn", disabled: "neutral", expired: "warn", exhausted: "bad", revoked: "neutral", leaked: "bad" } as const satisfies Record<KeyState, string>;

/** Gone for good: nothing can be changed any more. */
export const isRetired = ({ state }: Pick<KeyRow, "state">): boolean => state === "revoked" || state === "leaked";

/** `sk-mm-4f9a…7K3F` */
export const maskedKey = ({ prefix, suffix }: Pick<KeyRow, "prefix" | "suffix">): string => `${prefix}…${suffix}`;
