import net from "node:net";
import tls from "node:tls";
import { hostOf, portOf, type Guard, type OutboundPolicy } from "#platform/outbound/guard.ts";

/** What was learnt of an address before anything was asked of it. */
export type AddressReport = Readonly<{ resolveMs: number; connectMs: number; /** Of TLS alone. */ tlsMs?: number; certificateUntil?: Date }>;

/** Where the look at an address ended. */
export class AddressFault extends Error {
  override readonly name = "AddressFault";
  readonly phase: "address" | "connection";
  constructor(phase: "address" | "connection", cause: Error) {
    super(cause.message, { cause });
    this.phase = phase;
  }
}

/**
 * Resolves, connects and shakes hands by the same rules as every call, and hangs up again: to tell an operator which
 * of the three fails.
 *
 * @throws AddressFault
 */
export async function inspectAddress(guard: Guard, url: URL, policy: OutboundPolicy, timeoutMs: number): Promise<AddressReport> {
  const host = hostOf(url), port = portOf(url), secure = url.protocol === "https:";
  const started = performance.now();
  const [first] = await (async () => {
    guard.checkUrl(url, policy);
    return net.isIP(host) === 0 ? guard.resolve(host, port, policy, secure) : [{ address: host }];
  })().catch((error: Error) => { throw new AddressFault("address", error); });
  const resolved = performance.now();
  try {
    const socket = await open(net.connect({ host: first!.address, port }), "connect", timeoutMs);
    const connected = performance.now();
    const report = { resolveMs: ms(resolved - started), connectMs: ms(connected - resolved) };
    if (!secure) {
      socket.destroy();
      return report;
    }
    const name = net.isIP(host) === 0 ? { servername: host } : {};
    const session = await open(tls.connect({ socket, host, ...name }), "secureConnect", timeoutMs);
    const until = new Date(session.getPeerCertificate().valid_to);
    const tlsMs = ms(performance.now() - connected);
    session.destroy();
    return { ...report, tlsMs, ...(!Number.isNaN(until.getTime()) && { certificateUntil: until }) };
  } catch (error) {
    throw new AddressFault("connection", error as Error);
  }
}

const ms = (value: number): number => Math.max(1, Math.round(value));

function open<S extends net.Socket>(socket: S, event: "connect" | "secureConnect", timeoutMs: number): Promise<S> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error(`No connection within ${timeoutMs / 1_000} s.`)), timeoutMs);
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    socket.once(event, () => {
      clearTimeout(timer);
      resolve(socket);
    });
  });
}
