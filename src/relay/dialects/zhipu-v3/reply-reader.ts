import { EventWriter } from "#relay/canonical/event-writer.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { Json } from "#relay/canonical/request.ts";
import { readTokenUsage } from "#relay/dialects/plain-kit/token-usage.ts";
import { DATA, EVENT, META } from "#relay/dialects/stream-kit/named-stream.ts";
import { GrowingText } from "#relay/dialects/stream-kit/growing-text.ts";
import { asWire, listOf, parseWire, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

const USAGE = { input: "prompt_tokens", output: "completion_tokens" } as const;

/** Reads ChatGLM's events (bare text, the facts in `meta` of the last) and whole replies. */
export class ReplyReader {
  readonly #write = new EventWriter();
  readonly #text = new GrowingText();

  take(wire: Wire): readonly CanonicalEvent[] {
    if (typeof wire.success === "boolean") this.#whole(wire);
    else this.#event(wire);
    return this.#write.take();
  }

  #event(wire: Wire): void {
    const name = textOf(wire[EVENT]).trim(), meta = parseWire(textOf(wire[META]));
    this.#write.start({ id: textOf(wire.id).trim(), model: "" });
    if (name === "error" || name === "interrupted") {
      this.#write.text(this.#text.settle());
      this.#fail(parseWire(textOf(wire[DATA])) ?? { msg: textOf(wire[DATA]).trim(), ...(name === "interrupted" && { code: "interrupted" }) });
      return;
    }
    const last = name === "finish" || meta !== undefined;
    this.#write.text(this.#text.take(textOf(wire[DATA])) + (last ? this.#text.settle() : ""));
    if (meta) this.#usage(meta.usage);
    if (last) this.#write.end("stop", { native: name || "finish" });
  }

  #whole(wire: Wire): void {
    if (wire.success === false) {
      this.#fail(wire);
      return;
    }
    const data = asWire(wire.data);
    this.#write.start({ id: textOf(data.request_id) || textOf(data.task_id), model: "" });
    for (const choice of listOf(data.choices)) this.#write.text(unquoted(textOf(asWire(choice).content)));
    this.#usage(data.usage);
    const native = textOf(data.task_status);
    if (native === "FAIL") this.#write.error({ message: "The model gave no answer.", code: native });
    else this.#write.end("stop", native === "" ? {} : { native });
  }

  #fail({ code, msg }: Wire): void {
    this.#write.error({ ...(code !== undefined && { code: String(code) }), message: textOf(msg) });
  }

  #usage(value: Json | undefined): void {
    const counted = readTokenUsage(value, USAGE);
    if (counted) this.#write.usage(counted.usage, counted.inconsistent);
  }
}

/** A whole answer comes as a text within a text. */
function unquoted(text: string): string {
  if (!/^\s*".*"\s*$/s.test(text)) return text;
  try {
    return String(JSON.parse(text)).trim();
  } catch {
    return text.trim().slice(1, -1);
  }
}
