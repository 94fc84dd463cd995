import type { PassOptions, PassStream } from "#relay/dialects/dialect.ts";
import { JsonReply, checkReply } from "#relay/dialects/media-kit/json-reply.ts";
import { MediaFacts, type ReadUsage } from "#relay/dialects/media-kit/media-facts.ts";
import { bitrateOf } from "#relay/dialects/openai-media/sound-head.ts";
import { OUTPUT_AUDIO_TOKENS_PER_S, speechMs, speechType } from "#relay/dialects/media-kit/sound-work.ts";
import type { TypedShape } from "#relay/dialects/openai-media/typed-stream.ts";
import { reportedUsage } from "#relay/dialects/media-kit/usage.ts";
import { estimateTokens } from "#relay/metering/estimate.ts";
import { RelayError } from "#relay/errors.ts";
import type { Usage } from "#money/usage.ts";

const NOTHING: readonly Buffer[] = [];
const HEAD_BYTES = 16 * 1024;
const ERROR_BYTES_MAX = 64 * 1024;
/** What a vendor may call sound. */
const SOUND = /^(?:audio\/|video\/|application\/(?:octet-stream|ogg))/i;

/** Lets sound pass as it comes. The very last byte waits for the charge: without it the answer has no end. */
export class SpeechPassStream implements PassStream {
  readonly facts = new MediaFacts();
  readonly #options: PassOptions;
  #type: string | undefined;
  #isSound = true;
  #head: Buffer[] = [];
  #bytes = 0;
  #last: Buffer = EMPTY;

  constructor(options: PassOptions) {
    this.#options = options;
  }

  headed(contentType: string | undefined): void {
    this.#type = contentType;
    this.#isSound = contentType === undefined || SOUND.test(contentType);
    this.facts.contentType = contentType !== undefined && /^audio\/[\w.+-]{1,60}(?:\s*;[\x20-\x7e]{0,100})?$/i.test(contentType) ? contentType : speechType(this.#options.media?.format);
  }

  push(chunk: Buffer): readonly Buffer[] {
    if (chunk.length === 0) return NOTHING;
    const headLeft = (this.#isSound ? HEAD_BYTES : ERROR_BYTES_MAX) - this.#bytes;
    if (headLeft > 0) this.#head.push(chunk);
    this.#bytes += chunk.length;
    if (!this.#isSound) {
      if (this.#bytes > ERROR_BYTES_MAX) throw this.#noSound();
      return NOTHING;
    }
    this.facts.content = true;
    this.facts.use(this.#usage());
    const before = this.#last;
    this.#last = chunk.subarray(-1);
    return before.length === 0 ? (chunk.length === 1 ? NOTHING : [chunk.subarray(0, -1)]) : [before, chunk.subarray(0, -1)];
  }

  end(): readonly Buffer[] {
    if (this.#isSound) {
      if (this.#bytes === 0) throw this.#noSound();
      this.facts.complete = true;
      return NOTHING;
    }
    if (this.#type?.includes("json") !== true) throw this.#noSound();
    checkReply(new JsonReply(Buffer.concat(this.#head)), this.facts, false);
    return NOTHING;
  }

  tail(): Buffer {
    return this.#last;
  }

  readonly #noSound = (): RelayError => new RelayError("bad_upstream_response", "The upstream's reply is no sound.");

  #bitrate: number | undefined;
  #usage(): ReadUsage {
    const { media = {} } = this.#options;
    if (this.#bitrate === undefined && this.#head.length > 0) {
      this.#bitrate = bitrateOf(this.#head.length === 1 ? this.#head[0]! : Buffer.concat(this.#head));
      if (this.#bitrate !== undefined || this.#bytes >= HEAD_BYTES) this.#head = [];
    }
    return spokenUsage(undefined, media, speechMs(this.#bytes, media.format, this.#bitrate));
  }
}

const EMPTY = Buffer.alloc(0);

type Media = NonNullable<PassOptions["media"]>;

/** What was spoken: characters are known, the length is that of the sound, tokens are the vendor's or follow from the length. */
function spokenUsage(reported: ReturnType<typeof reportedUsage>, { characters = 0, byTokens, textBytes = 0 }: Media, ms: number): ReadUsage {
  const items = { char: characters, audio_out_ms: ms };
  if (reported?.tokens) return { usage: { ...asSound(reported.usage), items }, inconsistent: reported.inconsistent, estimated: false };
  if (!byTokens) return { usage: { items }, inconsistent: false, estimated: false };
  const spoken: Usage = { inputUncached: estimateTokens(textBytes, 0), outputText: 0, outputAudio: Math.ceil((ms / 1000) * OUTPUT_AUDIO_TOKENS_PER_S), items };
  return { usage: spoken, inconsistent: false, estimated: true };
}

/** Output that is not taken apart is sound. */
const asSound = (usage: Usage): Usage =>
  usage.outputAudio !== undefined || usage.outputText === undefined ? usage : { ...usage, outputText: 0, outputAudio: usage.outputText };

/** `speech.audio.delta` and `.done`. */
export const speechShape: TypedShape = {
  isContent: (type) => type === "speech.audio.delta",
  isLast: (type) => type === "speech.audio.done",
  takeFirst: (facts, { media = {} }) => facts.use(spokenUsage(undefined, media, 0)),
  takeLast(event, facts, { media = {}, flags }) {
    facts.use(spokenUsage(reportedUsage(event.usage, flags), media, 0));
    return true;
  },
  burst(body, facts) {
    checkReply(new JsonReply(body), facts, false);
    return EMPTY;
  },
  trailer: "",
};
