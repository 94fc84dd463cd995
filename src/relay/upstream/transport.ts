import type { BodyPart } from "#platform/outbound/body-part.ts";

/** One call to a vendor; the simulator and the HTTP client stand behind the same interface. */

export type UpstreamCall = Readonly<{
  method: "POST" | "GET" | "DELETE";
  /** Not written to any more: what it comes to is remembered. */
  url: URL;
  headers: Readonly<Record<string, string>>;
  body: readonly BodyPart[];
  connectMs: number;
  /** Address of the proxy that the channel goes out by. */
  proxy?: string;
  /** A seed of the request, for deterministic vendors: what the simulator hashes is `body`. */
}>;

/** As the vendor sent them; a header that came several times is a list. */
export type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface UpstreamSink {
  /** Names in lower case. */
  onHead(status: number, headers: UpstreamHeaders): void;
  /** Never called while paused. */
  onData(chunk: Buffer): void;
  onEnd(): void;
  /** Ends the call; nothing follows. `phase` tells whether the head had come. */
  onError(error: Error & { code?: string }, phase: "connect" | "head" | "body"): void;
}

export interface UpstreamControl {
  pause(): void;
  resume(): void;
  /** Hangs up; `onError` is not called. Idempotent. */
  abort(): void;
}

export interface Transport {
  send(call: UpstreamCall, sink: UpstreamSink): UpstreamControl;
}
