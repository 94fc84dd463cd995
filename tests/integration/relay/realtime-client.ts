import { WebSocket } from "ws";
import { priceOf, until, KEY, type Shop } from "./shop.ts";

export type Event = Record<string, unknown> & { type: string };

/** USD a million tokens: text 4, cached 0.40, 16 out; sound 32 and 64. */
export const TALKING = priceOf({ input: "4000000", cache_read: "400000", output: "16000000", input_audio: "32000000", output_audio: "64000000" });
export const WHISPER = { name: "whisper", upstreamModel: "up-whisper", price: priceOf({ audio_in_ms: "100000" }) } as const;

export type Talk = Readonly<{ socket: WebSocket; events: Event[]; closed: Promise<{ code: number; reason: string }>; say(event: object): void; next(type: string, nth?: number): Promise<Event> }>;

/** A conversation without an SDK. @param protocols as a browser sends them */
export async function talkTo(shop: Shop, path = "/v1/realtime?model=gpt-test", protocols?: string[]): Promise<Talk> {
  const headers = protocols ? {} : { authorization: `Bearer ${KEY}` };
  const socket = new WebSocket(shop.url.replace("http", "ws") + path, protocols ?? [], { headers, perMessageDeflate: false });
  const events: Event[] = [];
  socket.on("message", (data: Buffer, binary: boolean) => void (binary || events.push(JSON.parse(data.toString()) as Event)));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() })));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const named = (type: string): Event[] => events.filter((event) => event.type === type);
  return {
    socket, events, closed,
    say: (event) => socket.send(JSON.stringify(event)),
    async next(type, nth = 0) {
      await until(() => named(type).length > nth);
      return named(type)[nth]!;
    },
  };
}

/** The refusal before a conversation. */
export async function refusalOf(shop: Shop, path: string, headers: Record<string, string> = { authorization: `Bearer ${KEY}` }): Promise<{ status: number; headers: Record<string, unknown>; error: Record<string, unknown> }> {
  const socket = new WebSocket(shop.url.replace("http", "ws") + path, [], { headers });
  return new Promise((resolve, reject) => {
    socket.once("open", () => reject(new Error("it was agreed to")));
    socket.once("error", () => undefined);
    socket.once("unexpected-response", (_request, response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, error: (JSON.parse(text) as { error: Record<string, unknown> }).error }));
    });
  });
}
