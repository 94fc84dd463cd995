import type { Operation } from "#relay/dialects/dialect.ts";
import { embed, textsOf, usageOf, type Answer } from "#relay/providers/simulator/answer.ts";
import type { Script } from "#relay/providers/simulator/script.ts";

type Json = Readonly<Record<string, unknown>>;
type Head = Readonly<{ id: string; created: number; model: string }>;

const CHUNK_POINTS = 8;

const encode = (value: Json): Buffer => Buffer.from(JSON.stringify(value));
const event = (value: Json): Buffer => Buffer.from(`data: ${JSON.stringify(value)}\n\n`);

const toolCall = (name: string, id: string): Json => ({ id: `call_${id}`, type: "function", function: { name, arguments: "{}" } });

const withUsage = (usage: Json | undefined): Json => (usage === undefined ? {} : { usage });

/** The whole reply in one body. */
export function wholeBody(said: Answer, head: Head, operation: Operation): Buffer {
  const { text, call, finish, usage } = said;
  if (operation === "completions") {
    const choices = [{ index: 0, text, logprobs: null, finish_reason: finish }];
    return encode({ ...head, object: "text_completion", choices, ...withUsage(usage) });
  }
  const message = call === undefined
    ? { role: "assistant", content: text, refusal: null }
    : { role: "assistant", content: null, refusal: null, tool_calls: [toolCall(call, head.id)] };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
  return encode({ ...head, object: "chat.completion", choices, ...withUsage(usage) });
}

/** The reply as the events of a stream, one buffer each, `[DONE]` last. */
export function streamChunks(said: Answer, head: Head, operation: Operation): Buffer[] {
  const { text, call, finish, usage } = said;
  const isChat = operation === "chat";
  const object = isChat ? "chat.completion.chunk" : "text_completion";
  const chunk = (fields: Json, finish_reason: string | null = null): Buffer =>
    event({ ...head, object, choices: [{ index: 0, ...fields, logprobs: null, finish_reason }] });

  const out: Buffer[] = [];
  if (isChat) out.push(chunk({ delta: { role: "assistant", content: "" } }));
  for (const part of pieces(text)) out.push(chunk(isChat ? { delta: { content: part } } : { text: part }));
  if (call !== undefined) out.push(chunk({ delta: { tool_calls: [{ index: 0, ...toolCall(call, head.id) }] } }));
  out.push(chunk(isChat ? { delta: {} } : { text: "" }, finish));
  if (usage !== undefined) out.push(event({ ...head, object, choices: [], usage }));
  out.push(Buffer.from("data: [DONE]\n\n"));
  return out;
}

function pieces(text: string): string[] {
  const points = [...text];
  return Array.from({ length: Math.ceil(points.length / CHUNK_POINTS) }, (_, at) =>
    points.slice(at * CHUNK_POINTS, (at + 1) * CHUNK_POINTS).join(""));
}

/** Vectors of all inputs, as numbers or base64 like OpenAI's. */
export function embeddingsBody(request: Json, script: Script): Buffer {
  const inputs = textsOf(request.input);
  const asBase64 = request.encoding_format === "base64";
  const data = inputs.map((text, index) => {
    const vector = embed(text, request.dimensions);
    const embedding = asBase64 ? Buffer.from(vector.buffer).toString("base64") : [...vector];
    return { object: "embedding", index, embedding };
  });
  const usage = usageOf(inputs.join(""), "", { ...script, reasoning: 0, cached: 0 });
  const told = usage === undefined ? {} : { usage: { prompt_tokens: usage.prompt_tokens, total_tokens: usage.prompt_tokens } };
  return encode({ object: "list", data, model: script.model, ...told });
}

/** An error as OpenAI-shaped vendors write it. */
export function errorBody(status: number): Buffer {
  const type = status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
  return encode({ error: { message: `Simulated failure ${status}.`, type, param: null, code: status === 429 ? "rate_limit_exceeded" : null } });
}
