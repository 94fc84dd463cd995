import { z } from "zod";
import { formatUsd, parseUsd } from "#money/parse-amount.ts";
import type { Nano } from "#money/amount.ts";
import type { Role } from "#accounts/permissions.ts";

/** USD as decimal text; numbers of a JSON or YAML file are taken by their decimal digits. */
const usd = z.union([z.string(), z.number()]).transform((value, context): string => {
  try {
    return formatUsd(parseUsd(String(value)));
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "not an amount" });
    return z.NEVER;
  }
}).meta({ unit: "usd" });

/** Text of the operator's own, by language; a language that is left out falls back to the other. */
const localized = (max: number) => z.strictObject({ en: z.string().trim().max(max).optional(), zh: z.string().trim().max(max).optional() });

/**
 * Every setting by its path, with what it may be and what holds while nobody has set it.
 * A path that is not here is refused: a setting that is stored but not obeyed would be a lie.
 */
export const SETTINGS = {
  "shop.name": { schema: z.string().trim().min(1).max(100), initial: "Modelmart" },
  "shop.url": { schema: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, "")), initial: undefined },
  /** Where the shop's own rules stand; while unset nobody is asked to agree to anything. */
  "shop.terms_url": { schema: z.url({ protocol: /^https?$/ }), initial: undefined },
  "shop.privacy_url": { schema: z.url({ protocol: /^https?$/ }), initial: undefined },
  "shop.sign_up": { schema: z.enum(["open", "invite", "closed"]), initial: "open" },
  "shop.verify_email": { schema: z.boolean(), initial: false },
  "shop.sign_up_credit": { schema: usd, initial: "0.00" },
  /** Language of people whose browser names neither. */
  "shop.default_locale": { schema: z.enum(["en", "zh"]), initial: "en" },
  /** One colour; each theme moves its lightness until text on it can be read. Unset = the shop's own blue. */
  "brand.color": { schema: z.string().trim().toLowerCase().regex(/^#[0-9a-f]{6}$/, "must be a colour such as #2b5bd1"), initial: undefined },
  /** Name of the stored picture, which is its content's hash; set by the upload. */
  "brand.logo": { schema: z.string().regex(/^[0-9a-f]{16}$/), initial: undefined },
  /** Headline and first paragraph of the landing page; unset = the shop's own words. */
  "landing.title": { schema: localized(120), initial: undefined },
  "landing.lead": { schema: localized(600), initial: undefined },
  /** Legal pages, in Markdown; an unset one has no page. Each text that was saved stays readable as a version. */
  "legal.terms": { schema: localized(60_000), initial: undefined },
  "legal.privacy": { schema: localized(60_000), initial: undefined },
  "legal.refunds": { schema: localized(60_000), initial: undefined },
  /** Days between publishing a new version of a legal page and its taking effect. */
  "legal.notice_days": { schema: z.number().int().min(0).max(365), initial: 0 },
  /** The most by which the requests in flight of one wallet may exceed its money. */
  "money.overdraft": { schema: usd, initial: "0.00" },
  /** Holds count input by bytes (never too little) and not by the tokenizer. */
  "money.guard_exact": { schema: z.boolean(), initial: false },
  "money.bill_empty": { schema: z.boolean(), initial: false },
  /** Prompts that the vendor's filter refused cost what the vendor reports of them. */
  "money.bill_blocked": { schema: z.boolean(), initial: false },
  /** What a stream that the vendor broke costs: what was delivered, or nothing. */
  "money.bill_broken": { schema: z.enum(["delivered", "none"]), initial: "delivered" },
  /** The most that one person may adjust by hand on one account in 24 hours; more needs a second person. Unset = any amount. */
  "approvals.adjust_finance": { schema: usd, initial: "20.00" },
  "approvals.adjust_owner": { schema: usd, initial: undefined },
  /** The same for giving back an order's or a request's money. */
  "approvals.refund_finance": { schema: usd, initial: "200.00" },
  "approvals.refund_owner": { schema: usd, initial: undefined },
  /** The least and the most that one top-up may credit. */
  "payments.min": { schema: usd, initial: "1.00" },
  "payments.max": { schema: usd, initial: "10000.00" },
  /** What customers pay in, and how much of it one USD is (six decimals at most). */
  "payments.currency": { schema: z.string().regex(/^[A-Z]{3}$/), initial: "USD" },
  "payments.rate": { schema: z.union([z.string(), z.number()]).transform(String).pipe(z.string().regex(/^(?!0+(\.0+)?$)\d{1,9}(\.\d{1,6})?$/)), initial: "1" },
  /** Added to what is paid, in percent (four decimals at most). */
  "payments.fee_percent": { schema: z.union([z.string(), z.number()]).transform(String).pipe(z.string().regex(/^\d{1,2}(\.\d{1,4})?$/)), initial: "0" },
  /** Bonus in percent from an amount on: `{ "50": 5, "200": 10 }`. */
  "payments.bonus": { schema: z.record(z.string().regex(/^\d{1,9}(\.\d{1,2})?$/), z.number().min(0).max(1000)), initial: {} },
  "payments.bonus_days": { schema: z.number().int().min(1).max(3650), initial: 90 },
  /** Stripe works out the tax; without it none is asked. */
  "payments.tax": { schema: z.boolean(), initial: false },
  /** What an opened dispute does: freeze what is disputed, or also stop the customer's keys. */
  "payments.dispute": { schema: z.enum(["freeze", "restrict"]), initial: "restrict" },
  /** How one of several channels of the same priority is chosen. */
  "relay.strategy": { schema: z.enum(["weighted", "round_robin", "least_latency", "lowest_cost", "balanced", "least_busy", "fill_first"]), initial: "weighted" },
  /** After a failure also those channels are asked that cost more than the customer is charged. */
  "relay.failover_at_loss": { schema: z.boolean(), initial: false },
  /** Answers to requests with an idempotency key are kept for a day, so that asking again costs nothing. */
  "relay.keep_replies": { schema: z.boolean(), initial: true },
  /** When the store of shared limits is late or away: each node keeps its own part of them, or requests that they bind are refused. */
  "relay.limiter_on_error": { schema: z.enum(["local", "closed"]), initial: "local" },
  /** Where answers of the Responses format stay that customers go on from: with the shop, with the vendor, or nowhere. */
  "relay.responses_state": { schema: z.enum(["local", "upstream", "off"]), initial: "local" },
  /** Requests may name the vendors they want or do not want, which tells customers who they are. */
  "relay.sort_suffixes": { schema: z.boolean(), initial: false },
  "relay.vendor_choice": { schema: z.boolean(), initial: false },
  /** The model name in answers: the shop's or the vendor's. */
  "relay.model_echo": { schema: z.enum(["public", "vendor"]), initial: "public" },
} as const satisfies Readonly<Record<string, { schema: z.ZodType; initial: unknown }>>;

export type SettingPath = keyof typeof SETTINGS;
export type SettingValues = { [P in SettingPath]: z.output<(typeof SETTINGS)[P]["schema"]> | (typeof SETTINGS)[P]["initial"] };

export const isSettingPath = (path: string): path is SettingPath => Object.hasOwn(SETTINGS, path);

/** A value for a setting, checked and in its stored form. Throws ZodError when it does not fit. */
export const parseSetting = (path: SettingPath, value: unknown): unknown => SETTINGS[path].schema.parse(value);

/** All settings with their defaults filled in; stored values that no longer fit give way to the default. */
export function resolveSettings(stored: ReadonlyMap<string, unknown>): SettingValues {
  const values: Record<string, unknown> = {};
  for (const [path, { schema, initial }] of Object.entries(SETTINGS)) {
    const parsed = stored.has(path) ? schema.safeParse(stored.get(path)) : undefined;
    values[path] = parsed?.success ? parsed.data : initial;
  }
  return values as SettingValues;
}

/**
 * How much a role may move alone; undefined = any amount. Whoever has no right to the act has a limit of 0: he asks.
 */
export function limitAlone(values: SettingValues, role: Role, act: "adjust" | "refund"): Nano | undefined {
  if (role !== "finance" && role !== "owner") return parseUsd("0");
  const limit = values[`approvals.${act}_${role}`];
  return limit === undefined ? undefined : parseUsd(limit);
}

/** A setting that holds USD, in nano-USD. */
export const settingNano = (values: SettingValues, path: "money.overdraft" | "shop.sign_up_credit"): Nano => parseUsd(values[path]);
