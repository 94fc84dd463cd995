import { describe, expect, test } from "vitest";
import { createIds, isUuid, parseRequestId, requestIdText, uuidMs, uuidv7 } from "#platform/ids.ts";

const NOW = Date.UTC(2030, 0, 1);

describe("uuidv7", () => {
  test("has version, variant and time", () => {
    const id = uuidv7(NOW);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidMs(id)).toBe(NOW);
    expect(isUuid(id)).toBe(true);
  });

  test("grows within a millisecond, past the end of the sequence, and over a clock that steps back", () => {
    const next = createIds();
    const ids = [...Array.from({ length: 10_000 }, () => next(NOW)), next(NOW - 5_000), next(NOW + 1), next(NOW)];
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(uuidMs(ids[9_999]!) - NOW).toBeLessThan(6);
  });

  test("follows a clock that was an hour ahead", () => {
    const next = createIds();
    next(NOW + 3_600_000);
    expect(uuidMs(next(NOW))).toBe(NOW);
  });

  test("a fraction of a millisecond is cut, not rounded up", () => {
    expect(uuidMs(createIds()(NOW + 0.9))).toBe(NOW);
  });
});

describe("request ids", () => {
  test.each([
    ["00000000-0000-0000-0000-000000000000", "req_00000000000000000000000000"],
    ["ffffffff-ffff-ffff-ffff-ffffffffffff", "req_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"],
    ["0190163d-8694-739b-aea5-966c26f8ad91", "req_01J0B3V1MMEEDTX9CPDGKFHBCH"],
  ])("%s is %s", (uuid, text) => {
    expect(requestIdText(uuid)).toBe(text);
    expect(parseRequestId(text)).toBe(uuid);
    expect(parseRequestId(text.toLowerCase())).toBe(uuid);
  });

  test("every id comes back, and the texts sort as the ids do", () => {
    const ids = Array.from({ length: 1_000 }, () => uuidv7());
    const texts = ids.map(requestIdText);
    expect(texts.map(parseRequestId)).toEqual(ids);
    expect([...texts].sort()).toEqual(texts);
  });

  test.each(["", "req_", "req_8ZZZZZZZZZZZZZZZZZZZZZZZZZ", "req_0000000000000000000000000", "req_0000000000000000000000000U", "xxx_00000000000000000000000000", "req_00000000000000000000000000 "])("%j is none", (text) => {
    expect(parseRequestId(text)).toBeUndefined();
  });
});
