import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { createLog } from "#platform/log.ts";
import type { RelayState, RequestContext } from "#relay/context.ts";
import type { Frame, FrameListener, FrameSocket } from "#relay/realtime/frame-socket.ts";
import { VendorWords } from "#relay/realtime/session-errors.ts";
import type { SessionMoney } from "#relay/realtime/session-money.ts";
import { RealtimeSession } from "#relay/realtime/session.ts";
import { wrapSocket } from "#relay/realtime/ws-socket.ts";
import { createTimerWheel } from "#relay/upstream/timers.ts";

/** Nobody is read faster than the other side takes it, and nothing that waits for a charge is lost or turned round. */

/** One end that does as it is told. */
class Side implements FrameSocket {
  listener!: FrameListener;
  full = false;
  paused = false;
  sent: string[] = [];
  closed: number | undefined;
  listen(listener: FrameListener): void {
    this.listener = listener;
  }
  send({ data }: Frame): boolean {
    this.sent.push(data.toString());
    return !this.full;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  ping(): void {
    this.sent.push("ping");
  }
  close(code: number): void {
    this.closed ??= code;
  }
  says(text: string): void {
    this.listener.onFrame({ data: Buffer.from(text), binary: false });
  }
}

function begin() {
  const client = new Side(), vendor = new Side();
  const charges: PromiseWithResolvers<void>[] = [];
  const money = {
    sellsTime: false, end: () => undefined, renew: () => Promise.resolve(),
    charge: () => (charges.push(Promise.withResolvers<void>()), charges.at(-1)!.promise),
  } as unknown as SessionMoney;
  const state = { wheel: createTimerWheel(() => performance.now()), clock: { monotonic: () => performance.now(), now: () => 0 }, log: createLog({ level: "silent", format: "json" }) } as unknown as RelayState;
  const session = new RealtimeSession({
    state, context: { idText: "req_1" } as unknown as RequestContext, client, vendor, money,
    rule: { isOwnModel: () => true, writesDown: false, transcriber: () => undefined }, names: { transcriber: () => undefined }, kind: "conversation", welcomed: false, words: new VendorWords({} as never, []),
  });
  const over = session.run();
  return { client, vendor, charges, session, over, end: () => state.wheel.close() };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("a conversation", () => {
  test("a side that is full stops the other until it has drained", () => {
    const { client, vendor, end } = begin();
    client.full = true;
    vendor.says('{"type":"rate_limits.updated"}');
    expect([vendor.paused, client.paused]).toEqual([true, false]);
    client.listener.onDrain();
    expect(vendor.paused).toBe(false);
    vendor.full = true;
    client.says('{"type":"input_audio_buffer.append","audio":"AAAA"}');
    expect([vendor.paused, client.paused]).toEqual([false, true]);
    vendor.listener.onDrain();
    expect(client.paused).toBe(false);
    end();
  });

  test("what comes behind an answer waits, in its order, until the charge is durable; the client goes on meanwhile", async () => {
    const { client, vendor, charges, end } = begin();
    vendor.says('{"type":"response.done","response":{"id":"a","status":"completed"}}');
    for (const text of ['{"type":"one"}', '{"type":"response.done","response":{"id":"b","status":"completed"}}', '{"type":"two"}']) vendor.says(text);
    client.says('{"type":"input_audio_buffer.append","audio":"AAAA"}');
    expect([vendor.paused, client.sent, vendor.sent.length]).toEqual([true, [], 1]);
    client.listener.onDrain();
    expect(vendor.paused).toBe(true); // it waits for more than room
    charges[0]!.resolve();
    await settle();
    expect(client.sent.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual(["response.done", "one"]);
    charges[1]!.resolve();
    await settle();
    expect(client.sent.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual(["response.done", "one", "response.done", "two"]);
    expect(vendor.paused).toBe(false);
    end();
  });

  test("a vendor that closes while a charge is written is lost afterwards, and no answer with it", async () => {
    const { client, vendor, charges, over, end } = begin();
    vendor.says('{"type":"response.done","response":{"id":"a","status":"completed"}}');
    vendor.listener.onClose(1006, "");
    expect(client.closed).toBeUndefined();
    charges[0]!.resolve();
    await over;
    expect(client.closed).toBe(1011);
    expect(client.sent.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual(["response.done", "error"]);
    end();
  });

  test("a charge that cannot be written ends it", async () => {
    const { client, vendor, charges, over, end } = begin();
    vendor.says('{"type":"response.done","response":{"id":"a","status":"completed"}}');
    charges[0]!.reject(new Error("the disk is full"));
    await over;
    expect([client.closed, vendor.closed]).toEqual([1011, 1000]);
    expect(client.sent.map((text) => (JSON.parse(text) as { type: string }).type)).toEqual(["error"]);
    end();
  });
});

class Wire extends EventEmitter {
  bufferedAmount = 0;
  binaryType = "";
  closedWith: unknown[] = [];
  done: (() => void)[] = [];
  send(data: Buffer, _options: object, sent: () => void): void {
    this.bufferedAmount += data.length;
    this.done.push(sent);
  }
  resume(): void {
    this.emit("resumed");
  }
  terminate(): void {
    this.emit("close", 1006, Buffer.alloc(0));
  }
  close(...args: unknown[]): void {
    this.closedWith = args;
  }
}

describe("a socket", () => {
  const open = () => {
    const wire = new Wire(), heard: string[] = [];
    const socket = wrapSocket(wire as unknown as WebSocket);
    const listen = () => socket.listen({ onFrame: ({ data }) => heard.push(data.toString()), onClose: (code) => heard.push(`closed ${code}`), onDrain: () => heard.push("room") });
    return { wire, socket, heard, listen };
  };
  const frame = (bytes: number): Frame => ({ data: Buffer.alloc(bytes), binary: true });

  test("is full above a megabyte, and says once when there is room", () => {
    const { wire, socket, heard, listen } = open();
    listen();
    expect([socket.send(frame(1_000_000)), socket.send(frame(100_000)), socket.send(frame(1))]).toEqual([true, false, false]);
    wire.bufferedAmount = 300_000;
    wire.done[0]!();
    expect(heard).toEqual([]);
    wire.bufferedAmount = 0;
    wire.done[1]!();
    wire.done[2]!();
    expect(heard).toEqual(["room"]);
    expect(socket.send(frame(1))).toBe(true);
  });

  test("keeps what came before anybody listened, the end too", () => {
    const { wire, heard, listen } = open();
    wire.emit("message", Buffer.from("first"), false);
    wire.emit("error", new Error("reset"));
    wire.emit("close", 1006, Buffer.alloc(0));
    listen();
    expect(heard).toEqual(["first", "closed 1006"]);
  });

  test("closes once, with a code that may be sent, and sends nothing more", () => {
    const { wire, socket, listen } = open();
    listen();
    socket.close(1006, "x".repeat(200));
    socket.close(1000, "");
    expect(wire.closedWith).toEqual([1011, "x".repeat(123)]);
    expect(socket.send(frame(1))).toBe(true);
    expect(wire.done).toEqual([]);
    wire.terminate();
  });
});
