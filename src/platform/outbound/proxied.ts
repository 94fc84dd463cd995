import type { Socket } from "node:net";
import tls from "node:tls";
import { hostOf, portOf } from "#platform/outbound/guard.ts";
import type { Connect } from "#platform/outbound/origin-pool.ts";

/** What a proxy may say before the tunnel is there. */
const HEAD_BYTES_MAX = 16 * 1024;

/** How much of what a proxy has said is understood, and what follows from it; nothing used = more must come. */
export type Heard = Readonly<{ used: number; say?: Buffer; /** The tunnel is there. */ done?: boolean }>;

/** What is said to a proxy, and heard from it, until it has made a tunnel. One for each connection. */
export interface Handshake {
  readonly hello: Buffer;
  /** @param said what the proxy has said and was not used before; @throws Error when it refuses, or is none */
  hear(said: Buffer): Heard;
}

export const proxyFault = (why: string): Error => Object.assign(new Error(why), { code: "EPROXY" });

/**
 * A connection to the target through a proxy, which sees no more than where it leads: TLS goes through to the far end
 * and is checked there.
 *
 * @param toProxy connects to the proxy itself
 * @param handshake may throw where what is to be said cannot be said
 */
export const connectThrough = (toProxy: Connect, target: URL, connectMs: number, handshake: () => Handshake): Connect => (done) => {
  toProxy((error, socket) => {
    if (error || !socket) {
      done(error ?? new Error("No connection to the proxy was made."), null);
      return;
    }
    let said: Handshake;
    try {
      said = handshake();
    } catch (cause) {
      socket.destroy();
      done(cause as Error, null);
      return;
    }
    openTunnel(socket, target, connectMs, said, done);
  });
};

/** Asks an HTTP proxy (RFC 9110, CONNECT). @param authorization for one that wants to know who asks */
export function httpHandshake(target: URL, authorization?: string): Handshake {
  const host = hostOf(target), authority = `${host.includes(":") ? `[${host}]` : host}:${portOf(target)}`;
  return {
    hello: Buffer.from(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n${authorization === undefined ? "" : `proxy-authorization: ${authorization}\r\n`}\r\n`),
    hear(said) {
      const stop = said.indexOf("\r\n\r\n");
      if (stop < 0) return { used: 0 };
      const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(said.toString("latin1", 0, 64))?.[1];
      if (status === undefined || !status.startsWith("2")) throw proxyFault(`The proxy answered ${status ?? "no HTTP"}.`);
      return { used: stop + 4, done: true };
    },
  };
}

function openTunnel(socket: Socket, target: URL, connectMs: number, handshake: Handshake, done: Parameters<Connect>[0]): void {
  let head: Buffer = Buffer.alloc(0), over = false;
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
    try {
      for (let heard = handshake.hear(head); heard.used > 0; heard = handshake.hear(head)) {
        head = head.subarray(heard.used);
        if (heard.say) socket.write(heard.say);
        if (!heard.done) continue;
        // Nobody speaks before us at the far end.
        if (head.length > 0) throw new Error("The proxy sent more than its answer.");
        if (target.protocol === "https:") shakeHands(socket, hostOf(target), end);
        else end(null, socket);
        return;
      }
      if (head.length > HEAD_BYTES_MAX) throw new Error("The proxy's answer is none.");
    } catch (error) {
      failed(error as Error);
    }
  };
  socket.on("data", read).once("error", failed).once("close", closed);
  socket.write(handshake.hello);

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
