import { describe, expect, test } from "vitest";
import { convert, convertWhole, decode, flagsOf, FORMATS, hear, metered, pass, passWhole, type Format, type Heard, type Read } from "../../../support/heard.ts";
import { seededRandom } from "../../../support/random.ts";
import { Sampler } from "../../../support/schema-samples.ts";
import { sharedDir } from "../../../support/shared.ts";
import { Findings } from "../fuzz/findings.ts";

type Json = Readonly<Record<string, unknown>>;
/** What the sample itself says, whoever reads it. */
type Says = Readonly<{ texts: readonly string[]; calls: number; usage?: readonly [number, number] }>;

const ROUNDS = 120;
const shared = sharedDir();
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const words = (...values: readonly unknown[]): readonly string[] => values.filter((value): value is string => typeof value === "string" && value !== "");
const event = (type: string, members: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`;

/** A sample whole and as a stream: nothing is thrown, and nothing that it says is lost, passed or in any format. */
function check(format: Format, findings: Findings, sample: Json, stream: string, says: Says): void {
  const flags = flagsOf(format === "anthropic" ? "anthropic" : format === "gemini" ? "gemini" : "openai"), body = Buffer.from(JSON.stringify(sample)), events = Buffer.from(stream);
  const told = (way: string, { heard, facts }: Partial<Read> & Readonly<{ heard: Heard }>): void => {
    if (heard.error !== undefined || facts?.error) return;
    if (says.usage && facts) expect([way, metered(facts)]).toEqual([way, says.usage]);
    const lost = says.texts.filter((text) => !heard.text.includes(text));
    if (lost.length > 0) throw new Error(`${way}: lost ${lost.join()}`);
    if (heard.calls.length !== says.calls) throw new Error(`${way}: ${heard.calls.length} calls of ${says.calls}`);
    if (says.usage) expect([way, heard.usage]).toEqual([way, says.usage]);
  };
  const ways: readonly (readonly [string, () => void])[] = [
    ["passed whole", () => told("passed whole", passWhole(format, body, flags))],
    ["passed", () => told("passed", pass(format, [events], flags))],
    ["passed in place of a stream", () => told("passed in place of a stream", pass(format, [body.subarray(0, 1), body.subarray(1)], flags))],
    ["read", () => told("read", { heard: hear(decode(format, [events], flags)) })],
    ...FORMATS.flatMap((to) => [
      [`whole as ${to}`, () => told(`whole as ${to}`, convertWhole(format, to, body, flags))] as const,
      [`as ${to}`, () => told(`as ${to}`, convert(format, to, [events], flags))] as const,
      [`in place of a stream as ${to}`, () => told(`in place of a stream as ${to}`, convert(format, to, [body.subarray(0, 1), body.subarray(1)], flags))] as const,
    ]),
  ];
  for (const [way, run] of ways) findings.try(run, () => `${way}: ${JSON.stringify(sample)}`);
}

describe.skipIf(shared === undefined)("what the vendors' own descriptions allow is read (needs ../shared)", () => {
  test("OpenAI's chat", () => {
    const findings = new Findings(), random = seededRandom(21);
    const sampler = new Sampler(shared!, "openai.json", random, {
      CompletionUsage: (usage) => ({ ...usage, prompt_tokens: 500, completion_tokens: 400, total_tokens: 900 }),
      ChatCompletionMessageToolCall: (call) => ({ ...call, function: { ...(call.function as Json), arguments: "{}" } }),
    });
    for (let round = 0; round < ROUNDS; round++) {
      const whole = sampler.sample("CreateChatCompletionResponse"), [first = { message: {}, finish_reason: "stop" }] = list(whole.choices);
      const sample = { ...whole, choices: [{ ...first, index: 0 }], usage: whole.usage ?? undefined }, said = first.message as Json;
      const calls = list(said.tool_calls), legacy = calls.length === 0 && said.function_call ? 1 : 0;
      const { choices: _choices, usage, ...head } = sample;
      const chunk = (members: object): string => `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", ...members })}\n\n`;
      const stream = chunk({ choices: [{ index: 0, delta: { ...said, ...(calls.length > 0 && { tool_calls: calls.map((call, index) => ({ index, ...call })) }) }, logprobs: first.logprobs, finish_reason: null }] })
        + chunk({ choices: [{ index: 0, delta: {}, finish_reason: first.finish_reason }] }) + (usage ? chunk({ choices: [], usage }) : "") + "data: [DONE]\n\n";
      check("openai-chat", findings, sample, stream, { texts: words(said.content), calls: calls.length + legacy, ...(usage && { usage: [500, 400] as const }) });
    }
    expect(findings.list).toEqual([]);
  });

  test("every kind of chunk of OpenAI's chat, in the middle of a stream", () => {
    const findings = new Findings(), flags = flagsOf("openai"), sampler = new Sampler(shared!, "openai.json", seededRandom(26));
    const chunk = (members: object): string => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "up", ...members })}\n\n`;
    const said = (content: string): string => chunk({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    for (let round = 0; round < ROUNDS; round++) {
      const { choices, ...sample } = sampler.sample("CreateChatCompletionStreamResponse");
      const stream = said("Hi ") + chunk({ ...sample, choices: list(choices).map((choice) => ({ ...choice, index: 0 })) }) + said("you.")
        + chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }) + chunk({ choices: [], usage: { prompt_tokens: 500, completion_tokens: 400, total_tokens: 900 } }) + "data: [DONE]\n\n";
      const texts = ["Hi ", "you.", ...list(choices).flatMap(({ delta }) => words((delta as Json).content))];
      for (const to of ["passed", ...FORMATS] as const) {
        findings.try(() => {
          const { heard, facts } = to === "passed" ? pass("openai-chat", [Buffer.from(stream)], flags) : convert("openai-chat", to, [Buffer.from(stream)], flags);
          expect([to, texts.filter((text) => !heard.text.includes(text)), metered(facts)]).toEqual([to, [], [500, 400]]);
        }, () => stream);
      }
    }
    expect(findings.list).toEqual([]);
  });

  test.each(["Message", "BetaMessage"])("Anthropic's %s", (schema) => {
    const findings = new Findings(), random = seededRandom(22);
    const usage = (value: Json): Json => ({ ...value, input_tokens: 300, cache_read_input_tokens: 150, cache_creation_input_tokens: 50, cache_creation: null, output_tokens: 400 });
    const tool = (value: Json): Json => ({ ...value, input: { x: 1 } });
    const sampler = new Sampler(shared!, "anthropic.json", random, { Usage: usage, BetaUsage: usage, ResponseToolUseBlock: tool, BetaResponseToolUseBlock: tool });
    for (let round = 0; round < ROUNDS; round++) {
      const sample = sampler.sample(schema), blocks = list(sample.content);
      const { stop_reason, stop_sequence, usage: all, ...head } = sample;
      const stream = event("message_start", { message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage: { ...(all as Json), output_tokens: 1 } } })
        + blocks.map(blockEvents).join("") + event("message_delta", { delta: { stop_reason, stop_sequence }, usage: all }) + event("message_stop", {});
      const says = { texts: blocks.flatMap(({ type, text }) => (type === "text" ? words(text) : [])), calls: blocks.filter(({ type }) => type === "tool_use").length, usage: [500, 400] as const };
      check("anthropic", findings, sample, stream, says);
    }
    expect(findings.list).toEqual([]);
  });

  test("Gemini's", () => {
    const findings = new Findings(), random = seededRandom(23);
    /** The end is told by another word, or not at all. */
    const ENDS: ReadonlySet<unknown> = new Set([undefined, "FINISH_REASON_UNSPECIFIED"]);
    const KINDS = ["text", "functionCall", "inlineData", "executableCode", "codeExecutionResult", "fileData", "functionResponse"] as const;
    const sampler = new Sampler(shared!, "gemini.json", random, {
      // One part says one thing.
      Part: ({ thought, thoughtSignature, ...part }) => {
        const kind = KINDS.filter((name) => part[name] !== undefined)[Math.floor(random() * 3)] ?? "text";
        return { [kind]: part[kind] ?? "", ...(thought !== undefined && { thought }), ...(thoughtSignature !== undefined && { thoughtSignature }) };
      },
      FunctionCall: (call) => ({ ...call, name: call.name ?? "f", args: { x: 1 } }),
      Candidate: (candidate) => ({ ...candidate, index: 0, finishReason: ENDS.has(candidate.finishReason) ? "STOP" : candidate.finishReason }),
      UsageMetadata: (usage) => ({ ...usage, promptTokenCount: 300, toolUsePromptTokenCount: 200, candidatesTokenCount: 100, thoughtsTokenCount: 300, totalTokenCount: 900, cachedContentTokenCount: 40 }),
    });
    for (let round = 0; round < ROUNDS; round++) {
      const whole = sampler.sample("GenerateContentResponse"), { promptFeedback: _feedback, ...answered } = whole;
      const [first] = list(whole.candidates), parts = list((first?.content as Json | undefined)?.parts);
      if (!first) continue;
      const sample = { ...answered, candidates: [first] };
      const chunk = (members: object): string => `data: ${JSON.stringify({ ...answered, ...members })}\n\n`;
      const stream = parts.map((part) => chunk({ usageMetadata: undefined, candidates: [{ index: 0, content: { parts: [part] } }] })).join("") + chunk({ candidates: [{ ...first, content: {} }] });
      const says = {
        texts: parts.flatMap(({ text, thought }) => (thought ? [] : words(text))), calls: parts.filter(({ functionCall }) => functionCall !== undefined).length,
        ...(whole.usageMetadata !== undefined && { usage: [500, 400] as const }),
      };
      check("gemini", findings, sample, stream, says);
    }
    expect(findings.list).toEqual([]);
  });

  const RESPONSE_USAGE = { ResponseUsage: (usage: Json) => ({ ...usage, input_tokens: 500, output_tokens: 400, total_tokens: 900 }) };

  test("OpenAI's responses", () => {
    const findings = new Findings(), random = seededRandom(24);
    let ids = 0;
    const sampler = new Sampler(shared!, "openai.json", random, RESPONSE_USAGE);
    for (let round = 0; round < ROUNDS; round++) {
      const output = Array.from({ length: 3 }, () => ({ ...sampler.sample("OutputItem"), id: `item_${++ids}` }) as Json);
      const sample = { ...sampler.sample("Response"), status: "completed", error: null, incomplete_details: null, output, usage: sampler.sample("ResponseUsage") };
      const stream = event("response.created", { response: { ...sample, status: "in_progress", output: [], usage: null } })
        + output.map((item, output_index) => event("response.output_item.added", { output_index, item: { ...item, ...(item.type === "message" && { content: [] }) } }) + event("response.output_item.done", { output_index, item })).join("")
        + event("response.completed", { response: sample });
      const says = {
        texts: output.flatMap(({ type, content }) => (type === "message" ? list(content).flatMap((part) => (part.type === "output_text" ? words(part.text) : [])) : [])),
        calls: output.filter(({ type }) => type === "function_call" || type === "custom_tool_call").length, usage: [500, 400] as const,
      };
      check("openai-responses", findings, sample, stream, says);
    }
    expect(findings.list).toEqual([]);
  });

  test("every event of a response's stream, in the middle of one", () => {
    const findings = new Findings(), random = seededRandom(25), flags = flagsOf("openai");
    const sampler = new Sampler(shared!, "openai.json", random, RESPONSE_USAGE);
    const response = { id: "resp_1", object: "response", model: "up", created_at: 1, status: "in_progress", output: [], usage: null }, usage = { input_tokens: 500, output_tokens: 400, total_tokens: 900 };
    const item = { id: "msg_1", type: "message", role: "assistant", content: [] }, said = (delta: string): string => event("response.output_text.delta", { output_index: 0, content_index: 0, item_id: "msg_1", delta });
    const whole = { ...item, content: [{ type: "output_text", text: "Hi you.", annotations: [] }] };
    for (const name of sampler.branches("ResponseStreamEvent")) {
      if (/Error|Failed|Completed|Incomplete/.test(name) && !/Call|MCP/.test(name)) continue;
      for (let round = 0; round < 5; round++) {
        const sample = { ...sampler.sample(name), output_index: 7 } as Json;
        const stream = event("response.created", { response }) + event("response.output_item.added", { output_index: 0, item }) + said("Hi ") + `event: ${String(sample.type)}\ndata: ${JSON.stringify(sample)}\n\n` + said("you.")
          + event("response.output_item.done", { output_index: 0, item: whole }) + event("response.completed", { response: { ...response, status: "completed", output: [whole], usage } });
        for (const to of ["passed", ...FORMATS] as const) {
          findings.try(() => {
            const { heard, facts } = to === "passed" ? pass("openai-responses", [Buffer.from(stream)], flags) : convert("openai-responses", to, [Buffer.from(stream)], flags);
            if (!heard.text.includes("Hi ") || !heard.text.includes("you.")) throw new Error(`${name} to ${to}: lost ${heard.text}`);
            if (metered(facts)?.join() !== "500,400") throw new Error(`${name} to ${to}: ${String(metered(facts)?.join())}`);
          }, () => stream);
        }
      }
    }
    expect(findings.list).toEqual([]);
  });
});

/** A block as the vendor's stream tells it. */
function blockEvents(block: Json, index: number): string {
  const pieces: readonly Json[] = block.type === "text" ? [...list(block.citations).map((citation) => ({ type: "citations_delta", citation })), { type: "text_delta", text: block.text }]
    : block.type === "thinking" ? [{ type: "thinking_delta", thinking: block.thinking }, { type: "signature_delta", signature: block.signature }]
      : block.input !== undefined ? [{ type: "input_json_delta", partial_json: JSON.stringify(block.input) }] : [];
  const empty = block.type === "text" ? { text: "" } : block.type === "thinking" ? { thinking: "", signature: "" } : block.input !== undefined ? { input: {} } : {};
  return event("content_block_start", { index, content_block: { ...block, ...empty } }) + pieces.map((delta) => event("content_block_delta", { index, delta })).join("") + event("content_block_stop", { index });
}
