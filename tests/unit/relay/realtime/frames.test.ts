import { describe, expect, test } from "vitest";
import { RelayError } from "#relay/errors.ts";
import { readClientFrame, type ClientRule } from "#relay/realtime/client-frames.ts";
import { closingReason, sendableCode, type Frame } from "#relay/realtime/frame-socket.ts";
import { publicSession, sessionFacts } from "#relay/realtime/session-facts.ts";
import { readVendorFrame } from "#relay/realtime/vendor-frames.ts";

const rule: ClientRule = { writesDown: false, isOwnModel: (name) => name === "talker", transcriber: (name) => (name === "writer" ? "up-writer" : undefined) };
const frame = (text: string): Frame => ({ data: Buffer.from(text), binary: false });
const passed = (text: string): unknown => {
  const read = readClientFrame(frame(text), rule);
  return "pass" in read ? JSON.parse(read.pass.data.toString()) : read.refused.code;
};

describe("a client's frames", () => {
  test.each([
    ["sound", '{"type":"input_audio_buffer.append","audio":"AAAA"}'],
    ["text with escapes", '{"type":"conversation.item.create","item":{"content":[{"text":"a\\nb"}]}}'],
    ["a text that speaks of changes", '{"type":"conversation.item.create","item":{"content":[{"text":"session.update"}]}}'],
    ["what is no JSON", '{"type":"session.update",'],
    ["what is no object", '["session.update"]'],
    ["nothing", ""],
  ])("%s passes as the same bytes", (_what, text) => {
    const given = frame(text);
    expect(readClientFrame(given, rule)).toEqual({ pass: given });
    expect((readClientFrame(given, rule) as { pass: Frame }).pass).toBe(given);
  });

  test("binary ones pass, whatever they hold", () => {
    const given: Frame = { data: Buffer.from('{"type":"session.update","session":{"model":"other"}}'), binary: true };
    expect(readClientFrame(given, rule)).toEqual({ pass: given });
  });

  test.each([
    ["plain", '{"type":"session.update","session":{"model":"other"}}'],
    ["escaped letters", '{"\\u0074ype":"session.\\u0075pdate","session":{"\\u006dodel":"other"}}'],
    ["no text", '{"type":"session.update","session":{"model":null}}'],
    ["the older name of the event", '{"type":"transcription_session.update","session":{"model":"other"}}'],
    ["a type said twice", '{"type":"input_audio_buffer.append","type":"session.update","session":{"model":"other"}}'],
  ])("another model is refused: %s", (_how, text) => {
    expect(passed(text)).toBe("unsupported_parameter");
  });

  test("a change of the session is written anew, its model left to the address", () => {
    expect(passed('{"type":"session.update","session":{"model":"dear"},"session":{"model":"talker","voice":"marin"}}')).toEqual({ type: "session.update", session: { voice: "marin" } });
    expect(passed('{"type":"session.update"}')).toEqual({ type: "session.update" });
  });

  test("who writes down what was said is called by the vendor's name, in both forms, or is refused", () => {
    const nested = (model: unknown) => JSON.stringify({ type: "session.update", session: { audio: { input: { transcription: { model, language: "en" }, format: { type: "audio/pcm" } }, output: { voice: "marin" } } } });
    expect(passed(nested("writer"))).toEqual(JSON.parse(nested("up-writer")));
    expect(passed(nested("stranger"))).toBe("model_not_found");
    const flat = (model: string) => JSON.stringify({ type: "session.update", session: { input_audio_transcription: { model } } });
    expect(passed(flat("writer"))).toEqual(JSON.parse(flat("up-writer")));
    expect(passed(flat("stranger"))).toBe("model_not_found");
    expect(passed('{"type":"session.update","session":{"audio":{"input":{"transcription":null}}}}')).toEqual({ type: "session.update", session: { audio: { input: { transcription: null } } } });
  });

  test("a refusal names the event", () => {
    const read = readClientFrame(frame('{"type":"session.update","event_id":"mine","session":{"model":"other"}}'), rule);
    expect(read).toMatchObject({ refused: expect.any(RelayError) as RelayError, eventId: "mine" });
  });
});

describe("a vendor's frames", () => {
  const read = (event: object) => readVendorFrame(frame(JSON.stringify(event)));

  test("pieces of sound are measured without being read, pieces of text by their bytes", () => {
    const sound = Buffer.alloc(4_800, 1).toString("base64");
    expect(read({ type: "response.output_audio.delta", response_id: "r", delta: sound, content_index: 0 })).toEqual({ kind: "delta", audioBytes: 4_800, textBytes: 0 });
    expect(read({ event_id: "e", type: "response.audio.delta", delta: sound })).toEqual({ kind: "delta", audioBytes: 4_800, textBytes: 0 });
    expect(read({ type: "response.output_text.delta", delta: "déjà" })).toEqual({ kind: "delta", audioBytes: 0, textBytes: 6 });
    expect(read({ type: "response.function_call_arguments.delta", delta: "{}" })).toMatchObject({ textBytes: 2 });
    expect(readVendorFrame(frame('{"type":"response.output_audio.delta","delta":'))).toEqual({ kind: "delta", audioBytes: 0, textBytes: 0 });
  });

  test("what matters is found wherever its type stands", () => {
    expect(read({ session: { model: "m", turn_detection: { type: "server_vad" }, instructions: "x".repeat(500) }, event_id: "e", type: "session.updated" })).toMatchObject({ kind: "session", session: { model: "m" } });
    expect(read({ type: "response.done", response: { id: "r" } })).toEqual({ kind: "done", response: { id: "r" } });
    expect(read({ type: "response.created", response: { id: "r" } })).toEqual({ kind: "begun", responseId: "r" });
    expect(read({ type: "conversation.item.input_audio_transcription.completed", item_id: "i", content_index: 1, usage: { seconds: 1 } })).toEqual({ kind: "transcribed", key: "i 1", usage: { seconds: 1 }, textBytes: 0 });
    expect(read({ type: "error", error: { message: "m" } })).toMatchObject({ kind: "error", error: { message: "m" } });
  });

  test.each([
    ["a text about it", { type: "conversation.item.added", item: { content: [{ text: "response.done" }] } }],
    ["a delta's end", { type: "response.output_text.done", text: "session.updated" }],
    ["anything else", { type: "rate_limits.updated", rate_limits: [] }],
  ])("%s is nothing of interest", (_what, event) => {
    expect(read(event)).toEqual({ kind: "other" });
  });

  test("what only matters where all that is done is writing down", () => {
    expect(read({ type: "input_audio_buffer.committed", item_id: "i" })).toEqual({ kind: "committed" });
    expect(read({ type: "conversation.item.input_audio_transcription.delta", item_id: "i", delta: "Grüß" })).toEqual({ kind: "written", textBytes: 6 });
    expect(sessionFacts({ audio: { input: { format: { type: "audio/pcmu" } } } }).heardBytesPerMs).toBe(8);
    expect(sessionFacts({ input_audio_format: "pcm16" }).heardBytesPerMs).toBe(48);
    const only: ClientRule = { ...rule, writesDown: true };
    expect(readClientFrame(frame('{"type":"session.update","session":{"type":"realtime"}}'), only)).toMatchObject({ refused: { options: { param: "session.type" } } });
    expect(readClientFrame(frame('{"type":"session.update","session":{"type":"transcription"}}'), only)).toHaveProperty("pass");
  });

  test("binary frames and broken ones pass unread", () => {
    expect(readVendorFrame({ data: Buffer.from('{"type":"response.done"}'), binary: true })).toEqual({ kind: "other" });
    expect(readVendorFrame(frame('{"type":"response.done",'))).toEqual({ kind: "other" });
  });
});

describe("a session", () => {
  test("is seen by the names that are sold; nothing else of it changes", () => {
    const names = { model: "talker", transcriber: (upstream: string) => (upstream === "up-writer" ? "writer" : undefined) };
    const session = { id: "s", model: "up-talker", audio: { input: { transcription: { model: "up-writer", language: null } }, output: { voice: "marin" } } };
    expect(publicSession(session, names)).toEqual({ ...session, model: "talker", audio: { input: { transcription: { model: "writer", language: null } }, output: { voice: "marin" } } });
    expect(publicSession({ model: "up-talker", input_audio_transcription: { model: "up-writer" } }, names)).toEqual({ model: "talker", input_audio_transcription: { model: "writer" } });
    const same = { model: "talker", audio: { input: { transcription: { model: "unknown" } } } };
    expect(publicSession(same, names)).toBe(same);
    expect(publicSession(session, { transcriber: () => undefined })).toBe(session);
  });

  test("says how much sound is a token", () => {
    expect(sessionFacts({ audio: { output: { format: { type: "audio/pcmu" } } } }).audioBytesPerToken).toBe(400);
    expect(sessionFacts({ output_audio_format: "g711_alaw" }).audioBytesPerToken).toBe(400);
    expect(sessionFacts({ output_audio_format: "pcm16" }).audioBytesPerToken).toBe(2_400);
  });
});

describe("closing", () => {
  test("codes that may not be sent become an error of the server's", () => {
    expect([1000, 1001, 1005, 1006, 1011, 1012, 1015, 2000, 4402, 5000].map(sendableCode)).toEqual([1000, 1001, 1011, 1011, 1011, 1012, 1011, 1011, 4402, 1011]);
  });

  test("a reason fits into its frame, no letter cut in two", () => {
    expect(closingReason("short")).toBe("short");
    expect(Buffer.byteLength(closingReason("好".repeat(200)))).toBeLessThanOrEqual(123);
    expect(closingReason("😀".repeat(61) + "😀").isWellFormed()).toBe(true);
  });
});
