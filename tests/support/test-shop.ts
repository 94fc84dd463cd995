import { randomBytes } from "node:crypto";
import { createSealer } from "#platform/crypto/seal.ts";
import { deriveKeys, MasterSecret, type DerivedKeys } from "#platform/crypto/secret.ts";
import { applyStore, type ApplyOptions, type StoreDeps } from "#store/index.ts";
import type { TestDatabase } from "./database.ts";

export type TestShop = Readonly<{
  deps: StoreDeps;
  keys: DerivedKeys;
  /** Lines that `store apply` prints. */
  apply(text: string, options?: ApplyOptions): Promise<readonly string[]>;
}>;

/** A shop on a test database, without processes: keys, sealing and `store apply`. */
export function createTestShop(database: TestDatabase, variables: Readonly<Record<string, string>> = {}): TestShop {
  const keys = deriveKeys(new MasterSecret(randomBytes(32)));
  const deps: StoreDeps = {
    pool: database.pool, keys, sealer: createSealer(keys), isProvider: (id) => ["openai", "simulator"].includes(id), variables, actor: { type: "system", id: "test" },
  };
  return { deps, keys, apply: async (text, options) => (await applyStore(deps, text, options)).lines };
}

export const API_KEY = "sk-mm-0123456789abcdef0123456789abcdef0123456789abcdef";
export const TOKEN = "mm-admin-0123456789abcdef0123456789abcdef";

/** A small whole shop. */
export const STORE = `
shop: { name: Corner Shop, sign_up_credit: 0.50 }
groups:
  default: { ratio: 1 }
  vip: { ratio: 0.8, top_up_ratio: 0.95 }
models:
  - id: gpt-4o-mini
    vendor: openai
    context: 128000
    endpoints: [chat]
    aliases: [mini]
    price: { input: 0.15, cache_read: 0.075, output: 0.60 }
  - id: text-embedding-3-small
    endpoints: [embeddings]
    ratio: { model: 0.01 }
channels:
  - name: main
    provider: openai
    base_url: http://127.0.0.1:9001/v1
    keys: [sk-upstream-aaaa, { env: UPSTREAM }]
    models: { gpt-4o-mini: gpt-4o-mini-2024, text-embedding-3-small: text-embedding-3-small }
    groups: [default, vip]
    priority: 10
    weight: 5
    cost: { ratio: 0.5, gpt-4o-mini: { input: 0.1, output: 0.3 } }
    limits: { rpm: 600 }
    timeouts: { first_byte_ms: 30000 }
users:
  - email: alice@example.com
    password: correct-horse-battery
    credit: { amount: 10.00, id: opening }
    limits: { rpm: 600 }
    keys:
      - name: app
        secret: ${API_KEY}
        models: [gpt-4o-mini]
        budget: { amount: 5, per: day }
        limits: { rpm: 60 }
        expires: 2030-01-01
codes:
  - { code: WELCOME-5, amount: 5.00, uses: 100, per_user: 1 }
management_tokens:
  - { name: scripts, secret: ${TOKEN}, role: operator }
settings: { money: { overdraft: 0.01 } }
`;
