import type { EncodedRequest, Target, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { ChatRequest, Sampling } from "#relay/canonical/request.ts";
import { slugOf } from "#relay/dialects/baidu-v1/slugs.ts";
import { ReplyReader } from "#relay/dialects/baidu-v1/reply-reader.ts";
import { clamped } from "#relay/dialects/plain-kit/clamp.ts";
import { plainTalk } from "#relay/dialects/plain-kit/plain-talk.ts";
import { SseJsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { capOf } from "#relay/dialects/stream-kit/losses.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";
import { compact } from "#relay/dialects/stream-kit/wire.ts";

const CARRIED: ReadonlySet<keyof Sampling> = new Set<keyof Sampling>(["temperature", "topP", "stop"]);
/** Zero is not taken for the temperature. */
const TEMPERATURE = [0.01, 1] as const;
const CAP_MIN = 2;

/** The first interface of Wenxin: an address for each model, the answer in `result`. @see Baidu Qianfan, "ERNIE" (v1) */
export const baiduUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: () => objectDecoder(new SseJsonStream(), new ReplyReader()),
  decodeReply: (body) => decodeWhole(body, objectDecoder(new SseJsonStream(), new ReplyReader())),
};

function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const { system, turns } = plainTalk(request, target, { carried: CARRIED });
  const { sampling } = request, cap = capOf(request, target);
  return {
    path: (pathname) => `${pathname}/${slugOf(target.upstreamModel)}`,
    body: compact({
      messages: turns.map(({ role, text }) => ({ role, content: text })),
      system: system === "" ? undefined : system,
      stream: request.stream,
      temperature: clamped(sampling.temperature, TEMPERATURE, "temperature", target),
      top_p: clamped(sampling.topP, [0, 1], "top_p", target),
      stop: sampling.stop && [...sampling.stop],
      max_output_tokens: cap === undefined ? undefined : Math.max(cap, CAP_MIN),
    }),
  };
}
