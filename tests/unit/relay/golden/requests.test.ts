import { describe, expect, test } from "vitest";
import type { JsonObject } from "#relay/canonical/request.ts";
import { withoutCustom } from "#relay/canonical/custom-tools.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { RelayError } from "#relay/errors.ts";
import { providers } from "#relay/providers/index.ts";
import { readChecks, type Check } from "../../../support/json-schema.ts";
import { readSharedRequests } from "../../../support/recordings.ts";
import { sharedDir } from "../../../support/shared.ts";

/** Recorded requests by the words that their index has for protocols. */
const ASKED: readonly (readonly [protocol: string, dialect: WireFormat, endpoint: RegExp])[] = [
  ["openai-chat", "openai-chat", /\/chat\//], ["openai-responses", "openai-responses", /\/responses\//], ["anthropic-messages", "anthropic", /\/messages\//], ["gemini", "gemini", /\/generate-content\//],
];
/** A vendor of each protocol that a description exists of, with a model that can do what is asked, and the name of its request. */
const TOLD: readonly Readonly<{ name: string; protocol: WireFormat; provider: string; model: string; file: string; schema: string }>[] = [
  { name: "openai", protocol: "openai-chat", provider: "openai", model: "gpt-4.1", file: "openai.json", schema: "CreateChatCompletionRequest" },
  { name: "openai, thinking", protocol: "openai-chat", provider: "openai", model: "gpt-5", file: "openai.json", schema: "CreateChatCompletionRequest" },
  { name: "openai responses", protocol: "openai-responses", provider: "openai", model: "gpt-5", file: "openai.json", schema: "CreateResponse" },
  { name: "anthropic", protocol: "anthropic", provider: "anthropic", model: "claude-sonnet-4-5", file: "anthropic.json", schema: "CreateMessageParams" },
  { name: "anthropic, newest", protocol: "anthropic", provider: "anthropic", model: "claude-opus-4-7", file: "anthropic.json", schema: "CreateMessageParams" },
  { name: "gemini", protocol: "gemini", provider: "gemini", model: "gemini-2.5-flash", file: "gemini.json", schema: "GenerateContentRequest" },
  { name: "gemini, newest", protocol: "gemini", provider: "gemini", model: "gemini-3-pro-preview", file: "gemini.json", schema: "GenerateContentRequest" },
  { name: "ollama", protocol: "ollama", provider: "ollama-native", model: "qwen3", file: "ollama.json", schema: "ChatRequest" },
];

const shared = sharedDir();

describe.skipIf(shared === undefined)("every recorded request, put into every protocol, is one that the vendor's description knows", () => {
  const checks = new Map<string, Check>();
  const checkOf = (file: string): Check => {
    const known = checks.get(file) ?? readChecks(shared!, file, true);
    checks.set(file, known);
    return known;
  };
  const asked = shared === undefined ? [] : ASKED.flatMap(([protocol, dialect, endpoint]) =>
    readSharedRequests(shared, protocol).filter(([dir]) => endpoint.test(dir)).map(([dir, body]) => ({ dir, dialect, body })));

  test("there are requests of every dialect", () => {
    for (const [, dialect] of ASKED) expect([dialect, asked.filter((one) => one.dialect === dialect).length > 50]).toEqual([dialect, true]);
  });

  test("what the description does not know is found, or this would prove nothing", () => {
    const check = checkOf("openai.json");
    expect(check("CreateChatCompletionRequest", { model: "m", messages: [{ role: "user", content: "hi" }] })).toEqual([]);
    expect(check("CreateChatCompletionRequest", { model: "m", messages: [{ role: "user", content: "hi" }], odd: 1 })).not.toEqual([]);
  });

  test.each(TOLD.map((told) => [told.name, told] as const))("told to %s", (_name, { protocol, provider, model, file, schema }) => {
    const { flags } = providers.get(provider)!;
    const found: (readonly [string, string])[] = [];
    let written = 0;
    for (const { dir, dialect, body } of asked.filter((one) => one.dialect !== protocol)) {
      const request = unlessRefused(() => clientCodecs[dialect]!.decodeRequest(body, { model: "shop", betas: [] }));
      if (!request) continue;
      const encoded = unlessRefused(() => upstreamCodecs[protocol]!.encodeRequest(flags.maxTokensName === "by_model" || protocol === "openai-responses" ? request : withoutCustom(request), {
        upstreamModel: model, flags, strict: false, warn: () => undefined, maxOutputTokens: 64_000,
      }));
      if (!encoded) continue;
      written++;
      const sent = JSON.parse(JSON.stringify(protocol === "gemini" ? { model: "models/m", ...encoded.body } : encoded.body), forgiven(protocol)) as JsonObject;
      // What needs a head that names a trial of the vendor's is described beside the rest.
      for (const fault of checkOf(file)(encoded.headers?.["anthropic-beta"] === undefined ? schema : `Beta${schema}`, sent)) found.push([dir, fault]);
    }
    expect(written).toBeGreaterThan(100);
    expect(found.slice(0, 20)).toEqual([]);
  });
});

/** Members that the vendor has come to know since its description was written. */
const NEWER: ReadonlySet<string> = new Set(["thinking", "tool_name"]);

/** Where descriptions are behind or beside what their vendors take. */
const forgiven = (protocol: WireFormat) => function reviver(this: unknown, key: string, value: unknown): unknown {
  if (protocol === "ollama" && NEWER.has(key)) return undefined;
  // Vendors refuse that themselves, and say so.
  if (key === "temperature" && typeof value === "number" && (value < 0 || value > 2)) return 1;
  // Google's own library calls it optional.
  if (protocol === "gemini" && key === "functionDeclarations") return (value as JsonObject[]).map((one) => ({ description: "", ...one }));
  return value;
};

/** Some requests were sent to see the refusal, and some things cannot be said to some vendors. */
function unlessRefused<Made>(make: () => Made): Made | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RelayError && error.status < 500) return undefined;
    throw error;
  }
}
