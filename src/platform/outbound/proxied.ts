import type { Socket } from "node:net";
import tls from "node:tls";
import { hostOf, portOf } from "#platform/outbound/guard.ts";
import type { Connect } from "#platform/outbound/origin-pool.ts";

/** What a proxy may say before the tunnel is there. */
const HEAD_BYTES_MAX = 16 * 1024;

/**
 * A connection to the target through an HTTP proxy (RFC 9110, CONNECT): the proxy looks the name up and sees no more
 * than it, for TLS goes through to the far end and is checked there.
 *
 * @param toProxy connects to the proxy itself
 * @param authorization for a proxy that wants to know who asks
 */
export const connectThrough = (toProxy: Connect, target: URL, connectMs: number, authorization?: string): Connect => (done) => {
  toProxy((error, socket) => {
    if (error || !socket) done(error ?? new Error("No connection to the proxy was made."), null);
    else openTunnel(socket, target, connectMs, authorization, done);
  });
};

function openTunnel(socket: Socket, target: URL, connectMs: number, authorization: string | undefined, done: Parameters<Connect>[0]): void {
  const host = hostOf(target), name = host.includes(":") ? `[${host}]` : host, authority = `${name}:${portOf(target)}`;
  let head = Buffer.alloc(0), over = false;
  const end = (error: Error | null, ready: Socket | null): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    socket.off("data", read).off("error", failed).off("close", closed);
    if (error) socket.destroy();
    done(error, ready);
  };
  const failed = (error: Error): void => end(error, null);
  const closed = (): void => end(new Error("The proxy hung up."), null);
  const timer = setTimeout(() => end(Object.assign(new Error("The proxy did not answer in time."), { code: "ETIMEDOUT" }), null), connectMs);
  const read = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const stop = head.indexOf("\r\n\r\n");
    if (stop < 0) {
      if (head.length > HEAD_BYTES_MAX) end(new Error("The proxy's answer is none."), null);
      return;
    }
    const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(head.toString("latin1", 0, 64))?.[1];
    if (status === undefined || !status.startsWith("2")) end(Object.assign(new Error(`The proxy answered ${status ?? "no HTTP"}.`), { code: "EPROXY" }), null);
    // Nobody speaks before us at the far end.
    else if (head.length > stop + 4) end(new Error("The proxy sent more than its answer."), null);
    else if (target.protocol !== "https:") end(null, socket);
    else shakeHands(socket, host, end);
  };
  socket.on("data", read).once("error", failed).once("close", closed);
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${authorization === undefined ? "" : `proxy-authorization: ${authorization}\r\n`}\r\n`);

  function shakeHands(bare: Socket, servername: string, finish: typeof end): void {
    bare.off("data", read);
    const secured = tls.connect({ socket: bare, host: servername, ALPNProtocols: ["http/1.1"], ...(!/^[\d.]+$|:/.test(servername) && { servername }) });
    secured.once("error", failed);
    secured.once("secureConnect", () => {
      secured.off("error", failed);
      finish(null, secured);
    });
  }
}
