import { badReply } from "#relay/conversion/calls/vendor-reply.ts";
import { segmentsOf } from "#relay/conversion/transcription/transcript.ts";
import type { Segment, Transcript } from "#relay/conversion/transcription/transcript.ts";
import { compact } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";

export type TranscriptForm = "json" | "text" | "srt" | "vtt" | "verbose_json" | "diarized_json";
export const TRANSCRIPT_FORMS: ReadonlySet<string> = new Set<TranscriptForm>(["json", "text", "srt", "vtt", "verbose_json", "diarized_json"]);

export type Rendering = Readonly<{ form: TranscriptForm; task: "transcribe" | "translate"; /** Times of words are wanted, too. */ words: boolean }>;

const TYPES: Readonly<Partial<Record<TranscriptForm, string>>> = { text: "text/plain; charset=utf-8", srt: "text/plain; charset=utf-8", vtt: "text/vtt; charset=utf-8" };

/** The media type of a form that is no JSON. */
export const typeOfForm = (form: TranscriptForm): string | undefined => TYPES[form];

/** A transcript in the form that was asked for. @throws RelayError bad_upstream_response where times are needed and there are none */
export function renderTranscript(transcript: Transcript, rendering: Rendering): string {
  switch (rendering.form) {
    case "text":
      return `${transcript.text}\n`;
    case "srt":
      return timed(transcript).map((segment, at) => `${at + 1}\n${clock(segment.start, ",")} --> ${clock(segment.end, ",")}\n${line(segment)}\n`).join("\n");
    case "vtt":
      return `WEBVTT\n\n${timed(transcript).map((segment) => `${clock(segment.start, ".")} --> ${clock(segment.end, ".")}\n${line(segment)}\n`).join("\n")}`;
    default:
      return JSON.stringify(jsonOf(transcript, rendering));
  }
}

/** The JSON forms; every one has the text and, where it is known, how long the recording is. */
export function jsonOf(transcript: Transcript, { form, task, words }: Rendering): Wire {
  const { text, language, seconds } = transcript;
  const usage = seconds === undefined ? undefined : { type: "duration", seconds };
  if (form === "verbose_json") {
    return compact({
      task, language: language ?? "", duration: seconds ?? segmentsOf(transcript).at(-1)?.end ?? 0, text, usage,
      segments: segmentsOf(transcript).map(({ start, end, text: said }, id) => ({
        id, seek: 0, start, end, text: said, tokens: [], temperature: 0, avg_logprob: 0, compression_ratio: 1, no_speech_prob: 0,
      })),
      words: words ? transcript.words.map(({ word, start, end }) => ({ word, start, end })) : undefined,
    });
  }
  if (form === "diarized_json") {
    return compact({
      task, duration: seconds ?? segmentsOf(transcript).at(-1)?.end ?? 0, text, usage,
      segments: segmentsOf(transcript).map(({ start, end, text: said, speaker }, id) => ({ type: "transcript.text.segment", id: `seg_${id}`, start, end, text: said, speaker: speaker ?? "A" })),
    });
  }
  return compact({ text, usage });
}

function timed(transcript: Transcript): readonly Segment[] {
  const segments = segmentsOf(transcript);
  if (segments.length === 0 && transcript.text.trim() !== "") throw badReply("The upstream's reply has no times.");
  return segments;
}

/** A blank line would end it. */
const line = ({ text }: Segment): string => text.trim().replaceAll(/\s*\n\s*/g, "\n").replaceAll("-->", "->");

const MS = 1_000, MINUTE = 60, HOUR = 3_600;

/** `00:01:02,345` */
function clock(seconds: number, point: "," | "."): string {
  const ms = Math.max(0, Math.round(seconds * MS)), whole = Math.floor(ms / MS);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(whole / HOUR))}:${two(Math.floor(whole / MINUTE) % MINUTE)}:${two(whole % MINUTE)}${point}${String(ms % MS).padStart(3, "0")}`;
}
