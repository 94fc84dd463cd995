import type { ByteSink } from "#relay/http/body/collector.ts";

/** The two ends of one client call, alike for node:http and for Web `Request` (next route handlers). */

export interface Inbound {
  readonly method: string;
  /** Path without the query, percent-encoding kept. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case name -> value; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The client's address. */
  readonly clientIp: string;
  /** One for all calls of a connection whose heads differ in nothing but the body's length. */
  readonly sameHead?: object;
  /**
   * Reads the whole body, decoded (gzip, br, deflate, zstd), within the limits for bodies. With a sink the bytes go
   * there, and what is returned is empty.
   * @throws RelayError request_too_large, request_timeout, unsupported_media_type, invalid_json
   */
  body(maxBytes: number, sink?: ByteSink): Promise<Buffer>;
}

export interface Reply {
  /** Nothing has been sent yet. */
  readonly pristine: boolean;
  /** Says the head, which is sent with the first bytes; later calls are bugs. What is undefined is left out. */
  head(status: number, headers: Readonly<Record<string, string | undefined>>): void;
  /** Returns false when the client's socket is full: stop reading until `onDrain` fires. */
  write(chunk: Uint8Array | string): boolean;
  /** Ends the answer. */
  end(chunk?: Uint8Array | string): void;
  /** Breaks the connection: the client sees an unfinished answer. */
  destroy(): void;
  /** Called every time the socket has drained. One listener. */
  onDrain(listener: () => void): void;
  /** Called once when the client left before `end` was called. One listener; called at once if it has left already. */
  onGone(listener: () => void): void;
  readonly gone: boolean;
}
