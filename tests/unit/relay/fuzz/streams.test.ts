import { expect, test } from "vitest";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { clientCodecs, upstreamCodecs } from "#relay/dialects/codecs.ts";
import type { DialectId, PassOptions } from "#relay/dialects/dialect.ts";
import { dialects } from "#relay/dialects/index.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import { RelayError } from "#relay/errors.ts";
import { providers } from "#relay/providers/index.ts";
import { seededRandom } from "../../../support/random.ts";
import { streamsOf, UPSTREAMS, wholeOf, type Said, type Upstream } from "../../../integration/sdk/words.ts";
import { Findings } from "./findings.ts";
import { garbled, pieces, spoilt } from "./spoil.ts";

const ROUNDS = 25_000, WHOLE_ROUNDS = 10_000;
/** A round that never ends is a fault, too. */
const DEADLINE_MS = 120_000;
const SAID: readonly Said[] = [
  { text: "Grüß Gott, 你好 🙂" }, { thought: "Hm.", text: "Well then." }, { thought: "Both.", text: "Let me look.", calls: [{ id: "call_a", name: "weather", arguments: { town: "Zürich" } }, { id: "call_b", name: "clock", arguments: {} }] },
];
const FORMAT: Readonly<Record<Upstream, WireFormat>> = { chat: "openai-chat", responses: "openai-responses", messages: "anthropic", gemini: "gemini", converse: "bedrock-converse", cohere: "cohere", ollama: "ollama" };
const { flags } = providers.get("openai-compatible")!;
const CLIENTS = ["openai-chat", "openai-responses", "anthropic", "gemini", "openai-completions"] as const;
const ASKED: Readonly<Record<(typeof CLIENTS)[number], JsonObject>> = {
  "openai-chat": { model: "shop", messages: [{ role: "user", content: "hi" }] }, "openai-responses": { model: "shop", input: "hi" }, "openai-completions": { model: "shop", prompt: "hi" },
  anthropic: { model: "shop", max_tokens: 9, messages: [{ role: "user", content: "hi" }] }, gemini: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
};
const OPTIONS = CLIENTS.map((client) => ({
  client, reply: { model: "shop", requestId: "req_01K2ABC", createdAt: 1_700_000_000, includeUsage: true, inputTokensEstimate: 3, request: clientCodecs[client]!.decodeRequest(ASKED[client], { model: "shop", betas: [] }) },
}));

/** What comes is read or called unreadable; nothing else may be thrown. */
function reading<Read>(read: () => Read): Read | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RelayError) return undefined;
    throw error;
  }
}

/** What every reader promises, and what every writer makes of it. */
function checkEvents(events: readonly CanonicalEvent[], random: () => number): void {
  const broken = brokenRule(events);
  if (broken !== undefined) throw new Error(broken);
  const { client, reply } = OPTIONS[Math.floor(random() * OPTIONS.length)]!;
  const encoder = clientCodecs[client]!.streamEncoder(reply);
  for (const event of events) encoder.push(event);
  encoder.tail();
  if (events.at(-1)?.type === "end") JSON.stringify(clientCodecs[client]!.encodeReply(events, reply));
}

test(`${ROUNDS} garbled streams are read, or called unreadable, and written in every format`, () => {
  const random = seededRandom(5), findings = new Findings();
  const streams = UPSTREAMS.flatMap((upstream) => SAID.map((said) => ({ upstream, bytes: streamsOf(upstream, said) })));
  for (let round = 0; round < ROUNDS; round++) {
    const { upstream, bytes } = streams[round % streams.length]!;
    const broken = garbled(bytes, random);
    const decoder = upstreamCodecs[FORMAT[upstream]]!.streamDecoder({ flags });
    const events: CanonicalEvent[] = [];
    findings.try(() => {
      const clean = reading(() => {
        for (const piece of pieces(broken, random)) events.push(...decoder.push(piece));
        events.push(...decoder.end());
        return true;
      });
      if (clean) checkEvents(events, random);
    }, () => `${upstream}: ${broken.toString("latin1")}`);
  }
  expect(findings.list).toEqual([]);
}, DEADLINE_MS);

test(`${ROUNDS} garbled streams pass, whole or not, and never more than once`, () => {
  const random = seededRandom(6), findings = new Findings();
  const passing = (["chat", "responses", "messages", "gemini"] as const).flatMap((upstream) => SAID.map((said) => ({ dialect: dialects[FORMAT[upstream] as DialectId], bytes: streamsOf(upstream, said) })));
  const options: PassOptions = { operation: "chat", publicModel: "shop", upstreamModel: "up-model", clientWantsUsage: false, rewriteModel: true, flags };
  for (let round = 0; round < ROUNDS; round++) {
    const { dialect, bytes } = passing[round % passing.length]!;
    const broken = garbled(bytes, random);
    const stream = dialect.passStream(options);
    let sent = 0;
    findings.try(() => void reading(() => {
      for (const piece of pieces(broken, random)) for (const slice of stream.push(piece)) sent += slice.length;
      for (const slice of stream.end()) sent += slice.length;
      sent += stream.tail().length;
    }), () => broken.toString());
    // The shop's name of the model is shorter than the vendor's; a missing end is added.
    expect(sent).toBeLessThan(broken.length + 2_000);
  }
  expect(findings.list).toEqual([]);
}, DEADLINE_MS);

test(`${WHOLE_ROUNDS} spoilt replies are read, or called unreadable, and written in every format`, () => {
  const random = seededRandom(8), findings = new Findings();
  const replies = UPSTREAMS.flatMap((upstream) => SAID.map((said) => ({ upstream, reply: JSON.parse(JSON.stringify(wholeOf(upstream, said))) as JsonObject })));
  for (let round = 0; round < WHOLE_ROUNDS; round++) {
    const { upstream, reply } = replies[round % replies.length]!;
    const body = Buffer.from(JSON.stringify(spoilt(spoilt(reply, random), random)));
    findings.try(() => {
      const events = reading(() => upstreamCodecs[FORMAT[upstream]]!.decodeReply(body, { flags }));
      if (events) checkEvents(events, random);
    }, () => `${upstream}: ${body.toString()}`);
  }
  expect(findings.list).toEqual([]);
}, DEADLINE_MS);
