import { object, text, type Json } from "#relay/realtime/vendor-frames.ts";

/** What the vendor says of the session, as far as money and names need it. */
export type SessionFacts = Readonly<{
  /** Bytes of output audio that make one token. */
  audioBytesPerToken: number;
  /** Bytes of input audio that make a millisecond. */
  heardBytesPerMs: number;
  /** The vendor's name of the model that writes the client's speech down. */
  transcriber: string | undefined;
}>;

/** A token of output is 50 ms: of 16 bit at 24 kHz, or of 8 bit at 8 kHz as telephones have it. */
const PCM_BYTES = 2_400;
const TELEPHONE_BYTES = 400;
const TOKEN_MS = 50;
const TELEPHONE = /pcmu|pcma|g711/;

export const UNKNOWN_SESSION: SessionFacts = { audioBytesPerToken: PCM_BYTES, heardBytesPerMs: PCM_BYTES / TOKEN_MS, transcriber: undefined };

/** Reads the settings of both forms of sessions, the nested one and the older flat one. */
export function sessionFacts(session: Json): SessionFacts {
  const audio = object(session.audio);
  const format = text(object(object(audio.output).format).type) ?? text(session.output_audio_format) ?? "";
  const heard = text(object(object(audio.input).format).type) ?? text(session.input_audio_format) ?? "";
  return {
    audioBytesPerToken: TELEPHONE.test(format) ? TELEPHONE_BYTES : PCM_BYTES,
    heardBytesPerMs: (TELEPHONE.test(heard) ? TELEPHONE_BYTES : PCM_BYTES) / TOKEN_MS,
    transcriber: text(object(object(audio.input).transcription).model) ?? text(object(session.input_audio_transcription).model),
  };
}

/** Models by the names under which they are sold. */
export type PublicNames = Readonly<{
  /** The session's own model; undefined = as the vendor says it. */
  model?: string;
  /** A transcribing model's public name by the vendor's. */
  transcriber(upstream: string): string | undefined;
}>;

/** The session as the client may see it. The same object where nothing is to be renamed. */
export function publicSession(session: Json, names: PublicNames): Json {
  const named = names.model !== undefined && typeof session.model === "string" && session.model !== names.model ? { ...session, model: names.model } : session;
  const audio = object(named.audio), input = object(audio.input);
  const nested = renamed(input.transcription, names);
  const flat = renamed(named.input_audio_transcription, names);
  if (!nested && !flat) return named;
  return { ...named, ...(nested && { audio: { ...audio, input: { ...input, transcription: nested } } }), ...(flat && { input_audio_transcription: flat }) };
}

function renamed(transcription: unknown, names: PublicNames): Json | undefined {
  const upstream = text(object(transcription).model);
  const name = upstream === undefined ? undefined : names.transcriber(upstream);
  return name === undefined || name === upstream ? undefined : { ...object(transcription), model: name };
}
