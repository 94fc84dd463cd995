import path from "node:path";
import { expect, test } from "vitest";
import { EnvError, readEnv, type Env } from "#config/env.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

test("an empty environment is enough", () => {
  expect(readEnv({})).toEqual({
    port: 3000, host: "0.0.0.0", dataDir: path.resolve(".data"), role: "all", allowPrivateUpstreams: false,
    trustedProxies: [], drainSeconds: 30, stripe: {}, logLevel: "info", logFormat: process.stdout.isTTY ? "pretty" : "json", production: true, devPages: false,
  });
});

test.each<[string, Readonly<Record<string, string>>, Partial<Env>]>([
  ["development listens on loopback", { NODE_ENV: "development" }, { host: "127.0.0.1", production: false }],
  ["development shows the builders' pages", { NODE_ENV: "development" }, { devPages: true }],
  ["a built shop shows them when told to", { MODELMART_DEV_PAGES: "true" }, { production: true, devPages: true }],
  ["HOST wins over the mode", { NODE_ENV: "development", HOST: "::" }, { host: "::" }],
  ["port 0 asks for a free one", { PORT: "0" }, { port: 0 }],
  ["the data folder becomes absolute", { MODELMART_DATA: "x/y" }, { dataDir: path.resolve("x/y") }],
  ["the store file too", { MODELMART_STORE: "store.yaml" }, { storeFile: path.resolve("store.yaml") }],
  ["the public address loses its slash", { MODELMART_URL: "https://Shop.example.com/" }, { url: "https://shop.example.com" }],
  ["an empty variable is unset", { DATABASE_URL: "", MODELMART_SECRET: "", PORT: "" }, { port: 3000 }],
  ["others' variables are not ours", { MODELMARTX: "1", MM_FAILPOINT: "x" }, { port: 3000 }],
  ["all inside addresses", { ALLOW_PRIVATE_UPSTREAMS: "True" }, { allowPrivateUpstreams: true }],
  ["some inside addresses", { ALLOW_PRIVATE_UPSTREAMS: "10.1.2.0/24:8000, 127.0.0.1:11434,[fd00::/8]:80,::1,Ollama.lan" }, {
    allowPrivateUpstreams: [
      { cidr: "10.1.2.0/24", port: 8000 }, { cidr: "127.0.0.1/32", port: 11434 }, { cidr: "fd00::/8", port: 80 }, { cidr: "::1/128" }, { host: "ollama.lan" },
    ],
  }],
  ["proxies", { TRUSTED_PROXIES: "10.0.0.0/8,::1" }, { trustedProxies: ["10.0.0.0/8", "::1/128"] }],
  ["Stripe", { STRIPE_SECRET_KEY: "sk_live_12345678", STRIPE_WEBHOOK_SECRET: "whsec_12345678" }, { stripe: { secretKey: "sk_live_12345678", webhookSecret: "whsec_12345678" } }],
  ["a Stripe of one's own, for tests", { STRIPE_SECRET_KEY: "rk_test_12345678", STRIPE_API_BASE: "http://127.0.0.1:9" }, { stripe: { secretKey: "rk_test_12345678", apiBase: "http://127.0.0.1:9" } }],
])("%s", (_name, source, expected) => {
  expect(readEnv(source)).toMatchObject(expected);
});

test.each<[Readonly<Record<string, string>>, RegExp]>([
  [{ MODELMART_DATE: "x" }, /^MODELMART_DATE is not known; there are MODELMART_DATA, /],
  [{ MODELMART_ROLE: "both" }, /^MODELMART_ROLE must be all, relay or web$/],
  [{ MODELMART_SECRET: "short" }, /^MODELMART_SECRET must be 32 bytes or longer/],
  [{ MODELMART_URL: "shop.example.com" }, /^MODELMART_URL must be an http or https address/],
  [{ MODELMART_URL: "https://shop.example.com/path" }, /^MODELMART_URL must be only scheme, host and port/],
  [{ MODELMART_SETUP_TOKEN: "short" }, /^MODELMART_SETUP_TOKEN must be 16/],
  [{ PORT: "80a" }, /^PORT must be a whole number/],
  [{ PORT: "70000" }, /^PORT must be/],
  [{ DRAIN_SECONDS: "-1" }, /^DRAIN_SECONDS must be/],
  [{ DATABASE_URL: "mysql://x" }, /^DATABASE_URL must be an address such as postgresql:/],
  [{ REDIS_URL: "localhost" }, /^REDIS_URL must/],
  [{ SMTP_URL: "mail" }, /^SMTP_URL must/],
  [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL must/],
  [{ LOG_FORMAT: "xml" }, /^LOG_FORMAT must/],
  [{ NODE_ENV: "prod" } as Readonly<Record<string, string>>, /^NODE_ENV must/],
  [{ ALLOW_PRIVATE_UPSTREAMS: "yes,10.0.0.0/33" }, /^ALLOW_PRIVATE_UPSTREAMS must be true, false, or a list/],
  [{ ALLOW_PRIVATE_UPSTREAMS: "Yes" }, /^ALLOW_PRIVATE_UPSTREAMS must be true, false, or a list/],
  [{ ALLOW_PRIVATE_UPSTREAMS: "10.0.0.1:0" }, /^ALLOW_PRIVATE_UPSTREAMS/],
  [{ ALLOW_PRIVATE_UPSTREAMS: "10.1" }, /^ALLOW_PRIVATE_UPSTREAMS/],
  [{ TRUSTED_PROXIES: "proxy" }, /^TRUSTED_PROXIES must be/],
  [{ STRIPE_SECRET_KEY: "   " }, /^STRIPE_SECRET_KEY must not hold blanks/],
  [{ STRIPE_WEBHOOK_SECRET: " " }, /^STRIPE_WEBHOOK_SECRET must not hold blanks/],
  [{ STRIPE_SECRET_KEY: "pk_live_123" }, /^STRIPE_SECRET_KEY must be a secret key/],
  [{ STRIPE_API_BASE: "http://127.0.0.1:9" }, /^STRIPE_API_BASE is for tests/],
  [{ STRIPE_SECRET_KEY: "sk_live_12345678", STRIPE_API_BASE: "http://127.0.0.1:9" }, /^STRIPE_API_BASE is for tests/],
  [{ STRIPE_SECRET_KEY: "sk_test_12345678", STRIPE_API_BASE: "https://example.com" }, /^STRIPE_API_BASE must be a loopback or private address/],
])("%j is refused by name", (source, message) => {
  expect(() => readEnv(source)).toThrow(EnvError);
  expect(() => readEnv(source)).toThrow(message);
});

test("everything wrong is named at once, and no value is repeated", () => {
  const read = () => readEnv({ PORT: "hunter2", MODELMART_SECRET: "hunter2", MODELMART_X: "hunter2", STRIPE_SECRET_KEY: "hunter2" });
  expect(read).toThrow(/PORT[^]*MODELMART_SECRET[^]*STRIPE_SECRET_KEY[^]*MODELMART_X/);
  expect(read).not.toThrow(/hunter2/);
  expect(() => readEnv({ MODELMART_SECRET: SECRET })).not.toThrow();
});
