import type { EncodedRequest, Target, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { ChatRequest, Sampling } from "#relay/canonical/request.ts";
import { clamped, tellCapDropped } from "#relay/dialects/plain-kit/clamp.ts";
import { plainTalk } from "#relay/dialects/plain-kit/plain-talk.ts";
import { SseJsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";
import { compact } from "#relay/dialects/stream-kit/wire.ts";
import { ReplyReader } from "#relay/dialects/tencent/reply-reader.ts";

const CARRIED: ReadonlySet<keyof Sampling> = new Set<keyof Sampling>(["temperature", "topP", "stop", "seed"]);

/** Hunyuan's own interface, where every name begins with a capital. @see Tencent Cloud API 3.0, Hunyuan, "ChatCompletions" */
export const tencentUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: () => objectDecoder(new SseJsonStream(), new ReplyReader()),
  decodeReply: (body) => decodeWhole(body, objectDecoder(new SseJsonStream(), new ReplyReader())),
};

function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const { system, turns } = plainTalk(request, target, { carried: CARRIED });
  tellCapDropped(request, target);
  const { sampling } = request;
  return {
    body: compact({
      Model: target.upstreamModel,
      Messages: [...(system === "" ? [] : [{ Role: "system", Content: system }]), ...turns.map(({ role, text }) => ({ Role: role, Content: text }))],
      Stream: request.stream,
      Temperature: clamped(sampling.temperature, [0, 2], "temperature", target),
      TopP: clamped(sampling.topP, [0, 1], "top_p", target),
      Stop: sampling.stop && [...sampling.stop],
      Seed: sampling.seed,
    }),
  };
}
