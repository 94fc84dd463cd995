import { expect, test } from "vitest";
import { readChatStream, readLine } from "#ui/playground/chat-stream.ts";
import { EMPTY_REPLY, NO_PARAMETERS, requestBody, requestCode } from "#ui/playground/conversation.ts";

test.each([
  ['data: {"choices":[{"delta":{"content":"a"}}]}', { text: "a", reasoning: "" }],
  ['data: {"choices":[{"delta":{"reasoning_content":"why"}}]}', { text: "", reasoning: "why" }],
  ["data: [DONE]", undefined], [": cost-nano-usd=5", undefined], ["data: {broken", undefined], ['data: {"choices":[]}', undefined], ["", undefined],
])("%s", (line, delta) => {
  expect(readLine(line)).toEqual(delta);
});

test("an error in mid-stream is thrown with the relay's words", () => {
  expect(() => readLine('data: {"error":{"message":"credit ran out"}}')).toThrow("credit ran out");
});

test("text arrives whole however the bytes are cut", async () => {
  const bytes = new TextEncoder().encode('data: {"choices":[{"delta":{"content":"灯"}}]}\r\n\r\ndata: {"choices":[{"delta":{"content":"笼"}}]}\n\ndata: [DONE]\n\n');
  for (let cut = 1; cut < bytes.length; cut += 7) {
    let text = "";
    await readChatStream(new Blob([bytes.slice(0, cut), bytes.slice(cut)]).stream(), (delta) => { text += delta.text; });
    expect(text).toBe("灯笼");
  }
});

test("E-52: the code is exactly the request that was sent", () => {
  const turns = [{ role: "user" as const, text: "it's \"here\"" }, { ...EMPTY_REPLY, text: "yes", state: "done" as const }, { ...EMPTY_REPLY, state: "failed" as const }, { role: "user" as const, text: "and?" }];
  const body = requestBody("m", turns, { ...NO_PARAMETERS, system: "be short", temperature: 0.5 });
  expect(body).toEqual({
    model: "m", temperature: 0.5, stream: true,
    messages: [{ role: "system", content: "be short" }, { role: "user", content: "it's \"here\"" }, { role: "assistant", content: "yes" }, { role: "user", content: "and?" }],
  });
  const curl = requestCode("https://shop.example", body).find(({ name }) => name === "curl")!.code;
  const { stream: _stream, ...sent } = body;
  expect(JSON.parse(/-d '([\s\S]*)'$/.exec(curl)![1]!.replaceAll("'\\''", "'"))).toEqual(sent);
});
