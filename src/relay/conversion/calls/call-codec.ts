import type { Dialect } from "#relay/dialects/dialect.ts";
import type { BodyPart } from "#platform/outbound/body-part.ts";
import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import type { Form } from "#relay/http/body/form.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";
import type { Script } from "#relay/upstream/scripted.ts";
import type { Usage } from "#money/usage.ts";

/** A request that is no conversation, as the client sent it. */
export type CallAsked = Readonly<{
  /** The client's: its reader makes the answer. */
  dialect: Dialect;
  scanned: ScannedRequest;
  /** In OpenAI's form. */
  body: Buffer;
  /** What was sent, where it came with files: `body` is a view of it. */
  form: Form | undefined;
  /** What is asked for beyond text. */
  media: MediaAsk | undefined;
  strict: boolean;
  atMs: number;
}>;

export type CallTarget = Readonly<{ upstreamModel: string; flags: ProviderFlags; /** The channel's. */ settings: Readonly<Record<string, unknown>> }>;

/** The request in a vendor's words, and the reader of what it gives. */
export type CallPlan = Readonly<{
  reader: Pick<Dialect, "passBody" | "passStream">;
  /** Codes of what could not be carried; more may join until the answer is there. */
  warnings: readonly string[];
  /** The one call that is answered with what the reader reads. */
  parts: readonly BodyPart[];
  /** Of those parts; default JSON. */
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string>>;
  path?: (pathname: string) => string;
  /** In place of it the calls that make the answer together. */
  script?: Script;
  /** What the vendor has done so far: all that is booked if the rest fails. */
  spent?(): Usage | undefined;
}>;

export const NO_PARTS: readonly Buffer[] = [];

/** @throws RelayError of status 400 where the request cannot be said in this protocol */
export type CallCodec = (asked: CallAsked, target: CallTarget) => CallPlan;
