import { asWire, isWire, textOf } from "#relay/dialects/stream-kit/wire.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import { RelayError } from "#relay/errors.ts";

/** The kinds of sound that OpenAI's clients ask for. */
export type SpeechFormat = "mp3" | "opus" | "aac" | "flac" | "wav" | "pcm";

/** Text to be spoken, as OpenAI's clients ask for it. */
export type SpeechAsked = Readonly<{
  text: string;
  /** In the vendor's words. */
  voice: string;
  format: SpeechFormat;
  speed: number | undefined;
  instructions: string | undefined;
  others: Wire;
}>;

const FORMATS: ReadonlySet<string> = new Set(["mp3", "opus", "aac", "flac", "wav", "pcm"]);
/** Voices that OpenAI's clients know; other vendors have none by these names. */
const OPENAI_VOICES: ReadonlySet<string> = new Set([
  "alloy", "ash", "ballad", "cedar", "coral", "echo", "fable", "marin", "nova", "onyx", "sage", "shimmer", "verse",
]);
const OWN = new Set(["model", "input", "voice", "response_format", "speed", "instructions", "stream_format", "provider", "models", "session_id", "stream"]);

/** What a vendor has of its own. */
export type Voices = Readonly<{
  /** OpenAI's names in the vendor's. */
  names: Readonly<Record<string, string>>;
  /** Kinds of sound that are offered. */
  formats: readonly SpeechFormat[];
}>;

/**
 * @param table the channel's own names of voices
 * @throws RelayError unsupported_format, invalid_value for a voice that nobody has named, missing_required_parameter
 */
export function readSpeech(wire: Wire, { names, formats }: Voices, table: Readonly<Record<string, string>>, warn: (code: string) => void): SpeechAsked {
  const said = textOf(wire.response_format), format = said || (formats.includes("mp3") ? "mp3" : formats[0]!);
  // Who named none expects MP3; players look at the sound itself.
  if (said === "" && format !== "mp3") warn("format_adjusted");
  if (!FORMATS.has(format) || !formats.includes(format as SpeechFormat)) {
    throw new RelayError("unsupported_format", `This model speaks as ${formats.join(", ")}, not as ${format.slice(0, 20)}.`, { param: "response_format" });
  }
  return {
    text: textOf(wire.input),
    voice: voiceFor(isWire(wire.voice) ? textOf(wire.voice.id) : textOf(wire.voice), names, table),
    format: format as SpeechFormat,
    speed: typeof wire.speed === "number" ? wire.speed : undefined,
    instructions: textOf(wire.instructions) || undefined,
    others: Object.fromEntries(Object.entries(wire).filter(([name]) => !OWN.has(name))),
  };
}

/** The channel's word for a voice, else the vendor's for OpenAI's; any other name is taken for the vendor's own. */
function voiceFor(asked: string, names: Readonly<Record<string, string>>, table: Readonly<Record<string, string>>): string {
  if (asked === "") throw new RelayError("missing_required_parameter", "Missing required parameter: 'voice'.", { param: "voice" });
  const found = own(table, asked) ?? own(names, asked.toLowerCase()) ?? asked;
  if (OPENAI_VOICES.has(found.toLowerCase())) throw new RelayError("invalid_value", `This model has no voice '${asked.slice(0, 60)}'.`, { param: "voice" });
  return found;
}

const own = (names: Readonly<Record<string, string>>, name: string): string | undefined => (Object.hasOwn(names, name) ? names[name] : undefined);

/** The channel's setting `voices`: names that clients use, and the vendor's for them. */
export function voiceTable(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const entries = Object.entries(asWire(settings.voices as Wire[string] | undefined));
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
