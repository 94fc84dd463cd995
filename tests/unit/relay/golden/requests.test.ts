import { describe, expect, test } from "vitest";
import type { JsonObject } from "#relay/canonical/request.ts";
import { withoutCustom } from "#relay/canonical/custom-tools.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { RelayError } from "#relay/errors.ts";
import { compileRoutePolicy } from "#relay/policy/route-policy.ts";
import { shapeTree } from "#relay/policy/shape-body.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import { endpointsOf, providers } from "#relay/providers/index.ts";
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
  { name: "mistral", protocol: "openai-chat", provider: "mistral", model: "mistral-large-latest", file: "mistral.json", schema: "ChatCompletionRequest" },
  { name: "mistral, thinking", protocol: "openai-chat", provider: "mistral", model: "magistral-medium-latest", file: "mistral.json", schema: "ChatCompletionRequest" },
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

  test("what a client of OpenAI's words sends is one that Mistral knows, too", () => {
    const shape = shaperOf("mistral", "mistral-large-latest", "openai-chat");
    const message = { role: "assistant", content: "Yes.", refusal: null, annotations: [], audio: null, reasoning_content: "Hm.", name: "ann" };
    const sent = shape({
      model: "m", store: false, user: "u", seed: 1, max_completion_tokens: 9, logit_bias: {},
      messages: [{ role: "user", name: "bob", content: [{ type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,AAAA" } }] }, message, { role: "user", content: "So?" }],
    });
    expect(checkOf("mistral.json")("ChatCompletionRequest", sent)).toEqual([]);
    expect(checkOf("mistral.json")("ChatCompletionRequest", { ...sent, messages: [message] })).not.toEqual([]);
    const developer = shape({ model: "m", messages: [{ role: "developer", content: "Be brief.", name: "ann" }, { role: "user", content: "Hi" }] });
    expect(developer.messages).toEqual([{ role: "system", content: "Be brief." }, { role: "user", content: "Hi" }]);
    const vectors = shaperOf("mistral", "mistral-embed", "openai-embeddings", "embeddings")({ model: "m", input: ["a"], dimensions: 256, user: "u" });
    expect(vectors).toEqual({ model: "m", input: ["a"], output_dimension: 256 });
    expect(checkOf("mistral.json")("EmbeddingRequest", vectors)).toEqual([]);
  });

  test("recorded requests of OpenAI's and Mistral's own clients pass to Mistral as it knows them", () => {
    const shape = shaperOf("mistral", "mistral-large-latest", "openai-chat"), found: (readonly [string, string])[] = [];
    const passed = asked.filter(({ dir }) => /^(?:mistral|openai)\/chat\//.test(dir));
    for (const { dir, body } of passed) {
      const { reasoning_effort: _effort, prompt_cache_key: _key, ...told } = JSON.parse(JSON.stringify(shape(body)), forgiven("mistral")) as JsonObject;
      // It takes null for what is not said, as its own recordings show.
      const sent = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== null));
      for (const fault of checkOf("mistral.json")("ChatCompletionRequest", sent)) found.push([dir, fault]);
    }
    expect(passed.length).toBeGreaterThan(200);
    expect(found).toEqual([]);
  });

  test.each(TOLD.map((told) => [told.name, told] as const))("told to %s", (_name, { protocol, provider, model, file, schema }) => {
    const { flags } = providers.get(provider)!;
    const found: (readonly [string, string])[] = [];
    let written = 0;
    const shape = shaperOf(provider, model, protocol);
    for (const { dir, dialect, body } of asked.filter((one) => one.dialect !== protocol)) {
      const request = unlessRefused(() => clientCodecs[dialect]!.decodeRequest(body, { model: "shop", betas: [] }));
      if (!request) continue;
      const encoded = unlessRefused(() => upstreamCodecs[protocol]!.encodeRequest(flags.maxTokensName === "by_model" || protocol === "openai-responses" ? request : withoutCustom(request), {
        upstreamModel: model, flags, strict: false, warn: () => undefined, maxOutputTokens: 64_000,
      }));
      if (!encoded) continue;
      written++;
      const sent = JSON.parse(JSON.stringify(protocol === "gemini" ? { model: "models/m", ...encoded.body } : shape(encoded.body)), forgiven(provider)) as JsonObject;
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
const forgiven = (provider: string) => function reviver(this: unknown, key: string, value: unknown): unknown {
  // Recordings show that it takes the sound with its format beside it, too.
  if (provider === "mistral" && key === "input_audio" && typeof value === "object") return (value as JsonObject).data;
  if (provider === "ollama-native" && NEWER.has(key)) return undefined;
  // Vendors refuse that themselves, and say so.
  if (key === "temperature" && typeof value === "number" && (value < 0 || value > 2)) return 1;
  // Google's own library calls it optional.
  if (provider === "gemini" && key === "functionDeclarations") return (value as JsonObject[]).map((one) => ({ description: "", ...one }));
  return value;
};

/** What the rules of the vendor's models make of a body, as on the way to it. */
function shaperOf(id: string, upstreamModel: string, protocol: WireFormat, operation: "chat" | "embeddings" = "chat"): (body: JsonObject) => JsonObject {
  const provider = providers.get(id)!;
  const facts = { model: "shop", endpoint: "chat", group: "default" };
  const policy = compileRoutePolicy({ settings: {}, provider, upstreamModel, endpoints: endpointsOf(provider, operation), facts, operation });
  return (body) => {
    const tree = structuredClone(body) as Tree;
    if (policy) shapeTree({ policy, protocol, stream: tree.stream === true, noted: { warn: () => undefined, change: () => undefined } }, tree);
    return tree as JsonObject;
  };
}

/** Some requests were sent to see the refusal, and some things cannot be said to some vendors. */
function unlessRefused<Made>(make: () => Made): Made | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RelayError && error.status < 500) return undefined;
    throw error;
  }
}
