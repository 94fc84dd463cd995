import { expect, test } from "vitest";
import { RelayError, RELAY_ERRORS, type RelayErrorCode } from "#relay/errors.ts";
import { fallbackCause, listedModels, ModelLine } from "#relay/routing/model-line.ts";
import type { FallbackCause, Model } from "#snapshot/snapshot.ts";

const model = (name: string, over: Partial<Model> = {}): Model => ({ id: name, name, endpoints: new Set(), createdAtMs: 0, limits: {}, ...over });
const behind = (...names: readonly string[]): Partial<Model> => ({ fallbacks: names.map((name) => ({ model: name, on: new Set<FallbackCause>(["unavailable"]) })) });

/** Everybody who is asked when all fail in the same way. */
function walk(models: readonly Model[], listed: readonly string[] = [], groups: readonly string[] = [], cause: FallbackCause = "unavailable"): string[] {
  const byName = new Map(models.map((each) => [each.name, each]));
  const line = new ModelLine(models[0]!, listed, groups, (name) => byName.get(name));
  const asked: string[] = [];
  let current = models[0]!;
  for (let entry = line.next({ model: current, cause }); entry; entry = line.next({ model: current, cause })) {
    asked.push(`${entry.name}${entry.groupId === undefined ? "" : `@${entry.groupId}`} for ${entry.insteadOf.name} by ${entry.origin}`);
    current = byName.get(entry.name)!;
    if (entry.groupId === undefined) line.trying();
  }
  return asked;
}

test("groups come first, then the client's list, then the operator's, each in the name of whom the client chose", () => {
  const models = [model("a", behind("c", "b")), model("b", behind("d")), model("c"), model("d", behind("a"))];
  expect(walk(models, ["b"], ["g2", "g3"])).toEqual(["a@g2 for a by group", "a@g3 for a by group", "b for b by client", "c for a by operator", "d for b by operator"]);
});

test("nobody comes twice, himself included, and unknown ones are passed by", () => {
  expect(walk([model("a", behind("b", "a")), model("b", behind("a", "b"))], ["a", "nobody", "b", "b"])).toEqual(["b for b by client"]);
});

test("what is too long or refused in one group is so in all, and too long for models that are no larger", () => {
  const models = [model("a", { contextTokens: 100 }), model("b", { contextTokens: 100 }), model("c", { contextTokens: 101 }), model("d")];
  expect(walk(models, ["b", "c", "d"], ["g2"], "context")).toEqual(["c for c by client", "d for d by client"]);
  expect(walk(models, ["b"], ["g2"], "content_policy")).toEqual(["b for b by client"]);
  expect(walk(models, ["b"], ["g2"], "rate")).toEqual(["a@g2 for a by group", "b for b by client"]);
});

test("an error leads on, or it does not", () => {
  const leading = (Object.keys(RELAY_ERRORS) as RelayErrorCode[]).flatMap((code) => {
    const cause = fallbackCause(new RelayError(code, ""), true);
    return cause ? [`${code}: ${cause}`] : [];
  });
  expect(leading).toEqual([
    "context_length_exceeded: context", "content_policy_violation: content_policy", "upstream_rate_limited: rate",
    "upstream_unavailable: unavailable", "bad_upstream_response: unavailable", "no_available_channel: unavailable", "upstream_timeout: unavailable",
  ]);
  expect(fallbackCause(new RelayError("upstream_timeout", ""), false)).toBeUndefined();
});

test("lists are read from wherever they stand", () => {
  const read = (body: object): readonly string[] => {
    const text = JSON.stringify(body), buffer = Buffer.from(text);
    const ranges = new Map(Object.entries(body).map(([key, value]) => {
      const member = `${JSON.stringify(key)}:`, start = text.indexOf(member) + member.length;
      return [key, [start, start + JSON.stringify(value).length] as const];
    }));
    return listedModels(buffer, { ranges });
  };
  expect(read({ models: ["a", "b"], fallbacks: [{ model: "c" }] })).toEqual(["a", "b", "c"]);
  expect(read({ models: null, fallbacks: "default" })).toEqual([]);
  for (const [body, param] of [[{ models: [""] }, "models[0]"], [{ fallbacks: [{}] }, "fallbacks[0].model"], [{ fallbacks: [{ model: "a", speed: "fast" }] }, "fallbacks[0].speed"], [{ fallbacks: 5 }, "fallbacks"]] as const) {
    expect(() => read(body)).toThrow(expect.objectContaining({ options: expect.objectContaining({ param }) as object }) as Error);
  }
});
