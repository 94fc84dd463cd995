import type { SocketTransport } from "#relay/realtime/socket-transport.ts";
import type { Transport } from "#relay/upstream/transport.ts";

/** What calls can go over. */
export type Ways = Readonly<{
  transport: Transport;
  /** Where this process can open WebSockets. */
  sockets?: SocketTransport | undefined;
  /** By the clock on the wall. */
  now(): number;
}>;

/** The way to a vendor that is not called over HTTP as it is: over a WebSocket, or with steps before the call itself. */
export type Carrier = (ways: Ways, secret: string) => Transport;

/** The way that calls with this key take. */
export const wayTo = ({ carry }: Readonly<{ carry?: Carrier }>, ways: Ways, secret: string): Transport => (carry === undefined ? ways.transport : carry(ways, secret));
