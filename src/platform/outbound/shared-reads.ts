import type { OnReadOpts, Socket } from "node:net";

/** As much as Node reads at once. */
const READ_BYTES = 64 * 1024;

/**
 * The `onread` of connections whose reads all go into one buffer: each is seen to before the next one begins, whosever
 * it is. What came is copied out and told as `data`, at once and to its listeners only: such a socket cannot be piped or
 * iterated. Node's own way makes a buffer of 64 KiB for each read, cuts it to what came, takes it through the stream's
 * queue, and has the collector free it.
 */
export const sharedReads: OnReadOpts = {
  buffer: Buffer.allocUnsafeSlow(READ_BYTES),
  /** Node calls it as a method of the socket. */
  callback(this: unknown, length, buffer) {
    const socket = this as Socket, bytes = Buffer.allocUnsafe(length);
    (buffer as Buffer).copy(bytes, 0, 0, length);
    if (!socket.emit("data", bytes)) socket.destroy(); // it spoke before anybody listened
    return true;
  },
};
