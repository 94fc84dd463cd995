import "server-only";
import { readEnv } from "#config/env.ts";
import { createEdge, isRejection } from "#platform/edge.ts";
import { createLog } from "#platform/log.ts";
import { webExchange } from "#relay/index.ts";
import { relayRuntime } from "#runtime.ts";

/** Stands for "unknown": Next hands no socket to a route, so an allow list of addresses refuses instead of guessing. */
const UNKNOWN_PEER = "0.0.0.0";

/**
 * The relay as a route handler, for Next that runs without our own server: the same core, slower. This process becomes
 * a relay node at its first request. With MODELMART_ROLE=web it never does.
 */
export async function relayMount(request: Request): Promise<Response> {
  const env = readEnv();
  if (env.role === "web") return Response.json({ error: { code: "not_found", message: "There is nothing at this address." } }, { status: 404 });
  const { relay } = await relayRuntime(env, createLog({ level: env.logLevel, format: env.logFormat }));
  const { inbound, reply, response } = webExchange(request, { clientIp: clientIp(request, env.trustedProxies) });
  // Errors are answered by the core; a rejection here is a bug and must not leave the client waiting.
  relay.handle(inbound, reply).catch(() => reply.destroy());
  return response;
}

/** With trusted proxies the nearest one counts as the peer, so the forwarded chain is walked as at the edge. */
function clientIp(request: Request, trustedProxies: readonly string[]): string {
  const nearest = trustedProxies[0]?.split("/")[0];
  if (nearest === undefined) return UNKNOWN_PEER;
  const url = new URL(request.url);
  const rawHeaders = ["host", url.host, "x-forwarded-for", request.headers.get("x-forwarded-for") ?? ""];
  const facts = createEdge({ trustedProxies }).inspect({ method: request.method, url: `${url.pathname}${url.search}`, httpVersion: "1.1", rawHeaders, peer: nearest, encrypted: false });
  return isRejection(facts) ? UNKNOWN_PEER : facts.clientIp;
}
