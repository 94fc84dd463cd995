import { ArrayFramer } from "#relay/dialects/gemini/index.ts";
import type { ClientFormat } from "#relay/dialects/wire-format.ts";
import type { StreamFraming, StreamStyle } from "#relay/upstream/stream-writer.ts";

/** Before its first event Anthropic's SDK expects no other one. */
const ANTHROPIC: StreamStyle = { ping: (begun) => (begun ? 'event: ping\ndata: {"type":"ping"}\n\n' : ": ping\n\n") };
/** Between elements of a JSON array only a blank means nothing. */
const JSON_ARRAY: StreamStyle = { contentType: "application/json; charset=utf-8", ping: () => " ", framing: arrayFraming };

/** How a format's streams are written. @param alt the query's `alt`: without `sse` Gemini's streams are one JSON array */
export function streamStyle(dialect: ClientFormat, alt: string | null): StreamStyle | undefined {
  if (dialect === "anthropic") return ANTHROPIC;
  return dialect === "gemini" && alt !== "sse" ? JSON_ARRAY : undefined;
}

function arrayFraming(): StreamFraming {
  const framer = new ArrayFramer();
  return {
    push: (chunk) => framer.push(chunk),
    end(chunk) {
      const last = framer.push(Buffer.from(chunk));
      return Buffer.concat([last, framer.end()]);
    },
  };
}
