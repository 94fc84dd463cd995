import { z } from "zod";
import { formatUsd, parseUsd } from "#money/parse-amount.ts";
import type { Nano } from "#money/amount.ts";

/** USD as decimal text; numbers of a JSON or YAML file are taken by their decimal digits. */
const usd = z.union([z.string(), z.number()]).transform((value, context): string => {
  try {
    return formatUsd(parseUsd(String(value)));
  } catch (error) {
    context.addIssue({ code: "custom", message: error instanceof Error ? error.message : "not an amount" });
    return z.NEVER;
  }
});

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
  /** The most by which the requests in flight of one wallet may exceed its money. */
  "money.overdraft": { schema: usd, initial: "0.00" },
  /** Holds count input by bytes (never too little) and not by the tokenizer. */
  "money.guard_exact": { schema: z.boolean(), initial: false },
  "money.bill_empty": { schema: z.boolean(), initial: false },
  /** What a stream that the vendor broke costs: what was delivered, or nothing. */
  "money.bill_broken": { schema: z.enum(["delivered", "none"]), initial: "delivered" },
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

/** A setting that holds USD, in nano-USD. */
export const settingNano = (values: SettingValues, path: "money.overdraft" | "shop.sign_up_credit"): Nano => parseUsd(values[path]);
