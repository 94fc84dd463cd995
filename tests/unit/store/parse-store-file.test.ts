import { expect, test } from "vitest";
import { parseStoreFile, StoreFileError } from "#store/parse-store-file.ts";

const around = { isProvider: (id: string) => id === "openai" || id === "simulator", groups: new Set(["default"]), variables: { THERE: "x" } };
const parse = (text: string) => parseStoreFile(text, around);

/** Errors as `line: message`. */
function errorsOf(text: string): string[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (!(error instanceof StoreFileError)) throw error;
    return error.errors.map(({ line, message }) => `${line}: ${message}`);
  }
}

const EXAMPLE = `
shop:
  name: Corner Shop
  url: http://127.0.0.1:3000
  sign_up: open            # open | invite | closed
  verify_email: false
  sign_up_credit: 0.50     # USD
groups:
  default: { ratio: 1 }
  vip:     { ratio: 0.8, top_up_ratio: 0.95 }
models:
  - id: gpt-4o-mini
    vendor: openai
    context: 128000
    max_output: 16384
    endpoints: [chat, responses]
    price: { input: 0.15, cache_read: 0.075, output: 0.60 }   # USD per million tokens
  - id: claude-sonnet-4
    vendor: anthropic
    endpoints: [messages, chat]
    price: { input: 3, cache_read: 0.30, cache_write_5m: 3.75, cache_write_1h: 6, output: 15 }
  - id: text-embedding-3-small
    endpoints: [embeddings]
    ratio: { model: 0.01 }
  - id: gpt-image-1
    endpoints: [images]
    price: { per_image: 0.04 }
  - id: legacy-chat
    endpoints: [chat]
    ratio: { model: 0.25, completion: 3 }
channels:
  - name: main
    provider: openai                 # an id of the provider table
    base_url: http://127.0.0.1:9001/v1
    keys: [sk-upstream-a, sk-upstream-b]
    models: [gpt-4o-mini, text-embedding-3-small]
    groups: [default, vip]
    priority: 10
    weight: 5
    cost: { ratio: 0.5 }
    limits: { rpm: 600, tpm: 200000, concurrency: 50 }
    timeouts: { first_byte_ms: 30000, idle_ms: 60000 }
users:
  - email: Alice@Example.com
    password: correct-horse-battery
    role: customer
    group: default
    credit: { amount: 10.00, id: opening }
    keys:
      - name: app
        secret: sk-mm-0123456789abcdef0123456789abcdef0123456789abcdef
        models: [gpt-4o-mini]
        budget: { amount: 5, per: day }
        limits: { rpm: 60 }
        expires: 2030-01-01
codes:
  - { code: WELCOME-5, amount: 5.00, uses: 100, per_user: 1 }
management_tokens:
  - { name: scripts, secret: mm-admin-0123456789abcdef0123456789abcdef, role: operator }
settings: { money: { overdraft: 0 } }
`;

test("the published example is taken whole, every price to its digit", () => {
  const parsed = parse(EXAMPLE);
  expect([...parsed.prices.values()].map(({ document }) => document.items)).toEqual([
    { input: "150000", cache_read: "75000", output: "600000" },
    { input: "3000000", cache_read: "300000", cache_write_5m: "3750000", cache_write_1h: "6000000", output: "15000000" },
    { input: "20000" },
    { image: "40000000000" },
    { input: "500000", output: "1500000" },
  ]);
  expect(parsed.file.groups).toMatchObject({ vip: { ratio: 800_000, top_up_ratio: 950_000 } });
  expect(parsed.file.users?.[0]).toMatchObject({
    email: "alice@example.com", credit: [{ amount: 10_000_000_000n, id: "opening" }],
    keys: [{ budget: [{ amount_nano: "5000000000", per: "day" }], expires: new Date("2030-01-01T00:00:00Z") }],
  });
  expect(parsed.settings.get("shop.sign_up_credit")).toBe("0.50");
  expect(parsed.settings.get("money.overdraft")).toBe(0);
  expect(parsed.costs.get(0)?.ppm).toBe(500_000);
});

test.each([
  ["an unknown field at the top", "models: []\nmodel: []", ["2: model: there is no such field"]],
  ["an unknown field inside", "models:\n  - id: a\n    prize: 1", ["3: models[0].prize: there is no such field"]],
  ["an unknown price word", "models:\n  - id: a\n    price: { inptu: 1, output: 2 }", [expect.stringMatching(/^3: models\[0\]\.price: .*inptu/)]],
  ["a negative price", "models:\n  - id: a\n    price:\n      input: -1", [expect.stringMatching(/^4: models\[0\]\.price: .*input/)]],
  ["a price finer than a pico-dollar", "models:\n  - id: a\n    price: { input: 0.0000001 }", [expect.stringMatching(/^3: .*nearest/)]],
  ["price and ratio", "models:\n  - id: a\n    price: { input: 1 }\n    ratio: { model: 1 }", [expect.stringMatching(/^4: /)]],
  ["a chat model without completion", "models:\n  - id: a\n    endpoints: [chat]\n    ratio: { model: 1 }", [expect.stringMatching(/^4: .*completion/)]],
  ["an unknown provider", "channels:\n  - name: a\n    provider: opnai", ['3: channels[0].provider: there is no provider "opnai"']],
  ["an unknown group", "users:\n  - email: a@b.co\n    group: gold", ['3: users[0].group: there is no group "gold"']],
  ["an unknown group of a channel", "channels:\n  - name: a\n    provider: openai\n    groups: [default, gold]", [expect.stringMatching(/^4: .*gold/)]],
  ["a variable that is not set", "channels:\n  - name: a\n    provider: openai\n    keys:\n      - { env: THERE }\n      - { env: NOT_THERE }", [expect.stringMatching(/^6: .*NOT_THERE/)]],
  ["a key that is too short", "users:\n  - email: a@b.co\n    keys:\n      - name: k\n        secret: sk-short", [expect.stringMatching(/^5: .*32/)]],
  ["a generated key with a typo", `users:\n  - email: a@b.co\n    keys:\n      - name: k\n        secret: sk-mm-${"a".repeat(40)}`, [expect.stringMatching(/^5: .*checksum/)]],
  ["an e-mail that is none", "users:\n  - email: alice", [expect.stringMatching(/^2: users\[0\]\.email/)]],
  ["a role that is none", "users:\n  - email: a@b.co\n    role: king", [expect.stringMatching(/^3: /)]],
  ["a negative credit", "users:\n  - email: a@b.co\n    credit: { amount: -1, id: x }", [expect.stringMatching(/^3: /)]],
  ["a code that is too short", "codes:\n  - code: AB\n    amount: 1", [expect.stringMatching(/^2: .*4 to 64/)]],
  ["the same code in two spellings", "codes:\n  - { code: WELCOME-5, amount: 1 }\n  - { code: welc0me5, amount: 1 }", [expect.stringMatching(/^3: .*twice/)]],
  ["the same model twice", "models:\n  - id: a\n  - id: a", [expect.stringMatching(/^3: .*twice/)]],
  ["the same user in other letters", "users:\n  - email: a@b.co\n  - email: A@b.co", [expect.stringMatching(/^3: .*twice/)]],
  ["an unknown setting", "settings:\n  money:\n    overdraught: 0", ["3: settings.money.overdraught: there is no setting money.overdraught"]],
  ["a setting with a wrong value", "shop:\n  sign_up: sometimes", [expect.stringMatching(/^2: shop\.sign_up/)]],
  ["a date that is none", "codes:\n  - { code: ABCD, amount: 1, expires: soon }", [expect.stringMatching(/^2: .*date/)]],
  ["a list where a map belongs", "groups: [default]", [expect.stringMatching(/^1: groups/)]],
  ["a ratio that is no number", "groups:\n  default: { ratio: cheap }", [expect.stringMatching(/^2: groups\.default\.ratio/)]],
  ["a name that stands twice in a map", "groups:\n  a: { ratio: 1 }\n  a: { ratio: 2 }", [expect.stringMatching(/^3: /)]],
  ["no YAML", "models: [", [expect.stringMatching(/^\d+: /)]],
])("refused with its line: %s", (_name, text, expected) => {
  expect(errorsOf(text)).toEqual(expected);
});

test("all errors are listed, in the order of their lines", () => {
  const lines = errorsOf("groups:\n  a: { ratio: x }\nmodels:\n  - id: b\n    price: { input: y }\n    wrong: 1\nchannels:\n  - name: c\n    provider: none\nusers:\n  - email: d@e.co\n    group: f\n").map((text) => Number(text.split(":")[0]));
  expect(lines).toEqual([2, 5, 6, 9, 12]);
});

test("tiers, service tiers and windows take the same words", () => {
  const { prices } = parse(`
models:
  - id: long
    endpoints: [chat]
    price:
      input: 2.5
      output: 10
      tiers: [{ over: 200000, mode: whole, items: { input: 5, output: 15 } }]
      service: { flex: { ppm: 500000 }, priority: { items: { input: 4.25 } } }
      windows: [{ tz: UTC, days: "1111111", from: "16:30", to: "00:30", ppm: 500000 }]
`);
  expect(prices.get(0)?.document).toMatchObject({
    tiers: [{ over: 200_000, mode: "whole", items: { input: "5000000", output: "15000000" } }],
    service: { priority: { items: { input: "4250000" } } },
    windows: [{ ppm: 500_000 }],
  });
});

test("anchors are followed, and a bomb of them is refused", () => {
  expect(parse("groups:\n  a: &x { ratio: 0.5 }\n  b: *x").file.groups).toMatchObject({ b: { ratio: 500_000 } });
  const bomb = ["a: &a [1,1,1,1,1,1,1,1,1,1]", ..."bcdefgh".split("").map((name, i) => `${name}: &${name} [${Array(10).fill(`*${"abcdefgh"[i]}`).join(",")}]`)].join("\n");
  expect(errorsOf(bomb).length).toBeGreaterThan(0);
});

test("an empty file is a file that names nothing", () => {
  expect(errorsOf("")).toEqual([]);
  expect(errorsOf("# nothing yet\n")).toEqual([]);
});
