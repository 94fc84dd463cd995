/** One message of a WebSocket. */
export type Frame = Readonly<{ data: Buffer; binary: boolean }>;

export interface FrameListener {
  onFrame(frame: Frame): void;
  /** Once; nothing follows. 1006 = the connection was lost without a word. */
  onClose(code: number, reason: string): void;
  /** What was sent has left, after a `send` that said that it had to wait. */
  onDrain(): void;
}

/** One side of a realtime conversation: a client, a vendor over the network, or the vendor inside the process. */
export interface FrameSocket {
  /** Names who is told; what came before is told then. Once. */
  listen(listener: FrameListener): void;
  /** @returns false when much is waiting to leave: whoever brings it should pause until `onDrain` */
  send(frame: Frame): boolean;
  pause(): void;
  resume(): void;
  /** A sign of life, so that nobody in between takes silence for an end. */
  ping(): void;
  /** Says good-bye; a far end that does not answer in time is cut off. */
  close(code: number, reason: string): void;
}

export const textFrame = (event: object): Frame => ({ data: Buffer.from(JSON.stringify(event)), binary: false });

/** Larger frames end a conversation, on either side. */
export const FRAME_BYTES_MAX = 16 * 1024 * 1024;

/** Codes that only a machine may say it has seen; what is sent on must be one that may be sent (RFC 6455, 7.4). */
export const sendableCode = (code: number): number => ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999) ? code : 1011);

const REASON_BYTES_MAX = 123;

/** A reason as it fits into a closing frame, no letter cut in two. */
export function closingReason(reason: string): string {
  let text = reason.slice(0, REASON_BYTES_MAX);
  while (Buffer.byteLength(text) > REASON_BYTES_MAX) text = text.slice(0, -1);
  return text.isWellFormed() ? text : text.slice(0, -1);
}
