import type { SocketTransport } from "#relay/realtime/socket-transport.ts";
import type { AccessTokens } from "#relay/upstream/access-tokens.ts";
import type { Transport } from "#relay/upstream/transport.ts";

/** What calls can go over, and what is remembered between them. */
export type Ways = Readonly<{
  transport: Transport;
  /** Where this process can open WebSockets. */
  sockets?: SocketTransport | undefined;
  tokens: AccessTokens;
  /** By the clock on the wall. */
  now(): number;
}>;

/**
 * The way to a vendor whose key takes more than headers that can be written at once: a token that must be fetched first,
 * an address that is signed, another way than HTTP.
 */
export type Carrier = (ways: Ways, secret: string) => Transport;

/** The way that calls with this key take. All vendors but a few are called over HTTP as it is. */
export const wayTo = ({ carry }: Readonly<{ carry?: Carrier }>, ways: Ways, secret: string): Transport => (carry === undefined ? ways.transport : carry(ways, secret));
