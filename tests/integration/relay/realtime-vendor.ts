import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

/** What the vendor heard, and how it is made to speak. */
export type RealtimeVendor = Readonly<{
  url: string;
  /** Handshakes so far. */
  calls: { url: string; headers: http.IncomingHttpHeaders }[];
  /** Events of clients, parsed, in their order over all conversations. */
  heard: Record<string, unknown>[];
  /** The newest conversation. */
  socket(): WebSocket;
  /** Conversations that have ended. */
  readonly closed: number;
  /** Says an event in the newest conversation. */
  say(event: object): void;
  /** How the next handshakes are refused, one each. */
  refuse: { status: number; body: object }[];
  /** What it says to an event of this type. */
  on(type: string, react: (event: Record<string, unknown>, say: (event: object) => void) => void): void;
  close(): Promise<void>;
}>;

/** A vendor of conversations that does as it is told. Answers nothing by itself but its greeting. */
export async function startRealtimeVendor(): Promise<RealtimeVendor> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const calls: RealtimeVendor["calls"] = [], heard: RealtimeVendor["heard"] = [], refuse: RealtimeVendor["refuse"] = [];
  const reactions = new Map<string, (event: Record<string, unknown>, say: (event: object) => void) => void>();
  let newest: WebSocket | undefined, closed = 0;
  const server = http.createServer();
  const wires = new Set<Socket>();
  server.on("upgrade", (request, socket: Socket, head) => {
    wires.add(socket);
    calls.push({ url: request.url ?? "", headers: request.headers });
    const refusal = refuse.shift();
    if (refusal?.status === 0) return; // says nothing
    if (refusal) {
      const body = JSON.stringify(refusal.body);
      socket.end(`HTTP/1.1 ${refusal.status} No\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      newest = opened;
      const say = (event: object): void => opened.send(JSON.stringify(event));
      const asked = new URL(request.url ?? "", "http://vendor").searchParams, model = asked.get("model");
      say({ type: "session.created", event_id: "event_1", session: asked.get("intent") === "transcription"
        ? { type: "transcription", object: "realtime.transcription_session", id: "sess_1", audio: { input: { transcription: null } } }
        : { type: "realtime", object: "realtime.session", id: "sess_1", model, output_modalities: ["audio"] } });
      opened.on("message", (data: Buffer, binary: boolean) => {
        if (binary) return opened.send(data);
        const event = JSON.parse(data.toString()) as Record<string, unknown>;
        heard.push(event);
        reactions.get(String(event.type))?.(event, say);
        return undefined;
      });
      opened.on("close", () => (closed += 1));
      opened.on("error", () => undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls, heard, refuse,
    socket: () => newest!,
    get closed() {
      return closed;
    },
    say: (event) => newest!.send(JSON.stringify(event)),
    on: (type, react) => void reactions.set(type, react),
    close: () => new Promise((resolve) => {
      for (const wire of wires) wire.destroy();
      server.closeAllConnections();
      server.close(() => resolve());
    }),
  };
}

/** An answer's last event, with usage as OpenAI tells it. */
export const responseDone = (id: string, [textIn, audioIn, cachedText, textOut, audioOut]: readonly [number, number, number, number, number], over: object = {}): object => ({
  type: "response.done", event_id: `event_${id}`,
  response: {
    object: "realtime.response", id, status: "completed", status_details: null,
    output: [{ id: `item_${id}`, type: "message", role: "assistant", content: [{ type: "output_audio", transcript: "Hello." }] }],
    usage: {
      total_tokens: textIn + audioIn + textOut + audioOut, input_tokens: textIn + audioIn, output_tokens: textOut + audioOut,
      input_token_details: { text_tokens: textIn, audio_tokens: audioIn, image_tokens: 0, cached_tokens: cachedText, cached_tokens_details: { text_tokens: cachedText, audio_tokens: 0, image_tokens: 0 } },
      output_token_details: { text_tokens: textOut, audio_tokens: audioOut },
    },
    ...over,
  },
});
