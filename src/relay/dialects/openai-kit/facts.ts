import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import { ContentReader, type Range } from "#relay/dialects/openai-kit/content-reader.ts";
import { normaliseUsage } from "#relay/dialects/openai-kit/usage.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";
import type { Usage } from "#money/usage.ts";

type Wire = Readonly<Record<string, unknown>>;

/** @property rangeOf where in the body the list stands that answers */
type Unread = Readonly<{ body: Buffer; rangeOf: (body: Buffer) => Range | undefined }>;

const OUT_OF_CAPACITY = "insufficient_system_resource";

/** The facts of one reply of an OpenAI-shaped vendor, gathered from parsed parts of it and by the content reader. */
export class OpenAiFacts implements ReplyFacts {
  usage?: Usage;
  usageInconsistent = false;
  finish?: string;
  complete = false;
  error?: ReplyFacts["error"];
  id?: string;
  readonly reader = new ContentReader();
  /** The whole answer, until somebody wants to know more of its text than that there is some. */
  private unread: Unread | undefined;
  private hasContent = false;
  private tier: string | undefined;

  get content(): boolean {
    return this.hasContent || this.read().seen;
  }
  get contentBytes(): number {
    return this.read().bytes;
  }
  get contentCjk(): number {
    return this.read().cjk;
  }
  get text(): string[] {
    return this.read().text;
  }
  get texts(): number {
    return this.read().texts;
  }
  get textTruncated(): boolean {
    return this.read().truncated;
  }

  /** There is an answer, whatever its text: embeddings have none. */
  markContent(): void {
    this.hasContent = true;
  }

  /** The answer is there as a whole. Its text is counted when somebody asks: where the vendor tells its usage, nobody does. */
  answeredBy(body: Buffer, rangeOf: Unread["rangeOf"]): void {
    this.unread = { body, rangeOf };
  }

  private read(): ContentReader {
    const { unread, reader } = this;
    if (unread === undefined) return reader;
    this.unread = undefined;
    const range = unread.rangeOf(unread.body);
    if (range) reader.read(unread.body, range[0], range[1]);
    return reader;
  }

  /** Takes what a parsed chunk or body says; the last value of each fact wins. */
  take(wire: Wire, flags: ProviderFlags): void {
    if (typeof wire.id === "string" && wire.id !== "") this.id ??= wire.id;
    if (typeof wire.service_tier === "string") this.tier = wire.service_tier;
    this.takeFinish(wire);
    const raw = findUsage(wire);
    if (raw !== undefined) {
      const { usage, inconsistent } = normaliseUsage(raw, flags);
      this.usage = usage.serviceTier === undefined && this.tier !== undefined ? { ...usage, serviceTier: this.tier } : usage;
      this.usageInconsistent = inconsistent;
    }
    this.error ??= findError(wire);
    // DeepSeek ends so when it is out of capacity; after some text it is an answer that stopped early.
    if (this.finish === OUT_OF_CAPACITY && !this.content) this.error ??= { status: 503, code: OUT_OF_CAPACITY, message: "The server is out of capacity." };
  }

  private takeFinish(wire: Wire): void {
    const choices = Array.isArray(wire.choices) ? (wire.choices as readonly Wire[]) : [];
    for (const choice of choices) {
      const reason = choice?.finish_reason;
      if (typeof reason === "string" && reason !== "" && (choice.index ?? 0) === 0) this.finish = reason;
      else if (typeof reason === "string" && reason !== "") this.finish ??= reason;
    }
  }
}

/** Usage stands at the top, in `x_groq` (Groq) or in the first choice (Moonshot). One that names no number is none. */
export function findUsage(wire: Wire): object | undefined {
  const choice = Array.isArray(wire.choices) ? (wire.choices as readonly (Wire | null)[])[0] : undefined;
  for (const place of [wire, wire.x_groq, choice]) {
    const usage = (place as Wire | null | undefined)?.usage;
    if (typeof usage === "object" && usage !== null && tells(usage as Wire, wire.choices !== undefined)) return usage;
  }
  return undefined;
}

/** @param ofAnswer before the last chunk some vendors tell a total alone, of nought */
export function tells(usage: Wire, ofAnswer: boolean): boolean {
  for (const name in usage) {
    const value = usage[name];
    if ((typeof value === "number" && (!ofAnswer || value > 0 || !name.startsWith("total_"))) || (typeof value === "string" && value !== "")) return true;
  }
  return false;
}

/**
 * The error that a reply with status 200 carries, in the forms vendors use: `error` (object or text),
 * a list of `errors`, `base_resp` (MiniMax), `code` with `msg` or `message`, `detail` (FastAPI servers).
 */
export function findError(wire: Wire): ReplyFacts["error"] {
  if (isTold(wire.error)) return typeof wire.error === "object" ? readError(wire.error as Wire) : { message: String(wire.error) };
  const base = wire.base_resp as Wire | null | undefined;
  if (base && typeof base.status_code === "number" && base.status_code !== 0) {
    return { code: String(base.status_code), message: textOf(base.status_msg) };
  }
  if (Array.isArray(wire.choices) || isTold(wire.choices) || Array.isArray(wire.data) || isTold(wire.data)) return undefined;
  const [first] = Array.isArray(wire.errors) ? (wire.errors as readonly (Wire | string | null)[]) : [];
  if (isTold(first)) return typeof first === "object" ? readError(first as Wire) : { message: first as string };
  const message = textOf(wire.message) ?? textOf(wire.msg) ?? textOf(wire.error_msg) ?? textOf(wire.detail);
  return message === undefined ? undefined : readError({ ...wire, message, code: wire.code ?? wire.error_code });
}

/** Some vendors name an error in every chunk, an empty one where there is none. */
export const isTold = (value: unknown): boolean =>
  typeof value === "object" && value !== null ? Object.keys(value).length > 0 : value !== undefined && value !== null && value !== false && value !== "";

function readError(error: Wire): NonNullable<ReplyFacts["error"]> {
  const status = [error.status_code, error.status, error.http_code, error.code].map(Number).find((value) => value >= 400 && value < 600);
  return {
    ...(status === undefined ? {} : { status }),
    ...(typeof error.code === "string" || typeof error.code === "number" ? { code: String(error.code) } : {}),
    ...(typeof error.type === "string" ? { type: error.type } : {}),
    message: textOf(error.message) ?? JSON.stringify(error).slice(0, 1000),
  };
}

const textOf = (value: unknown): string | undefined => {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? JSON.stringify(value).slice(0, 1000) : undefined;
};
