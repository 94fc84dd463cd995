import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import { walletOfUser, type LiveTopic } from "#reports/index.ts";

export const dynamic = "force-dynamic";

/** Proxies end connections that are silent for a minute. */
const PING_MS = 20_000;
/** The session may have ended without a word to this process: the browser comes again and is asked who it is. */
const LIFE_MS = 15 * 60_000;
/** Many hints of one topic within this time are one. */
const GATHER_MS = 250;

/** Server-sent events with the topics of the signed-in customer's own things that have changed; never the things themselves. */
export async function GET(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return Response.json({ error: { code: "unauthorized", message: "Sign in first." } }, { status: 401 });
  const { pool, live } = await shop();
  const wallet = await walletOfUser(pool, user.id);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const due = new Map<LiveTopic, ReturnType<typeof setTimeout>>();

  const send = (text: string): void => {
    writer.write(encoder.encode(text)).catch(end);
  };
  const unsubscribe = live.subscribe({
    userId: user.id,
    walletId: wallet?.id ?? "",
    tell(topic) {
      if (topic === "session") return end();
      if (due.has(topic)) return;
      due.set(topic, setTimeout(() => {
        due.delete(topic);
        send(`event: hint\ndata: ${topic}\n\n`);
      }, GATHER_MS));
    },
  });
  const ping = setInterval(() => send(": ping\n\n"), PING_MS);
  const life = setTimeout(end, LIFE_MS);
  request.signal.addEventListener("abort", end, { once: true });

  function end(): void {
    unsubscribe();
    clearInterval(ping);
    clearTimeout(life);
    for (const timer of due.values()) clearTimeout(timer);
    writer.close().catch(() => undefined);
  }

  send("retry: 2000\nevent: open\ndata: ok\n\n");
  return new Response(readable, {
    headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store, no-transform", "x-accel-buffering": "no" },
  });
}

/** Whether a connection would be taken: browsers do not tell a page why theirs ended. */
export async function HEAD(): Promise<Response> {
  return new Response(null, { status: (await currentUser()) ? 204 : 401, headers: { "cache-control": "no-store" } });
}
