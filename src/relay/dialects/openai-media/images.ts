import type { Json } from "#relay/canonical/request.ts";
import type { PassOptions } from "#relay/dialects/dialect.ts";
import { checkReply, JsonReply } from "#relay/dialects/media-kit/json-reply.ts";
import { MediaFacts } from "#relay/dialects/media-kit/media-facts.ts";
import { typedEvent, type TypedShape } from "#relay/dialects/openai-media/typed-stream.ts";
import { imagesUsage } from "#relay/dialects/media-kit/usage.ts";
import { asWire, textOf } from "#relay/dialects/stream-kit/wire.ts";

/** Pictures that were made, and what they cost. @throws RelayError bad_upstream_response */
export function passImages(body: Buffer, options: PassOptions, facts = new MediaFacts()): Readonly<{ facts: MediaFacts; body: Buffer }> {
  const reply = new JsonReply(body), count = reply.length("data");
  if (!checkReply(reply, facts, count !== undefined)) return { facts, body };
  facts.content = count! > 0;
  facts.use(imagesUsage(reply.get("usage"), { count: count!, size: reply.text("size"), quality: reply.text("quality") }, options.media ?? {}, options.flags));
  return { facts, body: options.rewriteModel ? reply.renamed(options.publicModel) : body };
}

/** `image_generation.partial_image`, `.completed`; the same with `image_edit`. One completed event a picture. */
export const imagesShape: TypedShape = {
  isContent: (type) => type.endsWith(".partial_image"),
  isLast: (type) => type.endsWith(".completed"),
  takeFirst(facts, { media = {} }) {
    // Unfinished pictures are hardly worse than the finished one: who leaves now has had it.
    facts.use(imagesUsage(undefined, { count: 1 }, media, NO_FLAGS));
    facts.usageEstimated = true;
  },
  takeLast(event, facts, { media = {}, flags }, made) {
    const now = imagesUsage(event.usage, { count: made, size: textOf(event.size) || undefined, quality: textOf(event.quality) || undefined }, media, flags);
    const before = made > 1 ? facts.usage : undefined;
    // Each picture has its own event; what went in is the same for all of them.
    const usage = before && now.usage && !now.estimated
      ? { ...now.usage, outputText: (before.outputText ?? 0) + (now.usage.outputText ?? 0), outputImage: (before.outputImage ?? 0) + (now.usage.outputImage ?? 0) }
      : now.usage;
    facts.use({ ...now, usage });
    return made >= (media.images?.count ?? 1);
  },
  burst(body, facts, options) {
    const reply = new JsonReply(body), { facts: read } = passImages(body, options, facts);
    if (read.error) return Buffer.alloc(0);
    const type = options.operation === "image-edits" ? "image_edit.completed" : "image_generation.completed";
    const shared = { created_at: reply.get("created"), size: reply.get("size"), quality: reply.get("quality"), background: reply.get("background"), output_format: reply.get("output_format") };
    const pictures = reply.get("data") as readonly Json[];
    return Buffer.from(pictures.map((picture, at) => typedEvent({ type, ...asWire(picture), ...shared, ...(at === pictures.length - 1 && { usage: reply.get("usage") }) })).join(""));
  },
  trailer: "",
};

const NO_FLAGS = { cached: "in", reasoning: "in" } as const;
