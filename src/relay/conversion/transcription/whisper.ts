import { renderTranscript, typeOfForm } from "#relay/conversion/transcription/render.ts";
import type { TranscriptForm } from "#relay/conversion/transcription/render.ts";
import type { Segment } from "#relay/conversion/transcription/transcript.ts";
import type { Dialect, PassOptions } from "#relay/dialects/dialect.ts";
import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import { openaiTranscriptions } from "#relay/dialects/openai-media/index.ts";
import { passTranscript } from "#relay/dialects/openai-media/transcriptions.ts";
import { asWire, listOf, parseWire, textOf, type Wire } from "#relay/dialects/stream-kit/wire.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";

/** Forms in which Whisper does not say how long the recording is, or did not always. */
const SILENT: ReadonlySet<string> = new Set<TranscriptForm>(["json", "text", "srt", "vtt"]);

/** Is it to be asked for its wordiest form in place of this one, so that the charge rests on the length that the vendor heard? */
export const wantsVerbose = (media: MediaAsk | undefined, stream: boolean, upstreamModel: string, flags: ProviderFlags): boolean =>
  flags.verboseWhisper === true && !stream && media !== undefined && media.byTokens !== true && SILENT.has(media.format ?? "json") && /whisper/i.test(upstreamModel);

/** Reads the wordy form and gives the one that was asked for. */
export const whisperReader = (media: MediaAsk | undefined): Pick<Dialect, "passStream" | "passBody"> => ({
  passStream: openaiTranscriptions.passStream,
  passBody(body, options: PassOptions, contentType) {
    const passed = passTranscript(body, { ...options, media: { ...options.media, format: "verbose_json" } }, contentType);
    const wire = passed.facts.error ? undefined : parseWire(body.toString("utf8"));
    if (!wire) return passed;
    const form = (media?.format ?? "json") as TranscriptForm, type = typeOfForm(form);
    if (type !== undefined) passed.facts.contentType = type;
    const seconds = typeof wire.duration === "number" ? wire.duration : Number(wire.duration ?? Number.NaN);
    const transcript = { text: textOf(wire.text), segments: listOf(wire.segments).map(asWire).map(segmentOf), words: [], ...(Number.isFinite(seconds) && { seconds }) };
    return { facts: passed.facts, body: Buffer.from(renderTranscript(transcript, { form, task: options.operation === "translations" ? "translate" : "transcribe", words: false })) };
  },
});

const segmentOf = ({ text, start, end }: Wire): Segment => ({ text: textOf(text), start: Number(start ?? 0), end: Number(end ?? 0) });
