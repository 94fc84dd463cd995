import type { ResponseHeaders } from "#platform/http1/response-reader.ts";
import type { BodyPart } from "#platform/outbound/body-part.ts";

/** A request as it goes on the wire. */
export type WireRequest = Readonly<{
  method: "GET" | "POST" | "DELETE";
  /** Path and query. */
  target: string;
  /** Without host, connection and content-length, which are the connection's business. */
  headers: Readonly<Record<string, string>>;
  body: readonly BodyPart[];
}>;

/** Up to where a call had come when it failed: nothing sent, sent without an answer, in the middle of the answer. */
export type WirePhase = "connect" | "head" | "body";

/** Nothing is called before `dispatch` has returned, and nothing after `onEnd` or `onError`. */
export interface WireSink {
  onHead(status: number, headers: ResponseHeaders): void;
  onData(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error & { code?: string }, phase: WirePhase): void;
}

export interface WireCall {
  pause(): void;
  resume(): void;
  /** Hangs up; the sink hears nothing more. Idempotent. */
  abort(): void;
}
