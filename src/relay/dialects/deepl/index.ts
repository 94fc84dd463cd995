import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { EncodedRequest, Target, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { ChatRequest, Sampling } from "#relay/canonical/request.ts";
import { tellCapDropped } from "#relay/dialects/plain-kit/clamp.ts";
import { plainTalk } from "#relay/dialects/plain-kit/plain-talk.ts";
import { SseJsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { Counts } from "#relay/dialects/stream-kit/counts.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";
import { asWire, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const NOTHING: ReadonlySet<keyof Sampling> = new Set();
const LANGUAGE = /^(?:deepl[-_:])?([a-z]{2}(?:[-_][a-z0-9]{2,4})?)$/i;
const LANGUAGE_PRESET = "ZH";

/**
 * A translation as an answer: the last message is what is translated, the model's name says into which language
 * (`deepl-de`, `deepl-en-gb`). @see DeepL API, "Translate text"
 */
export const deeplUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: () => objectDecoder(new SseJsonStream(), new ReplyReader()),
  decodeReply: (body) => decodeWhole(body, objectDecoder(new SseJsonStream(), new ReplyReader())),
};

function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const { system, turns } = plainTalk(request, target, { carried: NOTHING });
  tellCapDropped(request, target);
  if (turns.length > 1 || system !== "") target.warn("history_dropped");
  const language = LANGUAGE.exec(target.upstreamModel)?.[1]?.replace("_", "-").toUpperCase() ?? LANGUAGE_PRESET;
  return { body: { text: [turns.at(-1)!.text], target_lang: language, show_billed_characters: true } };
}

class ReplyReader {
  readonly #write = new EventWriter();

  take(wire: Wire): readonly CanonicalEvent[] {
    const [first] = listOf(wire.translations).map(asWire);
    if (!first) {
      this.#write.error({ message: textOf(wire.message) || "There is no translation." });
      return this.#write.take();
    }
    this.#write.start({ id: "", model: "" });
    this.#write.text(textOf(first.text));
    const counts = new Counts(), characters = counts.first(first.billed_characters);
    // Characters are what is billed: each counts as a token of input.
    if (characters !== undefined) this.#write.usage({ inputUncached: characters, outputText: 0, raw: { billed_characters: characters } }, counts.inconsistent);
    this.#write.end("stop", { native: "translated" });
    return this.#write.take();
  }
}
