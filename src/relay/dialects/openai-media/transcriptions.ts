import type { PassOptions } from "#relay/dialects/dialect.ts";
import { checkReply, JsonReply } from "#relay/dialects/media-kit/json-reply.ts";
import { MediaFacts } from "#relay/dialects/media-kit/media-facts.ts";
import { typedEvent, type TypedShape } from "#relay/dialects/openai-media/typed-stream.ts";
import { heardUsage } from "#relay/dialects/media-kit/usage.ts";
import { RelayError } from "#relay/errors.ts";

/** Forms of a transcript that are no JSON. */
const TEXT_FORMS: ReadonlySet<string> = new Set(["text", "srt", "vtt"]);
const TEXT_TYPES: Readonly<Record<string, string>> = { text: "text/plain; charset=utf-8", srt: "text/plain; charset=utf-8", vtt: "text/vtt; charset=utf-8" };

/** A transcript in the form that was asked for. @throws RelayError bad_upstream_response */
export function passTranscript(body: Buffer, options: PassOptions, contentType?: string): Readonly<{ facts: MediaFacts; body: Buffer }> {
  const facts = new MediaFacts(), { media = {}, flags } = options;
  const form = media.format ?? "json";
  if (!TEXT_FORMS.has(form)) return passJson(body, facts, options);
  const isJson = contentType?.includes("json") === true && body[0] === 123;
  if (isJson) {
    const passed = passJson(body, facts, options);
    // Some vendors answer in JSON whatever form is asked for; bare text is in it.
    const text = passed.facts.error ? undefined : new JsonReply(body).text("text");
    if (passed.facts.error) return passed;
    if (form !== "text") throw new RelayError("bad_upstream_response", "The upstream's reply has no times.");
    facts.contentType = TEXT_TYPES.text!;
    return { facts, body: Buffer.from(text ?? "") };
  }
  if (contentType?.includes("html")) throw new RelayError("bad_upstream_response", "The upstream answered with a page.");
  facts.complete = facts.content = true;
  facts.contentType = TEXT_TYPES[form]!;
  facts.use(heardUsage(undefined, undefined, media, flags));
  return { facts, body };
}

function passJson(body: Buffer, facts: MediaFacts, { media = {}, flags, rewriteModel, publicModel }: PassOptions): Readonly<{ facts: MediaFacts; body: Buffer }> {
  const reply = new JsonReply(body);
  if (!checkReply(reply, facts, reply.has("text"))) return { facts, body };
  // Nobody spoke: that, too, is an answer.
  facts.content = true;
  facts.use(heardUsage(reply.get("usage"), reply.get("duration"), media, flags));
  return { facts, body: rewriteModel ? reply.renamed(publicModel) : body };
}

/** `transcript.text.delta`, `.segment` and `.done`. */
export const transcriptShape: TypedShape = {
  isContent: (type) => type === "transcript.text.delta" || type === "transcript.text.segment",
  isLast: (type) => type === "transcript.text.done",
  takeFirst(facts, { media = {}, flags }) {
    facts.use(heardUsage(undefined, undefined, media, flags));
    facts.usageEstimated = true;
  },
  takeLast(event, facts, { media = {}, flags }) {
    facts.use(heardUsage(event.usage, event.duration, media, flags));
    return true;
  },
  burst(body, facts, options) {
    const { facts: read } = passJson(body, facts, options);
    if (read.error) return Buffer.alloc(0);
    const reply = new JsonReply(body), text = reply.text("text") ?? "";
    return Buffer.from(typedEvent({ type: "transcript.text.delta", delta: text }) + typedEvent({ type: "transcript.text.done", text, usage: reply.get("usage") }));
  },
  trailer: "data: [DONE]\n\n",
};
