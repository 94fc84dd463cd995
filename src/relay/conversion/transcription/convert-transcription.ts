import { bytesOf } from "#platform/outbound/body-part.ts";
import { NO_PARTS } from "#relay/conversion/calls/call-codec.ts";
import type { CallCodec } from "#relay/conversion/calls/call-codec.ts";
import { formData } from "#relay/conversion/calls/form-data.ts";
import { jsonBody, replyOf } from "#relay/conversion/calls/vendor-reply.ts";
import { warningsOf } from "#relay/conversion/calls/warnings.ts";
import { jsonOf, renderTranscript, TRANSCRIPT_FORMS, typeOfForm } from "#relay/conversion/transcription/render.ts";
import type { Rendering, TranscriptForm } from "#relay/conversion/transcription/render.ts";
import type { Transcript } from "#relay/conversion/transcription/transcript.ts";
import { readDeepgram, readElevenlabs, readText, readWorkersAi, readXai } from "#relay/conversion/transcription/vendors.ts";
import { asWire, compact, listOf, parseWire, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { filesOf } from "#relay/http/body/form.ts";
import type { FormFile } from "#relay/http/body/form.ts";
import { RelayError } from "#relay/errors.ts";
import type { Step } from "#relay/upstream/scripted.ts";

/** Forms that are nothing without times. */
const TIMED_FORMS: ReadonlySet<string> = new Set<TranscriptForm>(["srt", "vtt", "diarized_json"]);

type TranscriptAsked = Rendering & Readonly<{ wire: Wire; language: string | undefined; file: FormFile }>;

type TranscriptVendor = Readonly<{
  /** The address is given as it would be without anything in the query. */
  step(asked: TranscriptAsked, upstreamModel: string, url: URL): Step | Promise<Step>;
  read(wire: Wire): Transcript;
  /** Fields that this vendor knows nothing of. */
  dropped: readonly string[];
  /** Words alone are told, not when they were said. */
  timeless?: boolean;
}>;

/** Options in the query, the recording bare. */
const deepgram: TranscriptVendor = {
  dropped: ["prompt", "temperature"],
  step({ file, language, form }, model, url) {
    const own = new URL(url);
    const query = { model, smart_format: "true", utterances: "true", ...(language === undefined ? { detect_language: "true" } : { language }), ...(form === "diarized_json" && { diarize: "true" }) };
    for (const [name, value] of Object.entries(query)) own.searchParams.set(name, value);
    return { url: own, headers: { "content-type": file.type }, body: [file.body] };
  },
  read: readDeepgram,
};

const elevenlabs: TranscriptVendor = {
  dropped: ["prompt"],
  step({ file, language, form, wire }, model) {
    const { contentType, body } = formData([
      { name: "model_id", value: model },
      { name: "timestamps_granularity", value: "word" },
      { name: "tag_audio_events", value: "false" },
      { name: "diarize", value: String(form === "diarized_json") },
      ...(language === undefined ? [] : [{ name: "language_code", value: language }]),
      ...(textOf(wire.temperature) === "" ? [] : [{ name: "temperature", value: textOf(wire.temperature) }]),
      { name: "file", value: file.body, fileName: file.fileName, type: file.type },
    ]);
    return { headers: { "content-type": contentType }, body };
  },
  read: readElevenlabs,
};

/** xAI: one model where none is named; the recording stands last in its form. */
const xai: TranscriptVendor = {
  dropped: ["prompt", "temperature"],
  step({ file, language, form }, model) {
    const { contentType, body } = formData([
      ...(model.startsWith("grok-voice") ? [{ name: "model", value: model }] : []),
      ...(language === undefined ? [] : [{ name: "format", value: "true" }, { name: "language", value: language }]),
      ...(form === "diarized_json" ? [{ name: "diarize", value: "true" }] : []),
      { name: "file", value: file.body, fileName: file.fileName, type: file.type },
    ]);
    return { headers: { "content-type": contentType }, body };
  },
  read: readXai,
};

/** Cohere tells the words alone. */
const cohere: TranscriptVendor = {
  dropped: ["prompt"],
  timeless: true,
  step({ file, language, wire }, model) {
    const { contentType, body } = formData([
      { name: "model", value: model },
      ...(language === undefined ? [] : [{ name: "language", value: language }]),
      ...(textOf(wire.temperature) === "" ? [] : [{ name: "temperature", value: textOf(wire.temperature) }]),
      { name: "file", value: file.body, fileName: file.fileName, type: file.type },
    ]);
    return { headers: { "content-type": contentType }, body };
  },
  read: readText,
};

/** The newer Whisper takes base64 and options, the older ones the recording alone. */
const workersAi = (task: "transcribe" | "translate"): TranscriptVendor => ({
  dropped: ["temperature"],
  async step({ file, language, wire }, model, url) {
    const own = new URL(url);
    own.pathname = own.pathname.replace("%40", "@");
    if (!model.includes("turbo")) return { url: own, headers: { "content-type": file.type }, body: [file.body] };
    const audio = (await bytesOf(file.body)).toString("base64");
    return { url: own, body: jsonBody(compact({ audio, task, language, initial_prompt: textOf(wire.prompt) || undefined })) };
  },
  read: readWorkersAi,
});

const converted = (vendor: TranscriptVendor, task: "transcribe" | "translate" = "transcribe"): CallCodec => ({ dialect, body, form, strict }, { upstreamModel }) => {
  const { codes, warn } = warningsOf(strict);
  const wire = asWire(parseWire(body.toString("utf8")));
  const file = form && filesOf(form, "file")[0];
  if (!file) throw new RelayError("missing_required_parameter", "Missing required parameter: 'file'.", { param: "file" });
  const kind = textOf(wire.response_format) || "json";
  if (!TRANSCRIPT_FORMS.has(kind) || (vendor.timeless && TIMED_FORMS.has(kind))) throw new RelayError("unsupported_format", `This model writes ${[...TRANSCRIPT_FORMS].filter((one) => !vendor.timeless || !TIMED_FORMS.has(one)).join(", ")}.`, { param: "response_format" });
  for (const name of vendor.dropped) if (wire[name] !== undefined) warn(`${name}_dropped`);
  const asked: TranscriptAsked = { wire, file, task, form: kind as TranscriptForm, language: textOf(wire.language) || undefined, words: listOf(wire.timestamp_granularities).includes("word") };
  let transcript: Transcript | undefined;
  return {
    warnings: codes, parts: NO_PARTS,
    async script(send, call) {
      transcript = vendor.read(replyOf(await send(await vendor.step(asked, upstreamModel, call.url))));
      return Buffer.from(JSON.stringify(jsonOf(transcript, asked)));
    },
    reader: {
      passStream: (options) => dialect.passStream(options),
      passBody(reply, options) {
        // The reader makes out what was heard; the form is ours.
        const read = dialect.passBody(reply, { ...options, media: { ...options.media, format: "json" } }, "application/json");
        const type = typeOfForm(asked.form);
        if (type === undefined || read.facts.error) return read;
        read.facts.contentType = type;
        return { facts: read.facts, body: Buffer.from(renderTranscript(transcript!, asked)) };
      },
    },
  };
};

/** Transcripts by the protocol that they are asked for in. */
export const transcriptionCodecs = {
  "deepgram-transcriptions": converted(deepgram),
  "elevenlabs-transcriptions": converted(elevenlabs),
  "xai-transcriptions": converted(xai),
  "cohere-transcriptions": converted(cohere),
  "workers-ai-transcriptions": converted(workersAi("transcribe")),
  "workers-ai-translations": converted(workersAi("translate"), "translate"),
} as const;
