import { expect } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { convertedReader } from "#relay/conversion/converted-reader.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { DialectId, PassOptions, PassStream, ReplyFacts } from "#relay/dialects/dialect.ts";
import { dialects } from "#relay/dialects/index.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { providers } from "#relay/providers/index.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";
import { inputTokensOf, type Usage } from "#money/usage.ts";

/** Formats that clients and vendors both speak. */
export const FORMATS = ["openai-chat", "openai-responses", "anthropic", "gemini"] as const;
export type Format = (typeof FORMATS)[number];

const ASKED: Readonly<Record<Format, JsonObject>> = {
  "openai-chat": { model: "shop", messages: [{ role: "user", content: "hi" }] }, "openai-responses": { model: "shop", input: "hi" },
  anthropic: { model: "shop", max_tokens: 9, messages: [{ role: "user", content: "hi" }] },
  gemini: { contents: [{ role: "user", parts: [{ text: "hi" }] }], generationConfig: { thinkingConfig: { includeThoughts: true } } },
};

/** What a client has been told, without how it was cut. */
export type Heard = Readonly<{
  text: string;
  thoughts: string;
  refusal: string;
  calls: readonly (readonly [name: string, args: unknown])[];
  finish: string | undefined;
  error: string | undefined;
  /** Σ of all input, and of all output, as the vendor's totals are. */
  usage: readonly [input: number, output: number] | undefined;
}>;

export type Read = Readonly<{ heard: Heard; facts: ReplyFacts; sent: string }>;

export const flagsOf = (vendor: string, over: Partial<ProviderFlags> = {}): ProviderFlags => ({ ...providers.get(vendor)!.flags, ...over });

const outputOf = ({ outputText = 0, reasoning = 0, outputAudio = 0, outputImage = 0 }: Usage): number => outputText + reasoning + outputAudio + outputImage;
const totalsOf = (usage: Usage | undefined): Heard["usage"] => usage && [inputTokensOf(usage), outputOf(usage)];

/** Arguments are told apart by what they say, not by their blanks. */
function argumentsOf(text: string): unknown {
  try {
    return JSON.parse(text === "" ? "{}" : text) as unknown;
  } catch {
    return text;
  }
}

export function hear(events: readonly CanonicalEvent[]): Heard {
  expect(brokenRule(events)).toBeUndefined();
  const { candidates, usage } = aggregate(events), blocks = candidates[0]!.blocks;
  const joined = (type: "text" | "reasoning" | "refusal"): string => blocks.map((block) => (block.type === type ? block.text : "")).join("");
  const end = events.find(({ type }) => type === "end"), failed = events.find(({ type }) => type === "error");
  return {
    text: joined("text"), thoughts: joined("reasoning"), refusal: joined("refusal"),
    calls: blocks.flatMap((block) => (block.type === "tool" ? [[block.name, argumentsOf(block.arguments)] as const] : [])),
    finish: end?.type === "end" ? end.finish : undefined,
    error: failed?.type === "error" ? failed.error.message ?? failed.error.code ?? "" : undefined,
    usage: totalsOf(usage),
  };
}

export function decode(format: Format, pieces: readonly Buffer[], flags: ProviderFlags): readonly CanonicalEvent[] {
  const decoder = upstreamCodecs[format]!.streamDecoder({ flags });
  return [...pieces.flatMap((piece) => [...decoder.push(piece)]), ...decoder.end()];
}

const OPTIONS = { operation: "chat", publicModel: "shop", upstreamModel: "up", clientWantsUsage: true, rewriteModel: true } as const;

function drain(stream: PassStream, pieces: readonly Buffer[]): Readonly<{ facts: ReplyFacts; sent: string }> {
  const out = pieces.flatMap((piece) => [...stream.push(piece)]);
  out.push(...stream.end());
  const { facts } = stream;
  return { facts, sent: Buffer.concat(facts.complete && !facts.error ? [...out, stream.tail()] : out).toString() };
}

/** The vendor's bytes passed to a client of the same format, and what that client hears. */
export function pass(format: Format, pieces: readonly Buffer[], flags: ProviderFlags): Read {
  const options: PassOptions = { ...OPTIONS, flags };
  const { facts, sent } = drain(dialects[format as DialectId].passStream(options), pieces);
  return { facts, sent, heard: hear(decode(format, [Buffer.from(sent)], flags)) };
}

const readerFor = (from: WireFormat, to: Format, flags: ProviderFlags) => convertedReader({
  client: clientCodecs[to]!, upstream: upstreamCodecs[from]!, decoder: { flags },
  reply: { requestId: "req_01K2ABC", createdAt: 1_700_000_000, includeUsage: true, inputTokensEstimate: 3, request: clientCodecs[to]!.decodeRequest(ASKED[to], { model: "shop", betas: [] }) },
});
const OWN = flagsOf("openai-compatible");

/** The vendor's bytes put into another format, and what a client of that hears. */
export function convert(from: WireFormat, to: Format, pieces: readonly Buffer[], flags: ProviderFlags): Read {
  const { facts, sent } = drain(readerFor(from, to, flags).passStream({ ...OPTIONS, flags }), pieces);
  return { facts, sent, heard: hear(decode(to, [Buffer.from(sent)], OWN)) };
}

/** The same for a whole reply, or whatever comes in its place. */
export function convertWhole(from: WireFormat, to: Format, body: Buffer, flags: ProviderFlags): Read {
  const { facts, body: sent } = readerFor(from, to, flags).passBody(body, { ...OPTIONS, flags });
  return { facts, sent: sent.toString(), heard: hear(facts.error ? [{ type: "error", error: facts.error }] : upstreamCodecs[to]!.decodeReply(sent, { flags: OWN })) };
}

export function passWhole(format: Format, body: Buffer, flags: ProviderFlags): Read {
  const { facts, body: sent } = dialects[format as DialectId].passBody(body, { ...OPTIONS, flags });
  return { facts, sent: sent.toString(), heard: hear(facts.error ? [{ type: "error", error: facts.error }] : upstreamCodecs[format]!.decodeReply(sent, { flags })) };
}

/** What the meter is told, as totals. */
export const metered = ({ usage }: ReplyFacts): Heard["usage"] => totalsOf(usage);

/** Forms of one stream that must all be heard alike. */
export function framings(stream: string): readonly (readonly Buffer[])[] {
  const text = stream.replaceAll("\r\n", "\n"), bytes = Buffer.from(text);
  const forms = [text.replaceAll("\n", "\r\n"), text.replaceAll("\n\n", "\n\n: still here\n\n"), `\uFEFF${text}`, text.replaceAll("data: ", "data:"), text.replaceAll("data: ", "id: 1\nretry: 5\ndata: ")];
  return [[bytes], Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1)), ...forms.map((form) => [Buffer.from(form)])];
}
