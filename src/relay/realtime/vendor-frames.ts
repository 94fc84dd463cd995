import type { Frame } from "#relay/realtime/frame-socket.ts";

export type Json = Readonly<Record<string, unknown>>;

/** What a vendor's frame means for the money and for what the client may see. Everything else passes unread. */
export type VendorEvent =
  /** A piece of an answer: bytes of audio, decoded, or of text. */
  | Readonly<{ kind: "delta"; audioBytes: number; textBytes: number }>
  | Readonly<{ kind: "begun"; responseId: string | undefined }>
  | Readonly<{ kind: "done"; response: Json }>
  /** What the client said is a piece by itself now, to be written down. */
  | Readonly<{ kind: "committed" }>
  /** A piece of what is being written down. */
  | Readonly<{ kind: "written"; textBytes: number }>
  /** What the client said has been written down. */
  | Readonly<{ kind: "transcribed"; key: string; usage: unknown; textBytes: number }>
  | Readonly<{ kind: "session"; event: Json; session: Json }>
  | Readonly<{ kind: "error"; event: Json; error: Json }>
  | Readonly<{ kind: "other" }>;

const OTHER: VendorEvent = { kind: "other" };

/** Only frames that hold one of these can be of interest; their types are read, not guessed. */
const NEEDLES = ["response.done", "response.created", "session.created", "session.updated", "input_audio_transcription.completed", "input_audio_buffer.committed", '"error"'];
/** Where a delta says what it is: its type stands at the front with every vendor. */
const FRONT_BYTES = 256;
const WRITTEN = "conversation.item.input_audio_transcription.delta";
const FRONT_TYPE = /"type"\s*:\s*"([\w.]+)"/;

/** Reads a frame as far as it matters. Audio, of which there is most, is never parsed. */
export function readVendorFrame({ data, binary }: Frame): VendorEvent {
  if (binary) return OTHER;
  const type = FRONT_TYPE.exec(data.toString("latin1", 0, FRONT_BYTES))?.[1];
  if (type?.startsWith("response.") && type.endsWith(".delta")) return type.endsWith("audio.delta") ? audioDelta(data) : { kind: "delta", audioBytes: 0, textBytes: textBytes(data) };
  if (type === WRITTEN) return { kind: "written", textBytes: textBytes(data) };
  if (!NEEDLES.some((needle) => data.includes(needle))) return OTHER;
  const event = parse(data);
  switch (event?.type) {
    case "response.created":
      return { kind: "begun", responseId: text(object(event.response).id) };
    case "response.done":
      return { kind: "done", response: object(event.response) };
    case "conversation.item.input_audio_transcription.completed":
      return { kind: "transcribed", key: `${text(event.item_id) ?? ""} ${Number(event.content_index ?? 0)}`, usage: event.usage, textBytes: Buffer.byteLength(text(event.transcript) ?? "") };
    case "input_audio_buffer.committed":
      return { kind: "committed" };
    case "session.created": case "session.updated": case "transcription_session.created": case "transcription_session.updated":
      return { kind: "session", event, session: object(event.session) };
    case "error":
      return { kind: "error", event, error: object(event.error) };
    default:
      return OTHER;
  }
}

const audioDelta = (data: Buffer): VendorEvent => ({ kind: "delta", audioBytes: soundBytes(data, "delta"), textBytes: 0 });

/** Bytes of sound in this member of an event. Base64 holds no quotes, so its length can be seen without reading it. */
export function soundBytes(data: Buffer, member: string): number {
  const quoted = `"${member}"`, name = data.indexOf(quoted);
  const start = name < 0 ? -1 : data.indexOf('"', name + quoted.length);
  const end = start < 0 ? -1 : data.indexOf('"', start + 1);
  return end < 0 ? 0 : Math.floor(((end - start - 1) * 3) / 4);
}

const textBytes = (data: Buffer): number => Buffer.byteLength(text(parse(data)?.delta) ?? "");

function parse(data: Buffer): Json | undefined {
  try {
    return object(JSON.parse(data.toString("utf8")));
  } catch {
    return undefined;
  }
}

export const object = (value: unknown): Json => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {});
export const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
