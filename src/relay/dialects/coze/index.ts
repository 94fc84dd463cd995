import type { EncodedRequest, Target, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { ChatRequest, DocumentPart, Json, MediaPart, Sampling } from "#relay/canonical/request.ts";
import { ReplyReader } from "#relay/dialects/coze/reply-reader.ts";
import { tellCapDropped } from "#relay/dialects/plain-kit/clamp.ts";
import { plainTalk, withSystemFolded } from "#relay/dialects/plain-kit/plain-talk.ts";
import { UploadList } from "#relay/dialects/plain-kit/uploads.ts";
import { NamedSseStream } from "#relay/dialects/stream-kit/named-stream.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";

const NOTHING: ReadonlySet<keyof Sampling> = new Set();
const USER = "modelmart";
const MESSAGES_MAX = 100;

/**
 * A bot of Coze's: the model's name is the bot's id. Answers are always asked for as a stream: a whole one would have to
 * be looked for again and again. @see Coze developer guides, "Chat" (v3)
 */
export const cozeUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: () => objectDecoder(new NamedSseStream(), new ReplyReader()),
  decodeReply: (body) => decodeWhole(body, objectDecoder(new NamedSseStream(), new ReplyReader())),
};

function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const files: Json[] = [], uploads = new UploadList();
  const talk = plainTalk(request, target, { carried: NOTHING, take: (part) => files.push(encodeFile(part, uploads)) });
  tellCapDropped(request, target);
  const withHistory = target.flags.transcript === true;
  if (!withHistory && (talk.turns.length > 1 || talk.system !== "")) target.warn("history_dropped");
  const turns = withHistory ? withSystemFolded(talk).slice(-MESSAGES_MAX) : talk.turns.slice(-1);
  return {
    body: {
      bot_id: target.upstreamModel,
      user_id: USER,
      stream: true,
      auto_save_history: false,
      additional_messages: turns.map(({ role, text }, at) => at === turns.length - 1 && files.length > 0
        ? { role, content_type: "object_string", content: JSON.stringify([{ type: "text", text }, ...files]) }
        : { role, content_type: "text", content: text }),
      ...uploads.members,
    },
  };
}

function encodeFile(part: MediaPart | DocumentPart, uploads: UploadList): Json {
  const place = uploads.place(part), type = part.type === "image" || part.type === "audio" ? part.type : "file";
  return "url" in place ? { type, file_url: place.url } : { type, file_id: place.stands };
}
