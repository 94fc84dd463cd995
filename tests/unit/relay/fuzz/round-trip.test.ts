import { expect, test } from "vitest";
import type { AssistantPart, ChatRequest, JsonObject, Message, Tool, ToolChoice } from "#relay/canonical/request.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import { providers } from "#relay/providers/index.ts";
import { seededRandom } from "../../../support/random.ts";

type Random = () => number;
const ROUNDS = 500;
/** Each dialect with a vendor and a model that can do all that is asked here. */
const DIALECTS = [["openai-chat", "openai", "gpt-4.1"], ["openai-responses", "openai", "gpt-4.1"], ["anthropic", "anthropic", "claude-sonnet-4-5"], ["gemini", "gemini", "gemini-2.5-flash"]] as const;
const WORDS = ["Grüß Gott", "你好", "a \"quoted\" word", "line\nbreak", "emoji 🙂", "<tag>", "plain", "{\"json\":true}"];

const maybe = <Of extends object>(random: Random, share: number, make: () => Of): Of | Record<string, never> => (random() < share ? make() : {});
const pick = <Of>(random: Random, list: readonly Of[]): Of => list[Math.floor(random() * list.length)]!;
const text = (random: Random): { type: "text"; text: string } => ({ type: "text", text: `${pick(random, WORDS)} ${Math.floor(random() * 1e6)}` });

/** A conversation that ends with its user's turn or the results of calls. */
function conversation(random: Random, tools: readonly Tool[]): readonly Message[] {
  const messages: Message[] = [{ role: "user", parts: [text(random)] }];
  for (let turn = Math.floor(random() * 4); turn > 0; turn--) {
    const calls = tools.length > 0 && random() < 0.6 ? Array.from({ length: 1 + Math.floor(random() * 2) }, (_, at) => ({ type: "tool-call" as const, id: `call_${turn}_${at}`, name: (pick(random, tools) as { name: string }).name, arguments: JSON.stringify({ town: pick(random, WORDS), n: turn }) })) : [];
    const said: AssistantPart[] = [...(calls.length === 0 || random() < 0.5 ? [text(random)] : []), ...calls];
    messages.push({ role: "assistant", parts: said });
    if (calls.length > 0) messages.push({ role: "tool", parts: calls.map(({ id, name }) => ({ type: "tool-result", callId: id, name, parts: [text(random)] })) });
    else messages.push({ role: "user", parts: [text(random)] });
  }
  return messages;
}

function choice(random: Random, tools: readonly Tool[]): { toolChoice: ToolChoice } | Record<string, never> {
  if (tools.length === 0 || random() < 0.5) return {};
  return { toolChoice: pick<ToolChoice>(random, [{ mode: "auto" }, { mode: "none" }, { mode: "required" }, { mode: "named", name: (pick(random, tools) as { name: string }).name }]) };
}

function request(random: Random): ChatRequest {
  const tools: readonly Tool[] = Array.from({ length: Math.floor(random() * 3) }, (_, at) => ({ type: "function", name: `tool_${at}`, description: `Does ${at}`, schema: { type: "object", properties: { town: { type: "string" } }, required: ["town"] } as JsonObject, strict: false }));
  return {
    origin: "openai-chat", model: "shop", stream: random() < 0.5, system: random() < 0.5 ? [text(random)] : [], messages: conversation(random, tools), tools, ...choice(random, tools),
    output: { format: "text" }, modalities: ["text"], candidates: 1, includeUsage: false, cache: {}, metadata: {}, betas: [], extra: {}, maxOutputTokens: 16 + Math.floor(random() * 1_000),
    sampling: { ...maybe(random, 0.3, () => ({ temperature: Math.floor(random() * 10) / 10 })), ...maybe(random, 0.2, () => ({ seed: 7 })), ...maybe(random, 0.2, () => ({ presencePenalty: 0.5 })) },
  };
}

/** What a request says, whichever way its turns are cut: neighbouring texts of one role are one. */
function essence({ system, messages, tools, toolChoice, maxOutputTokens, sampling }: ChatRequest, lost: ReadonlySet<string>): object {
  const said: { role: string; said: unknown[] }[] = [];
  for (const { role, parts } of messages) {
    for (const part of parts) {
      const last = said.at(-1);
      const word = part.type === "text" ? part.text : part.type === "tool-call" ? [part.name, JSON.parse(part.arguments) as unknown] : part.type === "tool-result" ? part.parts.map((inner) => ("text" in inner ? inner.text : "")).join("") : part;
      if (last?.role === role) last.said.push(word);
      else said.push({ role, said: [word] });
    }
  }
  return {
    said, system: system.map((part) => part.text).join("\n"), tools: tools.map((tool) => (tool.type === "function" ? [tool.name, tool.description, tool.schema] : tool)), maxOutputTokens,
    // Nothing is called where nothing is offered, and "as you like" need not be said.
    toolChoice: toolChoice === undefined || tools.length === 0 ? { mode: "auto" } : toolChoice,
    sampling: { temperature: lost.has("temperature_dropped") ? undefined : sampling.temperature, seed: lost.has("seed_dropped") ? undefined : sampling.seed, presencePenalty: lost.has("presence_penalty_dropped") ? undefined : sampling.presencePenalty },
  };
}

test.each(DIALECTS)(`${ROUNDS} requests put into %s are read again as they were, but for what was told as lost`, (dialect, provider, upstreamModel) => {
  const random = seededRandom(59), { flags } = providers.get(provider)!;
  for (let round = 0; round < ROUNDS; round++) {
    const asked = request(random), lost = new Set<string>();
    const { body } = upstreamCodecs[dialect]!.encodeRequest(asked, { upstreamModel, flags, strict: false, warn: (loss) => void lost.add(loss) });
    const again = clientCodecs[dialect]!.decodeRequest(JSON.parse(JSON.stringify(body)) as JsonObject, { model: "shop", stream: asked.stream, betas: [] });
    expect(essence(again, lost)).toEqual(essence(asked, lost));
  }
});
