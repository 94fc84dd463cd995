import type { EncodedRequest, Target, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { ChatRequest, Sampling } from "#relay/canonical/request.ts";
import { clamped } from "#relay/dialects/plain-kit/clamp.ts";
import { plainTalk, withSystemFolded } from "#relay/dialects/plain-kit/plain-talk.ts";
import { ReplyReader } from "#relay/dialects/spark/reply-reader.ts";
import { versionOf } from "#relay/dialects/spark/versions.ts";
import { NdjsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { capOf } from "#relay/dialects/stream-kit/losses.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";
import { compact } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

const CARRIED: ReadonlySet<keyof Sampling> = new Set<keyof Sampling>(["temperature", "topK"]);
const TEMPERATURE = [0.01, 2] as const;
/** The smallest model takes no instructions of its own. */
const WITHOUT_SYSTEM = "lite";

/**
 * Spark over a WebSocket, one for each question; its frames arrive as lines, since that is what the way there makes of
 * them. Who asks (`app_id`) is a matter of the key, and put in by the way, too. @see iFlytek Spark, "WebSocket interface"
 */
export const sparkUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: () => objectDecoder(new NdjsonStream(), new ReplyReader(), true),
  decodeReply: (body) => decodeWhole(body, objectDecoder(new NdjsonStream(), new ReplyReader())),
};

function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const version = versionOf(target.upstreamModel);
  if (!version) throw new RelayError("unsupported_endpoint", "The model is not one of Spark's.");
  const talk = plainTalk(request, target, { carried: CARRIED });
  const folded = version.domain === WITHOUT_SYSTEM || talk.system === "";
  const turns = (folded ? withSystemFolded(talk) : talk.turns).map(({ role, text }) => ({ role, content: text }));
  const { sampling } = request;
  return {
    path: (pathname) => pathname.replace(/\/chat$/, version.path),
    body: {
      header: {},
      parameter: { chat: compact({ domain: version.domain, temperature: clamped(sampling.temperature, TEMPERATURE, "temperature", target), top_k: topK(sampling.topK, target), max_tokens: capOf(request, target) }) },
      payload: { message: { text: folded ? turns : [{ role: "system", content: talk.system }, ...turns] } },
    },
  };
}

const TOP_K_MAX = 6;

function topK(value: number | undefined, { warn }: Target): number | undefined {
  if (value === undefined || (value >= 1 && value <= TOP_K_MAX)) return value;
  warn("top_k_clamped");
  return Math.min(Math.max(value, 1), TOP_K_MAX);
}
