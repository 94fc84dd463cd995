import type { Json } from "#relay/canonical/request.ts";
import { GrowingText } from "#relay/dialects/stream-kit/growing-text.ts";
import { compact, isWire, listOf, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";

/**
 * What is new in each message of a stream. Pieces are what we ask for; some models, and some when they call tools, send
 * all they have said so far in each event all the same.
 */
export class NewParts {
  readonly #thought = new GrowingText();
  readonly #text = new GrowingText();
  readonly #calls = new Map<number, { id: string; text: GrowingText }>();

  /** @param last nothing follows this message */
  of(said: Wire, last: boolean): Wire {
    const calls = listOf(said.tool_calls), text = textOf(said.content);
    let thought = this.#thought.take(textOf(said.reasoning_content));
    if (text !== "" || calls.length > 0 || last) thought += this.#thought.settle();
    let content = this.#text.take(text);
    if (calls.length > 0 || last) content += this.#text.settle();
    return compact({
      ...said, content: typeof said.content === "string" || content !== "" ? content : said.content,
      reasoning_content: thought === "" ? undefined : thought,
      tool_calls: calls.length > 0 ? calls.map((call, at) => this.#callOf(call, at)) : undefined,
    });
  }

  /** What is held back, as one more message; undefined when nothing is. */
  rest(): Wire | undefined {
    const thought = this.#thought.settle(), content = this.#text.settle();
    return thought === "" && content === "" ? undefined : { reasoning_content: thought, content };
  }

  #callOf(call: Json, at: number): Json {
    if (!isWire(call) || !isWire(call.function) || typeof call.function.arguments !== "string") return call;
    const index = typeof call.index === "number" ? call.index : at, id = textOf(call.id);
    let known = this.#calls.get(index);
    if (!known || (id !== "" && known.id !== "" && known.id !== id)) this.#calls.set(index, (known = { id, text: new GrowingText(true) }));
    known.id ||= id;
    return { ...call, function: { ...call.function, arguments: known.text.take(call.function.arguments) } };
  }
}
