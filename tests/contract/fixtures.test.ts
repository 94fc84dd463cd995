import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Usage } from "#money/usage.ts";
import { dialects } from "#relay/dialects/index.ts";
import type { DialectId, Operation, PassOptions, ReplyFacts } from "#relay/dialects/dialect.ts";
import { providers } from "#relay/providers/index.ts";
import { classifyFault, readFault } from "#relay/providers/kit/classify.ts";
import { customerError } from "#relay/providers/kit/customer-error.ts";
import type { ErrorClass, Provider } from "#relay/providers/provider.ts";
import { readRecording, recordings, type ExpectedUsage, type Recording } from "../support/recordings.ts";
import { sharedDir } from "../support/shared.ts";

const OPERATION = {
  "openai-chat": "chat", "openai-completions": "completions", "openai-embeddings": "embeddings",
} as const satisfies Partial<Record<DialectId, Operation>>;
/** Folders of the recordings whose provider has another id; hosts without a manifest are taken as compatible ones. */
const PROVIDER: Readonly<Record<string, string>> = { alibaba: "dashscope", "ollama-cloud": "ollama", google: "gemini", zai: "zhipu", lmstudio: "lm-studio" };

/** Recordings where our buckets differ from the recorded numbers, and why. */
const DEVIATIONS: readonly Readonly<{ dir: RegExp; why: string; expected(told: ExpectedUsage): Partial<Sums> }>[] = [
  {
    dir: /^openrouter\/chat\/cache-openrouter-cache-instructions-gemini/,
    why: "reports the same tokens as read from and written to the cache; they are read once, the rest is what was written",
    expected: ({ prompt, cached, cache_write: written }) => ({ cacheWrite: written === null ? null : Math.min(written, prompt! - cached!) }),
  },
  {
    dir: /^writer\/chat\/metrics-writer-async-metrics/,
    why: "tells its zeros under prompt_token_details and completion_token_details, which the recorded numbers leave out",
    expected: () => ({ cached: 0, reasoning: 0 }),
  },
  {
    dir: /^azure\/chat\/.*grok-4-1/,
    why: "reports more cached tokens than prompt tokens; the part is cut to the whole",
    expected: ({ prompt, cached }) => ({ cached: Math.min(prompt!, cached!) }),
  },
  {
    dir: /^openrouter\/chat\/openrouter-openrouter-stream-error/,
    why: "reports more reasoning than completion, and its own total leaves reasoning inside; cut to the whole",
    expected: ({ completion }) => ({ reasoning: completion! }),
  },
  {
    dir: /^voyage\/embeddings\//,
    why: "tells the total alone, which is input for embeddings",
    expected: ({ total }) => ({ prompt: total! }),
  },
];

/** Streams that end without a finish reason and without `[DONE]`, in a form of the vendor's own: broken ones to us. */
const UNFINISHED = /^writer\/completions\/completions-writer-async-streaming/;
/** An error sent with status 200. */
const ERROR_BODY = /^azure\/chat\/azure-prompt-content-filtering\.0$/;
/** Recorded as completions, but the reply is a chat completion. */
const FOREIGN_SHAPE = /^portkey\/completions\//;

type Sums = { prompt: number | null; cached: number | null; cacheWrite: number | null; completion: number | null; reasoning: number | null };

const sums = (usage: Usage | undefined): Sums => {
  const add = (...values: (number | undefined)[]): number | null =>
    values.every((value) => value === undefined) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return {
    prompt: add(usage?.inputUncached, usage?.cacheRead, usage?.cacheWrite5m, usage?.inputAudio, usage?.cacheReadAudio, usage?.inputImage, usage?.inputVideo),
    cached: add(usage?.cacheRead, usage?.cacheReadAudio),
    cacheWrite: add(usage?.cacheWrite5m),
    completion: add(usage?.outputText, usage?.reasoning, usage?.outputAudio, usage?.outputImage),
    reasoning: add(usage?.reasoning),
  };
};

const providerOf = ({ vendor }: Recording): Provider => providers.get(PROVIDER[vendor] ?? vendor) ?? providers.get("openai-compatible")!;

function optionsOf(recording: Recording, over: Partial<PassOptions> = {}): PassOptions {
  return {
    operation: OPERATION[recording.protocol as keyof typeof OPERATION],
    publicModel: recording.model ?? "m",
    upstreamModel: recording.model ?? "m",
    clientWantsUsage: true,
    rewriteModel: false,
    flags: providerOf(recording).flags,
    ...over,
  };
}

type Result = Readonly<{ out: Buffer; tail: Buffer; facts: ReplyFacts }>;

function run(recording: Recording, parts: readonly Buffer[], over: Partial<PassOptions> = {}): Result {
  const stream = dialects[recording.protocol as DialectId].passStream(optionsOf(recording, over));
  const out = parts.flatMap((part) => [...stream.push(part)]);
  out.push(...stream.end());
  return { out: Buffer.concat(out), tail: stream.tail(), facts: stream.facts };
}

const factsOf = ({ usage, finish, content, complete, error, id, contentBytes, contentCjk, text }: ReplyFacts): object =>
  ({ usage, finish, content, complete, error, id, contentBytes, contentCjk, text });

function checkUsage(recording: Recording, facts: ReplyFacts, expected: ExpectedUsage): void {
  const told: Sums = {
    prompt: expected.prompt, cached: expected.cached, cacheWrite: expected.cache_write,
    completion: expected.completion, reasoning: expected.reasoning,
  };
  const deviation = DEVIATIONS.find(({ dir }) => dir.test(recording.dir) && expected.total !== null);
  expect(sums(facts.usage)).toEqual({ ...told, ...deviation?.expected(expected) });
  for (const [field, value] of Object.entries(facts.usage ?? {})) {
    if (typeof value === "number") expect(value, field).toBeGreaterThanOrEqual(0);
  }
  if (expected.vendor_cost_usd !== undefined) expect(Number(facts.usage?.vendorCostNanoUsd) / 1e9).toBeCloseTo(expected.vendor_cost_usd, 8);
}

type Chunk = { choices?: { index: number; delta?: Said; message?: Said; text?: string }[] };
type Said = { content?: string | { text?: string }[] | null; tool_calls?: { index?: number; id?: string }[] | null };

const plain = (content: Said["content"]): string =>
  Array.isArray(content) ? content.map(({ text }) => text ?? "").join("") : (content ?? "");

/** Text and tool calls as an SDK would put them together from what we sent. */
function readClient(out: string, streaming: boolean): Readonly<{ text: string; calls: number }> {
  const bodies = streaming ? out.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5)) : [out];
  const calls = new Set<string>();
  let text = "";
  for (const body of bodies) {
    for (const { index, delta, message, text: completion } of (JSON.parse(body) as Chunk).choices ?? []) {
      const said = streaming ? delta : message;
      if (index === 0 || index === undefined) text += plain(said?.content) + (said === undefined ? (completion ?? "") : "");
      said?.tool_calls?.forEach((call, at) => calls.add(`${index}/${call.index ?? at}/${streaming && call.index !== undefined ? "" : call.id}`));
    }
  }
  return { text, calls: calls.size };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Cut positions: all of a short stream, evenly spread ones of a long one. */
function cuts(length: number): number[] {
  const step = Math.max(1, Math.floor(length / 400));
  return Array.from({ length: Math.floor(length / step) }, (_, index) => index * step);
}

const shared = sharedDir();
const all = shared === undefined ? [] : recordings(shared, Object.keys(OPERATION));

describe.skipIf(shared === undefined)("recordings of OpenAI-shaped vendors (shared/fixtures)", () => {
  test.each(all.filter(({ status, streaming }) => status === 200 && streaming).map((r) => [r.dir, r] as const))("stream %s", (_dir, recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    const whole = run(recording, [bytes]);
    if (expected) checkUsage(recording, whole.facts, expected);
    expect(whole.facts.error?.message).toBe(expected?.stream_error?.message);
    if (!whole.facts.error) {
      expect(whole.facts.complete).toBe(!UNFINISHED.test(recording.dir));
      expect(Buffer.concat([whole.out, whole.tail]).toString()).toBe(closed(bytes));
      const client = readClient(whole.out.toString(), true);
      if (expected?.text_sha256 !== undefined) expect(sha256(client.text)).toBe(expected.text_sha256);
      if (expected?.tool_calls !== undefined) expect(client.calls).toBe(expected.tool_calls);
    }

    const same = (parts: readonly Buffer[]): void => {
      const cut = run(recording, parts);
      if (!cut.out.equals(whole.out) || !cut.tail.equals(whole.tail)) expect(cut.out.toString()).toBe(whole.out.toString());
      expect(factsOf(cut.facts)).toEqual(factsOf(whole.facts));
    };
    same(Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)));
    for (const at of cuts(bytes.length)) same([bytes.subarray(0, at), bytes.subarray(at)]);
  });

  test.each(all.filter(({ status, streaming }) => status === 200 && streaming).map((r) => [r.dir, r] as const))("framing of %s does not matter", (_dir, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const whole = run(recording, [bytes]);
    const text = bytes.toString().replaceAll("\r\n", "\n");
    const forms = [text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\r"), text.replaceAll("\n\n", "\n\n: still here\n\n"), `\uFEFF${text}`];
    for (const form of forms) {
      const other = Buffer.from(form);
      expect(factsOf(run(recording, [other]).facts)).toEqual(factsOf(whole.facts));
      const single = run(recording, Array.from(other, (_byte, at) => other.subarray(at, at + 1)));
      expect(factsOf(single.facts)).toEqual(factsOf(whole.facts));
      expect(single.out.toString()).toBe(run(recording, [other]).out.toString());
    }
  });

  test.each(all.filter(({ status, streaming }) => status === 200 && streaming).map((r) => [r.dir, r] as const))("%s shows the shop's model name alone", (_dir, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const { out } = run(recording, [bytes], { publicModel: "shop/\"name\"", rewriteModel: true });
    const before = run(recording, [bytes]).out.toString();
    const named = before.split("\n").map((line) => line.replace(/("model":\s*)"(?:[^"\\]|\\.)+"/, '$1"shop/\\"name\\""'));
    expect(out.toString()).toBe(named.join("\n"));
  });

  test.each(all.filter(({ status, streaming }) => status === 200 && !streaming).map((r) => [r.dir, r] as const))("body %s", (_dir, recording) => {
    const { bytes, expected } = readRecording(shared!, recording);
    const passed = dialects[recording.protocol as DialectId].passBody(bytes, optionsOf(recording));
    expect(passed.body.equals(bytes)).toBe(true);
    if (ERROR_BODY.test(recording.dir)) return expect(passed.facts.error).toMatchObject({ status: 400, code: "content_filter" });
    if (!expected) return;
    expect(passed.facts.complete).toBe(true);
    expect(passed.facts.error).toBeUndefined();
    checkUsage(recording, passed.facts, expected);
    if (expected.finish_reason !== undefined) expect(passed.facts.finish ?? null).toBe(expected.finish_reason || null);
    if (FOREIGN_SHAPE.test(recording.dir)) return;
    const client = readClient(passed.body.toString(), false);
    if (expected.text_sha256 !== undefined) expect(sha256(client.text)).toBe(expected.text_sha256);
    if (expected.tool_calls !== undefined) expect(client.calls).toBe(expected.tool_calls);
  });

  test.each(all.filter(({ status }) => status !== 200).map((r) => [r.dir, r] as const))("failure %s", (_dir, recording) => {
    const { bytes } = readRecording(shared!, recording);
    const fault = readFault(recording.status, bytes);
    expect(fault.message).toBeTruthy();
    const expected = /context-length/.test(recording.dir) && recording.status === 400 ? "context" : FAILURE_CLASS[recording.status];
    expect(classifyFault(fault, providerOf(recording).errorClasses)).toBe(expected);
    const told = customerError(expected!, fault);
    if (recording.status === 401) expect([told.status, told.message]).toEqual([502, "The model is not available at the moment."]);
  });
});

const FAILURE_CLASS: Readonly<Record<number, ErrorClass>> = { 400: "client", 401: "auth", 404: "config", 429: "rate" };

/** A recorded stream as a client must receive it: its last event closed, `[DONE]` at the end. */
function closed(bytes: Buffer): string {
  let text = bytes.toString();
  const ending = /(?:\r?\n)*$/.exec(text)![0].replaceAll("\r", "");
  if (ending.length < 2) text += ending === "" ? "\n\n" : "\n";
  return text.includes("data: [DONE]") ? text : `${text}data: [DONE]\n\n`;
}
