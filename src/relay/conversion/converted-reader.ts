import type { ClientCodec, DecoderOptions, ReplyOptions, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { blockedAsError } from "#relay/conversion/blocked.ts";
import { ConvertedFacts } from "#relay/conversion/converted-facts.ts";
import { ConvertedStream } from "#relay/conversion/converted-stream.ts";
import { FirstAnswer } from "#relay/conversion/first-answer.ts";
import { CustomUnwrapper } from "#relay/conversion/unwrap-custom.ts";
import { ThoughtsInText } from "#relay/conversion/thoughts-in-text.ts";
import type { Dialect, PassOptions } from "#relay/dialects/dialect.ts";
import { looksLikeEvents } from "#relay/http/sse.ts";

export type ConvertedSpec = Readonly<{
  client: ClientCodec;
  upstream: UpstreamCodec;
  decoder: DecoderOptions;
  reply: Omit<ReplyOptions, "model">;
  /** Thoughts become part of the text. */
  thinkingToContent?: boolean;
}>;

/** Reads a vendor's answer in the vendor's protocol and gives it in the client's. */
export const convertedReader = (spec: ConvertedSpec): Pick<Dialect, "passStream" | "passBody"> => ({
  passStream: (options) => new ConvertedStream(spec, replyOptions(spec, options)),
  passBody(body, options) {
    const facts = new ConvertedFacts();
    const said = looksLikeEvents(body) ? eventsOfStream(spec, body) : spec.upstream.decodeReply(body, spec.decoder);
    const told = spec.thinkingToContent ? new ThoughtsInText().take(said) : said;
    const { request } = spec.reply;
    const events = blockedAsError(new FirstAnswer(request.origin).take(new CustomUnwrapper(request).take(told)), request);
    for (const event of events) facts.take(event);
    if (facts.error) return { facts, body };
    return { facts, body: Buffer.from(JSON.stringify(spec.client.encodeReply(events, replyOptions(spec, options)))) };
  },
});

const replyOptions = ({ reply }: ConvertedSpec, { rewriteModel, publicModel, upstreamModel }: PassOptions): ReplyOptions =>
  ({ ...reply, model: rewriteModel ? publicModel : upstreamModel });

/** Some vendors stream although nobody asked them to. */
function eventsOfStream({ upstream, decoder }: ConvertedSpec, body: Buffer): readonly CanonicalEvent[] {
  const reading = upstream.streamDecoder(decoder);
  return [...reading.push(body), ...reading.end()];
}
