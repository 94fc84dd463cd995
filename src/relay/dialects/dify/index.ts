import type { EncodedRequest, Target, UpstreamCodec } from "#relay/canonical/codec.ts";
import type { ChatRequest, DocumentPart, Json, MediaPart, Sampling } from "#relay/canonical/request.ts";
import { lastOrAll } from "#relay/dialects/plain-kit/one-question.ts";
import { tellCapDropped } from "#relay/dialects/plain-kit/clamp.ts";
import { UploadList } from "#relay/dialects/plain-kit/uploads.ts";
import { ReplyReader } from "#relay/dialects/dify/reply-reader.ts";
import { USER } from "#relay/dialects/dify/user.ts";
import { SseJsonStream } from "#relay/dialects/stream-kit/json-stream.ts";
import { decodeWhole, objectDecoder } from "#relay/dialects/stream-kit/upstream-decoder.ts";
import { compact } from "#relay/dialects/stream-kit/wire.ts";

const NOTHING: ReadonlySet<keyof Sampling> = new Set();
/** What the key's app is, by the name of the model that the operator gives; anything else is an app that chats. */
const KINDS = [
  { names: /^workflow/i, path: "/workflows/run" },
  { names: /^completion/i, path: "/completion-messages" },
] as const;

/**
 * An app of Dify's: the key says which. The model stands in the app, so nothing of sampling is taken. Answers are always
 * asked for as a stream: agents give no others, and long ones would be cut off on their way.
 * @see Dify API reference, "Send Chat Message", "Run Workflow"
 */
export const difyUpstream: UpstreamCodec = {
  encodeRequest,
  streamDecoder: () => objectDecoder(new SseJsonStream(), new ReplyReader()),
  decodeReply: (body) => decodeWhole(body, objectDecoder(new SseJsonStream(), new ReplyReader())),
};

function encodeRequest(request: ChatRequest, target: Target): EncodedRequest {
  const files: Json[] = [], uploads = new UploadList();
  const query = lastOrAll(request, target, NOTHING, (part) => files.push(encodeFile(part, uploads)));
  tellCapDropped(request, target);
  const kind = KINDS.find(({ names }) => names.test(target.upstreamModel));
  return {
    ...(kind && { path: (pathname) => pathname.replace(/\/chat-messages$/, kind.path) }),
    body: compact({
      inputs: kind ? { query } : {},
      query: kind ? undefined : query,
      response_mode: "streaming",
      user: USER,
      files: files.length === 0 ? undefined : files,
      auto_generate_name: kind ? undefined : false,
      ...uploads.members,
    }),
  };
}

function encodeFile(part: MediaPart | DocumentPart, uploads: UploadList): Json {
  const place = uploads.place(part);
  return "url" in place ? { type: part.type, transfer_method: "remote_url", url: place.url } : { type: part.type, transfer_method: "local_file", upload_file_id: place.stands };
}
