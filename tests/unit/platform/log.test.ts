import { describe, expect, test } from "vitest";
import { createLog } from "#platform/log.ts";
import { redactText } from "#platform/redact.ts";

function lines(format: "json" | "pretty" = "json") {
  const written: string[] = [];
  return { written, log: createLog({ level: "debug", format, destination: { write: (line) => written.push(line) } }) };
}

const SECRETS = [
  "sk-mm-0123456789abcdef0123456789abcdef01234567", "sk-ant-REDACTED", "sk-proj-abcdefghijklmnop",
  "mm-admin-0123456789abcdef", "sk_live_0123456789", "rk_test_0123456789", "whsec_0123456789", "AIzaSyA1234567890abcdefghijklmnopqrstuv",
  "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", "9KDE-77XM-PQRS-4TVW",
  "-----BEGIN RSA PRIVATE KEY-----\\nMIIE",
];

describe("a finished line", () => {
  test.each(SECRETS)("does not hold %s, wherever it stood", (secret) => {
    const { log, written } = lines();
    log.info({ note: `a ${secret} b` }, `before ${secret} after`);
    log.child({ place: secret }).warn({ list: [{ deep: secret }] }, "x");
    expect(written.join("")).not.toContain(secret);
    expect(written.join("")).toContain("[redacted]");
  });

  test("keeps what only looks similar", () => {
    for (const text of ["0190163d-8694-739b-aea5-966c26f8ad91", "gpt-4o-mini-2024-07-18", "req_01J0B3V1MMEEDTX9CPDGKFHBCH", "task-12"]) {
      expect(redactText(text)).toBe(text);
    }
  });

  test("hides the password in an address and the credential after Bearer", () => {
    expect(redactText("postgresql://app:hunter2@db:5432/x")).toBe("postgresql://[redacted]@db:5432/x");
    expect(redactText("authorization: Bearer abcdefghijkl")).toBe("authorization: Bearer [redacted]");
    expect(redactText("/v1/models?key=abc&x=1")).toBe("/v1/models?key=[redacted]&x=1");
  });
});

describe("fields", () => {
  test("with secrets and content are hidden by name; counts and ids stay", () => {
    const { log, written } = lines();
    log.info({
      authorization: "Basic x", headers: { cookie: "a", "x-api-key": "b" }, password: "c", clientSecret: "d", accessToken: "e",
      messages: [{ role: "user", content: "hello" }], prompt: "f", input: ["g"], contents: {},
      keyId: "k1", key_name: "app", max_tokens: 5, input_tokens: 7, amount: 12n,
    }, "m");
    expect(JSON.parse(written[0]!)).toMatchObject({
      level: "info", authorization: "[redacted]", headers: { cookie: "[redacted]", "x-api-key": "[redacted]" }, password: "[redacted]",
      clientSecret: "[redacted]", accessToken: "[redacted]", messages: "[redacted]", prompt: "[redacted]", input: "[redacted]", contents: "[redacted]",
      keyId: "k1", key_name: "app", max_tokens: 5, input_tokens: 7, amount: "12", msg: "m",
    });
  });

  test("hold errors of ours with message, those of libraries without, and their causes", () => {
    class ShopError extends Error {
      override readonly name = "ShopError";
    }
    const { log, written } = lines();
    const parse = (() => {
      try {
        return JSON.parse('{"private words');
      } catch (error) {
        return error;
      }
    })();
    log.error({ err: new ShopError("the order is gone", { cause: parse }) }, "x");
    log.error({ err: Object.assign(new Error("duplicate key: private words"), { name: "error", code: "23505", severity: "ERROR", constraint: "users_email_key", detail: "private words" }) }, "y");
    const { err } = JSON.parse(written[0]!);
    expect(err).toMatchObject({ type: "ShopError", message: "the order is gone", cause: { type: "SyntaxError" } });
    expect(err.stack).toMatch(/^ +at /);
    expect(JSON.parse(written[1]!).err).toMatchObject({ type: "error", code: "23505", constraint: "users_email_key" });
    expect(written.join("")).not.toContain("private words");
  });

  test("cannot bring the log down", () => {
    const { log, written } = lines();
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    log.info({ loop, bytes: Buffer.alloc(9), map: new Map(), date: new Date(Number.NaN), text: "x".repeat(10_000), none: undefined }, "m");
    expect(written[0]!.length).toBeLessThan(6_000);
  });
});

test("a line for people holds time, level, message and fields, and is redacted too", () => {
  const { log, written } = lines("pretty");
  log.warn({ port: 3000, note: "two words", password: "x", err: new Error("sk-mm-0123456789abcdef") }, "careful");
  expect(written[0]).toMatch(/^\d\d:\d\d:\d\d \S*warn \S* careful port=3000 note="two words" password=\[redacted\] err=\{"type":"Error"\}\n +at /);
});
