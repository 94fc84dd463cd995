import { describe, expect, test } from "vitest";
import { aggregate } from "#relay/canonical/aggregate.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import { brokenRule } from "#relay/canonical/validate.ts";
import { upstreamCodecs } from "#relay/dialects/codecs.ts";
import { GrowingText } from "#relay/dialects/stream-kit/growing-text.ts";
import { providers } from "#relay/providers/index.ts";
import { seededRandom } from "../../../support/random.ts";

const told = (...texts: readonly string[]): readonly string[] => {
  const growing = new GrowingText();
  return [...texts.map((text) => growing.take(text)), growing.settle()];
};
/** The text so far after each piece. */
const soFar = (pieces: readonly string[]): readonly string[] => pieces.map((_, at) => pieces.slice(0, at + 1).join(""));

/** Texts of words and numbers, of two scripts and of nearly nothing but repetition, cut at random. */
function piecesOf(random: () => number): readonly string[] {
  const words = [["one", "two ", " 三", "，", "\n", "四五", "😀", "the"], ["ha", "a", "h"], ["-", "--", "----"], ["1", "10", "100"], ["Hello there\n", "Hello"]][Math.floor(random() * 5)]!;
  return Array.from({ length: 1 + Math.floor(random() * 20) }, () => words[Math.floor(random() * words.length)]!);
}

describe("one text of a stream", () => {
  test("pieces pass one by one", () => {
    expect(told("Hel", "lo ", "", "there", "there")).toEqual(["Hel", "lo ", "", "there", "there", ""]);
    expect(told("", "", "Hi", " you")).toEqual(["", "", "Hi", " you", ""]);
  });

  test("a piece that begins as the first did waits for the next", () => {
    expect(told("ha", "ha", "ha!", "")).toEqual(["ha", "", "", "haha!", ""]);
    expect(told("1", "10", " apples")).toEqual(["1", "", "10 apples", ""]);
    expect(told("----", "----", "------", "------", "\ntitle")).toEqual(["----", "", "", "", "----------------\ntitle", ""]);
  });

  test("a text told whole again gives what is new of it", () => {
    expect(told("The", "The sun", "The sun is", "The sun is up", "The sun is up", "The sun is up.")).toEqual(["The", "", " sun is", " up", "", ".", ""]);
    expect(told("Yes", "Yes")).toEqual(["Yes", "", ""]);
    expect(told("Yes", "Yes, b")).toEqual(["Yes", "", ", b"]);
  });

  test("a text that was changed goes on where it differs", () => {
    expect(told("The", "The sun", "The sun is", "The sun is red", "The sun is reddish-blue", "The sun is rising", "The sun is rising.", "The sun").slice(-6)).toEqual([" red", "dish-blue", "ising", ".", "", ""]);
  });

  test("5,000 texts, in pieces and whole again: every letter once, and nothing told too early", () => {
    const random = seededRandom(20_261_122);
    for (let run = 0; run < 5_000; run++) {
      const pieces = piecesOf(random), text = pieces.join("");
      const whole = told(...soFar(pieces), text).join("");
      expect(whole).toBe(text);
      // As pieces, the last says nothing but that it is the last.
      expect(told(...pieces, "").join("")).toBe(text);
    }
  });

  test("arguments of a tool are known by the first repetition, spaces in front included", () => {
    const args = new GrowingText(true);
    expect(["", "{", '{"a"', '{"a": {', '{"a": {"b": 1}}'].map((text) => args.take(text))).toEqual(["", "{", '"a"', ": {", '"b": 1}}']);
    const spaced = new GrowingText(true);
    expect([" ", '{"a', '": 1}', ""].map((text) => spaced.take(text)).join("")).toBe(' {"a": 1}');
  });
});

type Said = Readonly<{ reasoning_content?: string; content?: string; tool_calls?: readonly object[] }>;

function heard(protocol: "dashscope-native" | "zhipu-v3", stream: string, cuts: readonly number[]): readonly CanonicalEvent[] {
  const decoder = upstreamCodecs[protocol]!.streamDecoder({ flags: providers.get(protocol)!.flags }), bytes = Buffer.from(stream);
  const events: CanonicalEvent[] = [];
  for (const [at, cut] of [...cuts, bytes.length].entries()) events.push(...decoder.push(bytes.subarray(at === 0 ? 0 : cuts[at - 1]!, cut)));
  events.push(...decoder.end());
  expect(brokenRule(events)).toBeUndefined();
  return events;
}

/** Whole, and in two at every byte. */
function everyCut(protocol: "dashscope-native" | "zhipu-v3", stream: string): readonly CanonicalEvent[] {
  const whole = heard(protocol, stream, []);
  for (let at = 1; at < Buffer.byteLength(stream); at++) expect(heard(protocol, stream, [at])).toEqual(whole);
  return whole;
}

const sums = (events: readonly CanonicalEvent[]) => aggregate(events).candidates[0]!.blocks.map((block) =>
  (block.type === "tool" ? [block.type, block.name, block.arguments] : block.type === "text" || block.type === "reasoning" ? [block.type, block.text] : [block.type]));

describe("DashScope's own interface", () => {
  const event = (message: Said, finish_reason = "null"): string =>
    `id:1\nevent:result\n:HTTP_STATUS/200\ndata:${JSON.stringify({ request_id: "q", output: { choices: [{ message: { role: "assistant", content: "", ...message }, finish_reason }] }, usage: { input_tokens: 5, output_tokens: 9, total_tokens: 14 } })}\n\n`;
  const call = (index: number, id: string, name: string, args: string): object => ({ index, id, type: "function", function: { name, arguments: args } });
  const thoughts = soFar(["好", "的，", "the user ", "asks"]), texts = soFar(["根据", "当前", "的时间", "，我", "查一下 😀"]);
  const [thought, text] = [thoughts.at(-1)!, texts.at(-1)!];

  test.each<[string, string]>([
    ["thoughts repeated beside the text", thoughts.map((reasoning_content) => event({ reasoning_content })).join("") + texts.map((content) => event({ reasoning_content: thought, content })).join("") + event({ reasoning_content: thought, content: text }, "stop")],
    ["thoughts in pieces, the text whole again", ["好", "的，", "the user ", "asks"].map((reasoning_content) => event({ reasoning_content })).join("") + texts.map((content) => event({ content })).join("") + event({ content: text }, "stop")],
    ["both in pieces", ["好", "的，", "the user ", "asks"].map((reasoning_content) => event({ reasoning_content })).join("") + ["根据", "当前", "的时间", "，我", "查一下 😀"].map((content) => event({ content })).join("") + event({}, "stop")],
  ])("%s, cut at every byte", (_, stream) => {
    expect(sums(everyCut("dashscope-native", stream))).toEqual([["reasoning", thought], ["text", text]]);
  });

  test("calls whole again in each event, the last event with all of them", () => {
    const first = soFar(['{"city', '": "Bern', '"}']), second = soFar(["{", '"city": "Bern"}']);
    const stream = event({ content: "I look" }) + event({ content: "I look it up" })
      + first.map((args) => event({ content: "I look it up", tool_calls: [call(0, "c1", "weather", args)] })).join("")
      + second.map((args) => event({ content: "I look it up", tool_calls: [call(0, "c1", "weather", first.at(-1)!), call(1, "c2", "weather", args)] })).join("")
      + event({ content: "I look it up", tool_calls: [call(0, "c1", "weather", first.at(-1)!), call(1, "c2", "weather", second.at(-1)!)] }, "tool_calls");
    expect(sums(everyCut("dashscope-native", stream))).toEqual([["text", "I look it up"], ["tool", "weather", '{"city": "Bern"}'], ["tool", "weather", '{"city": "Bern"}']]);
  });

  test("two calls of the same arguments under one number are two", () => {
    const stream = event({ tool_calls: [call(0, "c1", "weather", '{"city": "Bern"}')] }) + event({ tool_calls: [call(0, "c2", "weather", '{"city": "Bern"}')] }, "tool_calls");
    expect(sums(everyCut("dashscope-native", stream))).toEqual([["tool", "weather", '{"city": "Bern"}'], ["tool", "weather", '{"city": "Bern"}']]);
  });

  test("a stream that breaks off, or fails, owes nothing", () => {
    expect(sums(everyCut("dashscope-native", event({ content: "1" }) + event({ content: "10" })))).toEqual([["text", "10"]]);
    const failed = heard("dashscope-native", `${event({ content: "1" })}${event({ content: "10" })}event:error\ndata:{"code":"InternalError","message":"no"}\n\n`, []);
    expect(failed.flatMap((one) => (one.type === "text-delta" ? [one.text] : []))).toEqual(["1", "0"]);
    expect(failed.at(-1)).toMatchObject({ type: "error", error: { code: "InternalError" } });
  });

  test("500 answers of three kinds, however they are cut", () => {
    const random = seededRandom(7);
    for (let run = 0; run < 500; run++) {
      const said = piecesOf(random), whole = run % 2 === 0;
      const stream = (whole ? soFar(said) : said).map((content) => event({ content })).join("") + event(whole ? { content: said.join("") } : {}, "stop");
      const cuts = Array.from({ length: 5 }, () => Math.floor(random() * Buffer.byteLength(stream))).sort((a, b) => a - b);
      expect(sums(heard("dashscope-native", stream, cuts)), JSON.stringify(said)).toEqual([["text", said.join("")]]);
    }
  });
});

describe("DashScope in OpenAI's form", () => {
  const options = { flags: providers.get("dashscope")!.flags };
  const chunk = (delta: object, finish_reason: string | null = null, index = 0): string => `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "qwen", choices: [{ index, delta, finish_reason }] })}\n\n`;
  const read = (stream: string, cut = Buffer.byteLength(stream), flags = options): readonly CanonicalEvent[] => {
    const decoder = upstreamCodecs["openai-chat"]!.streamDecoder(flags), bytes = Buffer.from(stream);
    const events = [...decoder.push(bytes.subarray(0, cut)), ...decoder.push(bytes.subarray(cut)), ...decoder.end()];
    return events;
  };
  const texts = soFar(["根据", "当前", "的时间", "，我", "查一下 😀"]);

  test("text and thoughts whole again in each chunk, cut at every byte", () => {
    const stream = chunk({ role: "assistant", content: null, reasoning_content: "" }) + soFar(["Hm", ", let me", " see"]).map((reasoning_content) => chunk({ content: null, reasoning_content })).join("")
      + texts.map((content) => chunk({ content })).join("") + chunk({ content: texts.at(-1)! }, "stop") + "data: [DONE]\n\n";
    const whole = read(stream);
    expect(brokenRule(whole)).toBeUndefined();
    expect(sums(whole)).toEqual([["reasoning", "Hm, let me see"], ["text", texts.at(-1)]]);
    for (let at = 1; at < Buffer.byteLength(stream); at++) expect(read(stream, at)).toEqual(whole);
  });

  test("two answers at once, each by itself; what was held back comes with the end, an error or a break", () => {
    const begun = chunk({ content: "1" }) + chunk({ content: "a" }, null, 1) + chunk({ content: "10" }) + chunk({ content: "ab" }, null, 1);
    const said = (events: readonly CanonicalEvent[]): string => events.flatMap((event) => (event.type === "text-delta" ? [event.text] : [])).join(" ");
    for (const end of ["data: [DONE]\n\n", 'data: {"error":{"message":"no"}}\n\n', ""]) expect(said(read(begun + end))).toBe("1 a 0 b");
  });

  test("others are taken at their word", () => {
    const stream = texts.map((content) => chunk({ content })).join("") + chunk({}, "stop");
    expect(sums(read(stream, undefined, { flags: providers.get("openai")!.flags }))).toEqual([["text", texts.join("")]]);
  });
});

test("ChatGLM that was asked for pieces and sends all", () => {
  const events = soFar(["Hello", " there", ",", " friend"]).map((said) => `event:add\nid:1\ndata:${said}\n\n`).join("");
  expect(sums(everyCut("zhipu-v3", `${events}event:finish\nid:1\ndata:Hello there, friend\nmeta:{"usage":{"total_tokens":7}}\n\n`))).toEqual([["text", "Hello there, friend"]]);
});
