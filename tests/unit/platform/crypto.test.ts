import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openCanary, sealCanary } from "#platform/crypto/canary.ts";
import { constantTimeEqual } from "#platform/crypto/compare.ts";
import { createPasswords, fingerprint, hashPassword, hmac, PasswordsBusy, verifyPassword } from "#platform/crypto/hash.ts";
import { createSealer, SealError } from "#platform/crypto/seal.ts";
import { deriveKeys, loadSecret, MasterSecret, SecretError } from "#platform/crypto/secret.ts";

const keysOf = (text: string) => deriveKeys(new MasterSecret(Buffer.from(text)));
const keys = keysOf("a secret of thirty-two bytes or more");
const others = keysOf("another secret of thirty-two bytes..");
const AAD = "channel_keys|sealed|0190163d-8694-739b-aea5-966c26f8ad91|upstream";

describe("sealing", () => {
  const sealer = createSealer(keys);

  test.each(["", "sk-upstream", "密钥 🔑", "x".repeat(100_000)])("what is sealed opens again", (plain) => {
    const sealed = sealer.seal(plain, AAD);
    expect(sealer.open(sealed, AAD)).toBe(plain);
    if (plain) expect(sealed.includes(Buffer.from(plain))).toBe(false);
  });

  test("the same text never looks the same", () => {
    expect(sealer.seal("x", AAD).equals(sealer.seal("x", AAD))).toBe(false);
  });

  test("not in another place, not with another secret", () => {
    const sealed = sealer.seal("x", AAD);
    expect(() => sealer.open(sealed, `${AAD}2`)).toThrow(SealError);
    expect(() => createSealer(others).open(sealed, AAD)).toThrow(SealError);
    expect(() => createSealer({ kek: others.kek, kekId: keys.kekId }).open(sealed, AAD)).toThrow(SealError);
  });

  test("not with any bit flipped, nor any byte missing", () => {
    const sealed = sealer.seal("secret", AAD);
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => sealer.open(flipped, AAD), `bit ${bit}`).toThrow(SealError);
    }
    for (let end = 0; end < sealed.length; end += 1) expect(() => sealer.open(sealed.subarray(0, end), AAD)).toThrow(SealError);
  });

  test("an older key still opens while a rotation runs", () => {
    const sealed = createSealer(others).seal("x", AAD);
    expect(createSealer(keys, others).open(sealed, AAD)).toBe("x");
  });

  test("a canary opens with its own secret only", () => {
    const stored = sealCanary(sealer);
    expect(() => openCanary(sealer, stored)).not.toThrow();
    expect(() => openCanary(createSealer(others), stored)).toThrow(/another master secret/);
    expect(() => openCanary(sealer, "nonsense")).toThrow(SecretError);
  });
});

describe("keys", () => {
  test("differ by purpose and by secret, and are the same every time", () => {
    const values = [keys.kek, keys.keyPepper, keys.passwordPepper, keys.codePepper, keys.auditKey].map((key) => key.toString("hex"));
    expect(new Set([...values, Buffer.from(keys.sessionSecret, "base64url").toString("hex")]).size).toBe(6);
    expect(others.kek.equals(keys.kek)).toBe(false);
    expect(keysOf("a secret of thirty-two bytes or more")).toEqual(keys);
  });

  test("do not print", () => {
    expect(JSON.stringify({ keys, master: new MasterSecret(Buffer.from("x")) })).toBe('{"keys":"[sealed]","master":"[sealed]"}');
    expect(inspect(keys)).toBe("[sealed]");
    expect(inspect({ master: new MasterSecret(Buffer.from("hunter2")) })).toBe("{ master: [sealed] }");
  });
});

describe("the secret file", () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "modelmart-secret-"));
  });
  afterEach(() => fs.rmSync(dataDir, { recursive: true }));
  const file = () => path.join(dataDir, "secret");

  test("is made once, for its owner alone, and once by many", async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => loadSecret({ dataDir })));
    expect(new Set(all.map((master) => master.derive("x").toString("hex"))).size).toBe(1);
    expect(fs.statSync(file()).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(dataDir)).toEqual(["secret"]);
    expect((await loadSecret({ dataDir })).derive("x")).toEqual(all[0]!.derive("x"));
  });

  test("gives way to the environment", async () => {
    const secret = "a secret of thirty-two bytes or more";
    expect((await loadSecret({ dataDir, secret })).derive("kek")).toEqual(keys.kek);
    expect(fs.existsSync(file())).toBe(false);
  });

  test.each(["640", "604", "644", "660"])("is refused with mode %s", async (mode) => {
    await loadSecret({ dataDir });
    fs.chmodSync(file(), Number.parseInt(mode, 8));
    await expect(loadSecret({ dataDir })).rejects.toThrow(/chmod 600/);
  });

  test("is refused when it was cut", async () => {
    fs.writeFileSync(file(), "short\n", { mode: 0o600 });
    await expect(loadSecret({ dataDir })).rejects.toThrow(/shorter than 32 bytes/);
  });
});

describe("passwords", () => {
  test("are hashed with today's parameters and verify", async () => {
    const phc = await hashPassword(keys, "correct-horse");
    expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
    expect(await verifyPassword(keys, "correct-horse", phc)).toBe(true);
    expect(await verifyPassword(keys, "Correct-horse", phc)).toBe(false);
    expect(await verifyPassword(others, "correct-horse", phc)).toBe(false);
    expect(await verifyPassword(keys, "x", "no hash")).toBe(false);
    expect(await hashPassword(keys, "correct-horse")).not.toBe(phc);
  });

  test("one letter typed two ways is one letter", async () => {
    expect(await verifyPassword(keys, "cafe\u0301-au-lait", await hashPassword(keys, "caf\u00e9-au-lait"))).toBe(true);
  });

  test("an unknown user never signs in, and older parameters are noticed", async () => {
    const passwords = createPasswords(keys);
    expect(await passwords.verify("nobody's", undefined)).toBe(false);
    expect(passwords.needsRehash(await passwords.hash("x"))).toBe(false);
    expect(passwords.needsRehash("$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA")).toBe(true);
  });

  test("beyond the queue the next is told to come back", async () => {
    const passwords = createPasswords(keys, { atOnce: 1, waiting: 2 });
    const answers = await Promise.allSettled(Array.from({ length: 4 }, () => passwords.verify("x", undefined)));
    expect(answers.filter(({ status }) => status === "rejected").map((answer) => (answer as PromiseRejectedResult).reason)).toEqual([
      expect.any(PasswordsBusy), expect.any(PasswordsBusy),
    ]);
    expect(await passwords.verify("x", undefined)).toBe(false);
  });
});

test("hmac, fingerprint and comparison", () => {
  // RFC 4231, test case 2.
  expect(hmac(Buffer.from("Jefe"), "what do ya want for nothing?").toString("hex")).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  expect(fingerprint(Buffer.from("Jefe"), "what do ya want for nothing?")).toBe("5bdcc146");
  expect([constantTimeEqual("a", "a"), constantTimeEqual("a", "b"), constantTimeEqual("a", "ab"), constantTimeEqual("a", Buffer.from("a"))]).toEqual([true, false, false, true]);
});
