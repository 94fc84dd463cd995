import { isUtf8 } from "node:buffer";
import type { Json } from "#relay/canonical/request.ts";
import { findError } from "#relay/dialects/openai-kit/facts.ts";
import type { MediaFacts } from "#relay/dialects/media-kit/media-facts.ts";
import { RelayError } from "#relay/errors.ts";
import { spliceBody } from "#relay/http/body/splice.ts";
import { COUNT_NOTHING, JsonFault, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";

type Range = readonly [start: number, end: number];

/** A vendor's object, of which only what is asked for is parsed: pictures are megabytes of text. */
export class JsonReply {
  readonly body: Buffer;
  readonly #ranges = new Map<string, Range>();
  readonly #lengths = new Map<string, number>();

  /** @throws RelayError bad_upstream_response when it is no JSON object */
  constructor(body: Buffer) {
    this.body = body;
    try {
      if (!isUtf8(body)) throw new JsonFault("not UTF-8");
      const walker = new JsonWalker(body);
      walkTopLevel(walker, () => COUNT_NOTHING, (key, start, end) => {
        this.#ranges.set(key, [start, end]);
        if (body[start] === 91) this.#lengths.set(key, walker.elements);
      });
    } catch (error) {
      if (error instanceof JsonFault) throw new RelayError("bad_upstream_response", "The upstream's reply is not JSON.", { cause: error });
      throw error;
    }
  }

  /** Elements of an array; undefined where the member is none. */
  length(key: string): number | undefined {
    return this.#lengths.get(key);
  }

  has(key: string): boolean {
    return this.#ranges.has(key);
  }

  get(key: string): Json | undefined {
    const range = this.#ranges.get(key);
    return range && (JSON.parse(this.body.toString("utf8", range[0], range[1])) as Json);
  }

  text(key: string): string | undefined {
    const value = this.get(key);
    return typeof value === "string" ? value : undefined;
  }

  /** The bytes with the public name in place of the vendor's. */
  renamed(publicModel: string): Buffer {
    const range = this.#ranges.get("model");
    if (!range || this.body[range[0]] !== 34) return this.body;
    const name = JSON.stringify(publicModel);
    if (this.body.toString("utf8", range[0], range[1]) === name) return this.body;
    return Buffer.concat(spliceBody(this.body, [{ start: range[0], end: range[1], text: name }]));
  }
}

const ERROR_KEYS = ["error", "base_resp", "code", "message", "msg", "detail", "type", "status", "error_code", "error_msg"] as const;

/**
 * Looks for an error where the answer should be.
 * @throws RelayError bad_upstream_response when there is neither
 */
export function checkReply(reply: JsonReply, facts: MediaFacts, isAnswer: boolean): boolean {
  const wire: Record<string, unknown> = isAnswer ? { data: [] } : {};
  for (const key of ERROR_KEYS) if (reply.has(key)) wire[key] = reply.get(key);
  const error = findError(wire), id = reply.text("id");
  if (error !== undefined) {
    facts.error = error;
    return false;
  }
  if (!isAnswer) throw new RelayError("bad_upstream_response", "The upstream's reply holds no answer.");
  if (id !== undefined && id !== "") facts.id = id;
  facts.complete = true;
  return true;
}
