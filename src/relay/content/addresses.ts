import type { ChatRequest, DocumentPart, MediaPart, Message, Source } from "#relay/canonical/request.ts";
import type { WireFormat } from "#relay/dialects/wire-format.ts";
import type { Content } from "#platform/outbound/fetch-content.ts";

type Part = MediaPart | DocumentPart;

/** Kinds of content that each protocol takes by address; all others must be sent as data. */
const TAKES: Readonly<Partial<Record<WireFormat, ReadonlySet<Part["type"]>>>> = {
  anthropic: new Set(["image", "document"]),
  "openai-chat": new Set(["image"]),
  "openai-responses": new Set(["image", "document"]),
  cohere: new Set(["image"]),
  "dashscope-native": new Set(["image"]),
  dify: new Set(["image", "audio", "document"]),
  coze: new Set(["image", "audio", "document"]),
};
const NONE: ReadonlySet<Part["type"]> = new Set();
/** Google's models watch these themselves. */
const VIDEO_PAGE = /^https?:\/\/(?:www\.|m\.)?(?:youtube\.com|youtu\.be)\//;

/** The addresses in a request whose content must be sent as data in this protocol. Undefined for the many that have none. */
export function addressesFor(protocol: WireFormat, { messages }: ChatRequest, dataOnly = false): readonly string[] | undefined {
  const takes = dataOnly ? NONE : TAKES[protocol] ?? NONE;
  let found: string[] | undefined;
  for (const message of messages) {
    for (const part of partsOf(message)) {
      const address = addressOf(part);
      if (address === undefined || takes.has(part.type) || isVendors(protocol, part, address)) continue;
      (found ??= []).push(address);
    }
  }
  return found;
}

/** Files that lie with the vendor, and pages that it opens by itself, are no business of ours. */
const isVendors = (protocol: WireFormat, { type }: Part, address: string): boolean =>
  !/^https?:/i.test(address) || type === "video"
  || (protocol === "gemini" && (VIDEO_PAGE.test(address) || address.startsWith("https://generativelanguage.googleapis.com/")));

function* partsOf(message: Message): Generator<Part> {
  for (const part of message.parts) {
    if (part.type === "image" || part.type === "audio" || part.type === "video" || part.type === "document") yield part;
    else if (part.type === "tool-result") for (const inner of part.parts) if (inner.type !== "text") yield inner;
  }
}

const addressOf = ({ source }: Part): string | undefined => (source.kind === "url" ? source.url : undefined);

/** The request with content in the place of those addresses. */
export function withContent(request: ChatRequest, contents: ReadonlyMap<string, Content>): ChatRequest {
  const put = <P extends Readonly<{ type: string }>>(part: P): P => {
    const { source, mime } = part as Readonly<{ source?: Source; mime?: string }>;
    const content = source?.kind === "url" ? contents.get(source.url) : undefined;
    // What it says of itself is often wrong, and some vendors look.
    return content ? { ...part, source: { kind: "base64", data: content.data.toString("base64") }, mime: content.type || mime } : part;
  };
  const messages = request.messages.map((message): Message => {
    switch (message.role) {
      case "user":
        return { ...message, parts: message.parts.map(put) };
      case "tool":
        return { ...message, parts: message.parts.map((part) => ({ ...part, parts: part.parts.map(put) })) };
      default:
        return message;
    }
  });
  return { ...request, messages };
}
