import type { PassStream, ReplyFacts } from "#relay/dialects/dialect.ts";
import { typedEvent } from "#relay/dialects/openai-media/typed-stream.ts";
import { inputTokensOf } from "#money/usage.ts";

/** Bare sound wrapped in OpenAI's events, for clients that want them of vendors that send none. */
export class SpeechEvents implements PassStream {
  readonly #sound: PassStream;

  constructor(sound: PassStream) {
    this.#sound = sound;
  }

  get facts(): ReplyFacts {
    return this.#sound.facts;
  }

  headed(contentType: string | undefined): void {
    this.#sound.headed?.(contentType);
    // What is told of the answer is that it comes as events.
    delete this.facts.contentType;
  }

  push(chunk: Buffer): readonly Buffer[] {
    return wrapped(this.#sound.push(chunk));
  }

  end(): readonly Buffer[] {
    return wrapped(this.#sound.end());
  }

  tail(): Buffer {
    const { usage = {} } = this.facts;
    const input = inputTokensOf(usage), output = (usage.outputAudio ?? 0) + (usage.outputText ?? 0);
    const done = typedEvent({ type: "speech.audio.done", usage: { input_tokens: input, output_tokens: output, total_tokens: input + output } });
    return Buffer.concat([...wrapped([this.#sound.tail()]), Buffer.from(done)]);
  }
}

function wrapped(slices: readonly Buffer[]): readonly Buffer[] {
  const sound = slices.length === 1 ? slices[0]! : Buffer.concat(slices);
  return sound.length === 0 ? [] : [Buffer.from(typedEvent({ type: "speech.audio.delta", audio: sound.toString("base64") }))];
}
