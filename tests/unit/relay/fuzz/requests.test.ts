import { expect, test } from "vitest";
import { withoutCustom } from "#relay/canonical/custom-tools.ts";
import type { Json, JsonObject } from "#relay/canonical/request.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import { dialects } from "#relay/dialects/index.ts";
import type { ClientFormat, WireFormat } from "#relay/dialects/wire-format.ts";
import { RelayError } from "#relay/errors.ts";
import { scanRequest } from "#relay/http/body/scan.ts";
import { providers } from "#relay/providers/index.ts";
import { seededRandom } from "../../../support/random.ts";
import { SHAPES } from "../../../integration/wild/shapes.ts";
import { Findings } from "./findings.ts";
import { garbled, spoilt } from "./spoil.ts";

type Dialect = Extract<ClientFormat, "openai-chat" | "openai-responses" | "anthropic" | "gemini">;
const ROUNDS = 30_000;
const BROKEN_BYTES = 20_000;
/** A round that never ends is a fault, too. */
const DEADLINE_MS = 120_000;

const dialectOf = (path: string): Dialect => (path.includes("/messages") ? "anthropic" : path.includes("/responses") ? "openai-responses" : path.includes("/models/") ? "gemini" : "openai-chat");
const BODIES = SHAPES.filter(({ client }) => client !== "Cursor").map(({ path, body }) => ({ dialect: dialectOf(path), body: body as JsonObject }));
/** Vendors of every protocol, each with a model that thinks and one that does not. */
const TARGETS: readonly (readonly [protocol: WireFormat, provider: string, models: readonly string[]])[] = [
  ["openai-chat", "openai", ["gpt-4.1", "gpt-5"]], ["openai-chat", "openai-compatible", ["up-model"]], ["openai-chat", "mistral", ["mistral-large-latest"]], ["openai-responses", "openai", ["gpt-5", "gpt-4.1"]],
  ["anthropic", "anthropic", ["claude-sonnet-4-5", "claude-opus-4-7", "claude-3-haiku-20240307"]], ["gemini", "gemini", ["gemini-2.5-flash", "gemini-3-pro-preview"]],
  ["bedrock-converse", "bedrock", ["anthropic.claude-sonnet-4-5-v1:0", "meta.llama3"]], ["cohere", "cohere", ["command-a-reasoning", "command-r"]], ["ollama", "ollama-native", ["qwen3"]],
  ["dashscope-native", "dashscope-native", ["qwen-plus", "qwen-vl-max"]], ["dify", "dify", ["chat", "workflow"]], ["coze", "coze", ["739"]], ["spark", "spark-ws", ["lite", "4.0Ultra"]], ["tencent", "tencent-tc3", ["hunyuan-pro"]],
  ["baidu-v1", "baidu-v1", ["ernie-4.0-8k"]], ["zhipu-v3", "zhipu-v3", ["chatglm_std"]], ["deepl", "deepl", ["deepl-de"]],
];

/** Runs it; what is refused is refused by a client's fault and not by ours. */
function refusing(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof RelayError) || error.status >= 500) throw error;
  }
}

test(`${ROUNDS} spoilt requests are put into every protocol or refused by name`, () => {
  const random = seededRandom(20_261_121), findings = new Findings();
  for (let round = 0; round < ROUNDS; round++) {
    const { dialect, body } = BODIES[round % BODIES.length]!;
    let wire: Json = body;
    for (let times = 1 + Math.floor(random() * 3); times > 0; times--) wire = spoilt(wire, random);
    if (typeof wire !== "object" || wire === null || Array.isArray(wire)) continue;
    const [protocol, provider, models] = TARGETS[Math.floor(random() * TARGETS.length)]!;
    const { flags } = providers.get(provider)!;
    const told = { upstreamModel: models[round % models.length]!, flags, strict: random() < 0.1, warn: () => undefined, ...(random() < 0.5 && { maxOutputTokens: 8_000 }), ...(random() < 0.2 && { capTokens: 100 }) };
    findings.try(() => {
      refusing(() => {
        const request = clientCodecs[dialect]!.decodeRequest(wire as JsonObject, { model: "shop", stream: true, betas: [] });
        const { body: sent } = upstreamCodecs[protocol]!.encodeRequest(random() < 0.5 ? withoutCustom(request) : request, told);
        expect(typeof JSON.stringify(sent)).toBe("string");
      });
    }, () => `${dialect} to ${protocol} (${told.upstreamModel}): ${JSON.stringify(wire)}`);
  }
  expect(findings.list).toEqual([]);
}, DEADLINE_MS);

test(`${BROKEN_BYTES} garbled bodies are scanned, and those that are JSON are passed on as JSON`, () => {
  const random = seededRandom(7), findings = new Findings();
  const bodies = BODIES.map(({ dialect, body }) => ({ dialect, bytes: Buffer.from(JSON.stringify({ ...body, model: "shop" })) }));
  const { flags } = providers.get("openai-compatible")!;
  for (let round = 0; round < BROKEN_BYTES; round++) {
    const { dialect, bytes } = bodies[round % bodies.length]!;
    const body = garbled(bytes, random);
    findings.try(() => refusing(() => {
      const scanned = scanRequest(body, "chat", { dialect, model: "shop", stream: true });
      const sent = Buffer.concat(dialects[dialect].passRequest(scanned, body, { upstreamModel: "up-model", flags, ...(random() < 0.3 && { maxTokens: 5 }) }));
      JSON.parse(sent.toString());
    }), () => body.toString());
  }
  expect(findings.list).toEqual([]);
}, DEADLINE_MS);
