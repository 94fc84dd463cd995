import { RelayError } from "#relay/errors.ts";
import { textFrame, type Frame } from "#relay/realtime/frame-socket.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a client may say about models in the middle of a conversation. */
export type ClientRule = Readonly<{
  /** Names that the client may repeat for the session's own model. */
  isOwnModel(name: string): boolean;
  /**
   * The vendor's name of a model that writes the client's speech down; undefined = it is not sold to this client here.
   * @throws RelayError where the session has another and may not change it
   */
  transcriber(name: string): string | undefined;
  /** The session does this alone, and stays so. */
  writesDown: boolean;
}>;

export type ClientRead = Readonly<{ pass: Frame } | { refused: RelayError; eventId: string | undefined }>;

/** Ends of the names of events that change a session. */
const UPDATE = "session.update";
const BACKSLASH = 0x5c;

/**
 * Looks at one frame of the client's. All pass as they are, but for changes of the session: those may not name another
 * model, and are written anew, so that no field can stand in them twice and mean two things.
 */
export function readClientFrame(frame: Frame, rule: ClientRule): ClientRead {
  // Letters can hide behind escapes; audio has none.
  if (frame.binary || !(frame.data.includes(UPDATE) || frame.data.includes(BACKSLASH))) return { pass: frame };
  const event = parse(frame.data);
  if (event === undefined || typeof event.type !== "string" || !event.type.endsWith(UPDATE)) return { pass: frame };
  try {
    return { pass: textFrame({ ...event, ...(isObject(event.session) && { session: ruledSession(event.session, rule) }) }) };
  } catch (error) {
    if (!(error instanceof RelayError)) throw error;
    return { refused: error, eventId: typeof event.event_id === "string" ? event.event_id.slice(0, 512) : undefined };
  }
}

/**
 * A session's settings in the vendor's names, its own model left out: the address names it.
 * @throws RelayError unsupported_parameter, model_not_found
 */
export function ruledSession(session: Json, rule: ClientRule): Json {
  const { model, ...rest } = session;
  if (rule.writesDown && rest.type !== undefined && rest.type !== "transcription") {
    throw new RelayError("unsupported_parameter", "A session that only writes down cannot become another. Open another session for it.", { param: "session.type" });
  }
  if (model !== undefined && !(typeof model === "string" && rule.isOwnModel(model))) {
    throw new RelayError("unsupported_parameter", "The model of a session cannot be changed. Open another session for another model.", { param: "session.model" });
  }
  const own = isObject(rest.input_audio_transcription)
    ? { input_audio_transcription: ruledTranscription(rest.input_audio_transcription, "session.input_audio_transcription.model", rule) } : {};
  const { audio } = rest;
  const input = isObject(audio) ? audio.input : undefined;
  if (!isObject(audio) || !isObject(input) || !isObject(input.transcription)) return { ...rest, ...own };
  const transcription = ruledTranscription(input.transcription, "session.audio.input.transcription.model", rule);
  return { ...rest, ...own, audio: { ...audio, input: { ...input, transcription } } };
}

function ruledTranscription(transcription: Json, param: string, rule: ClientRule): Json {
  const { model } = transcription;
  if (typeof model !== "string") return transcription;
  const upstream = rule.transcriber(model);
  if (upstream === undefined) throw new RelayError("model_not_found", `The model '${model.slice(0, 200)}' does not exist here or you do not have access to it.`, { param });
  return { ...transcription, model: upstream };
}

function parse(data: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(data.toString("utf8"));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // the vendor says what is wrong with it
  }
}

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
