import type { EncodedRequest, Target, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { ChatRequest, Sampling } from "#relay/canonical/request.ts";
import { clamped, tellCapDropped } from "#relay/dialects/plain-kit/clamp.ts";
import { plainTalk, withSystemFolded } from "#relay/dialects/plain-kit/plain-talk.ts";
import { NamedSseStream } from "#relay/dialects/stream-kit/named-stream.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";
import { compact } from "#relay/dialects/stream-kit/wire.ts";
import { ReplyReader } from "#relay/dialects/zhipu-v3/reply-reader.ts";

const CARRIED: ReadonlySet<keyof Sampling> = new Set<keyof Sampling>(["temperature", "topP"]);
const INSIDE = [0.01, 0.99] as const;

/** The interface of the first ChatGLM models: a prompt of turns, no instructions. @see Zhipu open platform, ChatGLM (v3) */
export const zhipuUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: () => objectDecoder(new NamedSseStream({ raw: true }), new ReplyReader()),
  decodeReply: (body) => decodeWhole(body, objectDecoder(new NamedSseStream({ raw: true }), new ReplyReader())),
};

function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const turns = withSystemFolded(plainTalk(request, target, { carried: CARRIED }));
  tellCapDropped(request, target);
  const { sampling, stream } = request;
  return {
    body: compact({
      prompt: turns.map(({ role, text }) => ({ role, content: text })),
      temperature: clamped(sampling.temperature, [0.01, 1], "temperature", target),
      top_p: clamped(sampling.topP, INSIDE, "top_p", target),
      incremental: stream ? true : undefined,
    }),
  };
}
