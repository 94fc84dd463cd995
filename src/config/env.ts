import path from "node:path";
import { z } from "zod";
import { DRAIN_SECONDS, PORT, SECRET_BYTES_MIN } from "./defaults.ts";
import { isPrivateHost, parseCidr, parsePrivateUpstreams, type PrivateUpstream } from "./private-upstreams.ts";

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

/** The environment, read once and checked. */
export type Env = Readonly<{
  /** 0 = any free one. */
  port: number;
  host: string;
  /** Absolute. */
  dataDir: string;
  /** An outside PostgreSQL, 14 or newer; absent = the embedded one. */
  databaseUrl?: string;
  /** Absent = limits are kept in this process. */
  redisUrl?: string;
  /** Absent = `<dataDir>/secret`. */
  secret?: string;
  /** Public address, without a path or slash at the end. */
  url?: string;
  /** Absolute. */
  storeFile?: string;
  role: "all" | "relay" | "web";
  allowPrivateUpstreams: boolean | readonly PrivateUpstream[];
  /** Ranges whose `x-forwarded-for` is believed. */
  trustedProxies: readonly string[];
  drainSeconds: number;
  stripe: Readonly<{ secretKey?: string; webhookSecret?: string; apiBase?: string }>;
  smtpUrl?: string;
  setupToken?: string;
  logLevel: LogLevel;
  logFormat: "pretty" | "json";
  /** False only when NODE_ENV is `development` or `test`. */
  production: boolean;
  /** Pages for people who build the shop, such as the gallery of components. */
  devPages: boolean;
}>;

export type { PrivateUpstream };

/** One or more variables are wrong; `message` names each and says what would be right, one a line. */
export class EnvError extends Error {
  override readonly name = "EnvError";
}

const url = (protocols: readonly string[], right: string) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), right);

const list = <T>(parse: (entry: string) => T | undefined, right: string) =>
  z.string().transform((text, context) => {
    const entries = text.split(",").map((entry) => parse(entry.trim()));
    if (entries.every((entry) => entry !== undefined)) return entries;
    context.addIssue(right);
    return z.NEVER;
  });

const whole = (least: number, most: number, unit: string) =>
  z.string().refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most, `must be a whole number of ${unit} from ${least} to ${most}`).transform(Number);

const secretText = z.string().refine((text) => !/\s/.test(text), "must not hold blanks");

const origin = url(["http:", "https:"], "must be an http or https address such as https://shop.example.com")
  .refine((text) => /^https?:\/\/[^/?#@]+\/?$/i.test(text), "must be only scheme, host and port, such as https://shop.example.com")
  .transform((text) => new URL(text).origin);

const VARIABLES = z.object({
  PORT: whole(0, 65_535, "a port").default(PORT),
  HOST: z.string().regex(/^[\w.:-]+$/, "must be an address or host name to listen on, such as 127.0.0.1").optional(),
  NODE_ENV: z.enum(["production", "development", "test"], "must be production, development or test").default("production"),
  MODELMART_DATA: z.string().default(".data"),
  DATABASE_URL: url(["postgres:", "postgresql:"], "must be an address such as postgresql://user:password@host:5432/database").optional(),
  REDIS_URL: url(["redis:", "rediss:"], "must be an address such as redis://host:6379").optional(),
  MODELMART_SECRET: z.string().refine((text) => Buffer.byteLength(text) >= SECRET_BYTES_MIN, `must be ${SECRET_BYTES_MIN} bytes or longer, such as the output of: openssl rand -base64 32`).optional(),
  MODELMART_URL: origin.optional(),
  MODELMART_STORE: z.string().optional(),
  MODELMART_ROLE: z.enum(["all", "relay", "web"], "must be all, relay or web").default("all"),
  MODELMART_DEV_PAGES: z.enum(["true", "false"], "must be true or false").optional(),
  MODELMART_SETUP_TOKEN: secretText.min(16, "must be 16 characters or longer").optional(),
  ALLOW_PRIVATE_UPSTREAMS: z.string().transform((text, context) => {
    const parsed = parsePrivateUpstreams(text);
    if (parsed !== undefined) return parsed;
    context.addIssue("must be true, false, or a list of addresses such as 10.1.2.0/24:8000,127.0.0.1:11434");
    return z.NEVER;
  }).default(false),
  TRUSTED_PROXIES: list(parseCidr, "must be a list of addresses or ranges such as 10.0.0.0/8,192.168.1.1").default([]),
  DRAIN_SECONDS: whole(0, 3_600, "seconds").default(DRAIN_SECONDS),
  STRIPE_SECRET_KEY: secretText.regex(/^(sk|rk)_(test|live)_/, "must be a secret key of Stripe: sk_test_…, sk_live_…, rk_test_… or rk_live_…").optional(),
  STRIPE_WEBHOOK_SECRET: secretText.min(8, "must be the signing secret of the webhook endpoint: whsec_…").optional(),
  STRIPE_API_BASE: url(["http:", "https:"], "must be an http or https address such as http://127.0.0.1:12111").optional(),
  SMTP_URL: url(["smtp:", "smtps:"], "must be an address such as smtps://user:password@mail.example.com").optional(),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"], "must be trace, debug, info, warn, error, fatal or silent").default("info"),
  LOG_FORMAT: z.enum(["pretty", "json"], "must be pretty or json").optional(),
}).superRefine((variables, context) => {
  const { STRIPE_API_BASE: base, STRIPE_SECRET_KEY: key } = variables;
  if (base === undefined) return;
  // Another server than Stripe's would get a live key, or could mint credit for free.
  const wrong = (message: string) => context.addIssue({ code: "custom", path: ["STRIPE_API_BASE"], message });
  if (!key || !/^(sk|rk)_test_/.test(key)) wrong("is for tests: STRIPE_SECRET_KEY must then begin with sk_test_ or rk_test_");
  if (!isPrivateHost(new URL(base).hostname)) wrong("must be a loopback or private address, such as http://127.0.0.1:12111");
});

const NAMES = Object.keys(VARIABLES.shape);

/**
 * Reads and checks the environment. An empty variable counts as unset, as compose files pass unset ones on.
 *
 * @throws EnvError naming each variable that is wrong, and each unknown `MODELMART_*`
 */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const given = Object.fromEntries(NAMES.flatMap((name) => (source[name] ? [[name, source[name]]] : [])));
  const parsed = VARIABLES.safeParse(given);
  const wrong = parsed.success ? [] : parsed.error.issues.map(({ path: [name], message }) => `${String(name)} ${message}`);
  const unknown = Object.keys(source).filter((name) => name.startsWith("MODELMART_") && !NAMES.includes(name));
  wrong.push(...unknown.map((name) => `${name} is not known; there are ${NAMES.filter((known) => known.startsWith("MODELMART_")).join(", ")}`));
  if (!parsed.success || wrong.length > 0) throw new EnvError(wrong.join("\n"));
  return toEnv(parsed.data);
}

function toEnv(variables: z.infer<typeof VARIABLES>): Env {
  const production = variables.NODE_ENV === "production";
  return {
    port: variables.PORT,
    host: variables.HOST ?? (production ? "0.0.0.0" : "127.0.0.1"),
    dataDir: path.resolve(variables.MODELMART_DATA),
    ...present("databaseUrl", variables.DATABASE_URL),
    ...present("redisUrl", variables.REDIS_URL),
    ...present("secret", variables.MODELMART_SECRET),
    ...present("url", variables.MODELMART_URL),
    ...present("storeFile", variables.MODELMART_STORE && path.resolve(variables.MODELMART_STORE)),
    role: variables.MODELMART_ROLE,
    allowPrivateUpstreams: variables.ALLOW_PRIVATE_UPSTREAMS,
    trustedProxies: variables.TRUSTED_PROXIES,
    drainSeconds: variables.DRAIN_SECONDS,
    stripe: {
      ...present("secretKey", variables.STRIPE_SECRET_KEY),
      ...present("webhookSecret", variables.STRIPE_WEBHOOK_SECRET),
      ...present("apiBase", variables.STRIPE_API_BASE),
    },
    ...present("smtpUrl", variables.SMTP_URL),
    ...present("setupToken", variables.MODELMART_SETUP_TOKEN),
    logLevel: variables.LOG_LEVEL,
    logFormat: variables.LOG_FORMAT ?? (process.stdout.isTTY ? "pretty" : "json"),
    production,
    devPages: variables.MODELMART_DEV_PAGES === undefined ? !production : variables.MODELMART_DEV_PAGES === "true",
  };
}

const present = <K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } =>
  value === undefined ? {} : ({ [name]: value } as { [P in K]: T });
