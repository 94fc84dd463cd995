import type { Dialect, PassOptions } from "#relay/dialects/dialect.ts";
import { encodeError } from "#relay/dialects/openai-kit/errors.ts";
import { spliceRequest } from "#relay/dialects/openai-kit/pass-request.ts";
import { encodeTypedError } from "#relay/dialects/media-kit/errors.ts";
import { imagesShape, passImages } from "#relay/dialects/openai-media/images.ts";
import { passModerations } from "#relay/dialects/openai-media/moderations.ts";
import { SpeechPassStream, speechShape } from "#relay/dialects/openai-media/speech.ts";
import { passTranscript, transcriptShape } from "#relay/dialects/openai-media/transcriptions.ts";
import { TypedPassStream } from "#relay/dialects/openai-media/typed-stream.ts";
import { RelayError } from "#relay/errors.ts";

/** None of these knows of caps or of usage that must be asked for. */
export const passMediaRequest: Dialect["passRequest"] = (scanned, body, options) => spliceRequest({ ...scanned, stream: false }, body, { ...options, maxTokens: undefined });

const shared = { encodeError, encodeStreamError: encodeTypedError, passRequest: passMediaRequest } satisfies Partial<Dialect>;

const neverStreams = (): never => {
  throw new RelayError("unsupported_parameter", "This cannot be streamed.", { param: "stream" });
};

/** Pictures: made, edited, varied. @see OpenAI API reference, "Images", "Image streaming" */
export const openaiImages: Dialect = {
  ...shared,
  id: "openai-images",
  passStream: (options) => new TypedPassStream(options, imagesShape),
  passBody: (body, options) => passImages(body, options),
};

/** Text to sound, as bytes or in events. @see OpenAI API reference, "Create speech" */
export const openaiSpeech: Dialect = {
  ...shared,
  id: "openai-speech",
  passStream: (options) => (wantsEvents(options) ? new TypedPassStream(options, speechShape) : new SpeechPassStream(options)),
  passBody: neverStreams,
};

const wantsEvents = ({ media }: PassOptions): boolean => media?.events === true;

/** Sound to text. @see OpenAI API reference, "Create transcription", "Create translation" */
export const openaiTranscriptions: Dialect = {
  ...shared,
  id: "openai-transcriptions",
  passStream: (options) => new TypedPassStream(options, transcriptShape),
  passBody: passTranscript,
};

/** Verdicts about text and pictures. @see OpenAI API reference, "Moderations" */
export const openaiModerations: Dialect = {
  ...shared,
  id: "openai-moderations",
  passStream: neverStreams,
  passBody: passModerations,
};
