import { expect, test } from "vitest";
import type { Operation } from "#relay/dialects/dialect.ts";
import { RelayError } from "#relay/errors.ts";
import { scanRequest, type ScannedRequest } from "#relay/http/body/scan.ts";
import { seededRandom } from "../../../../support/random.ts";

const scan = (text: string, operation: Operation = "chat"): ScannedRequest => scanRequest(Buffer.from(text), operation);
const chat = (fields: string): string => `{"model":"m","messages":[{"role":"user","content":"hi"}]${fields === "" ? "" : `,${fields}`}}`;

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RelayError) return `${error.status} ${error.code}${error.options.param ? ` ${error.options.param}` : ""}`;
    throw error;
  }
  return "accepted";
}

test("reads what must be known before a chat request is forwarded", () => {
  const text = `  {"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"max_tokens":100,"max_completion_tokens":200,
    "n":3,"messages":[{"role":"system","content":"ab"},{"role":"user","content":[{"type":"text","text":"é你"},
    {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],"tools":[{"type":"function","function":{"name":"f"}}],"foo":{"b":[1]}} \n`;
  const scanned = scan(text);
  expect(scanned).toMatchObject({
    model: "gpt-4o", stream: true, includeUsage: true, maxTokens: 200, candidates: 3, messages: 2, tools: true, images: 1, audio: false, cjkChars: 1,
  });
  const tools = `[{"type":"function","function":{"name":"f"}}]`;
  expect(scanned.textBytes).toBe("system".length + 2 + "user".length + "text".length + 5 + "image_url".length + tools.length);
  const [start, end] = scanned.ranges.get("tools")!;
  expect(Buffer.from(text).toString("utf8", start, end)).toBe(tools);
});

test.each([
  ["audio part", `{"type":"input_audio","input_audio":{"data":"AAAA"}}`, { audio: true, images: 0, documents: false }],
  ["file part", `{"type":"file","file":{"file_data":"AAAA"}}`, { audio: false, images: 0, documents: true }],
  ["image named with an escape", `{"type":"image_url","\\u0069mage_url":{"url":"x"}}`, { audio: false, images: 1, documents: false }],
])("notes a %s", (_name, part, expected) => {
  expect(scan(`{"model":"m","messages":[{"role":"user","content":[${part}]}]}`)).toMatchObject(expected);
});

test("counts escaped text by its decoded bytes", () => {
  expect(scan(`{"model":"m","input":"\\u4f60\\n\\ud83d\\ude00é"}`, "embeddings")).toMatchObject({ textBytes: 3 + 1 + 4 + 2, cjkChars: 1 });
});

test("token arrays count four bytes a token", () => {
  expect(scan(`{"model":"m","input":[[1,22,333],[4]]}`, "embeddings").textBytes).toBe(16);
});

test("a model in the address wins and need not stand in the body", () => {
  expect(scanRequest(Buffer.from(`{"input":"x"}`), "embeddings", "dep").model).toBe("dep");
  expect(scanRequest(Buffer.from(`{"model":"other","input":"x"}`), "embeddings", "dep").model).toBe("dep");
});

test("an escaped key is the key, and a nested one is not", () => {
  expect(scan(`{"mod\\u0065l":"a","metadata":{"model":"b"},"messages":[{}]}`).model).toBe("a");
});

test("best_of is paid for like n", () => {
  expect(scan(`{"model":"m","prompt":"x","n":2,"best_of":5}`, "completions").candidates).toBe(5);
});

test.each([
  ["no JSON", "hello", "400 invalid_json"],
  ["empty", "", "400 invalid_json"],
  ["an array", "[]", "400 invalid_json"],
  ["a trailing comma", chat(`"a":1,`), "400 invalid_json"],
  ["two documents", `${chat("")}{}`, "400 invalid_json"],
  ["a byte order mark", `\uFEFF${chat("")}`, "400 invalid_json"],
  ["model twice", chat(`"model":"b"`), "400 invalid_json"],
  ["model twice, once escaped", chat(`"mod\\u0065l":"b"`), "400 invalid_json"],
  ["max_tokens twice", chat(`"max_tokens":1,"max_tokens":2`), "400 invalid_json"],
  ["an unjudged key twice", chat(`"foo":1,"foo":2`), "accepted"],
  ["nesting of 64", chat(`"foo":${"[".repeat(63)}${"]".repeat(63)}`), "accepted"],
  ["nesting of 65", chat(`"foo":${"[".repeat(64)}${"]".repeat(64)}`), "400 invalid_json"],
  ["too many elements", chat(`"foo":[${"0,".repeat(200_000)}0]`), "400 invalid_json"],
  ["no model", `{"messages":[{}]}`, "400 missing_required_parameter model"],
  ["model null", `{"model":null,"messages":[{}]}`, "400 missing_required_parameter model"],
  ["model a number", `{"model":5,"messages":[{}]}`, "400 invalid_value model"],
  ["model empty", `{"model":"","messages":[{}]}`, "400 invalid_value model"],
  ["no messages", `{"model":"m"}`, "400 missing_required_parameter messages"],
  ["messages a string", `{"model":"m","messages":"hi"}`, "400 invalid_value messages"],
  ["messages empty", `{"model":"m","messages":[]}`, "400 invalid_value messages"],
  ["stream a string", chat(`"stream":"yes"`), "400 invalid_value stream"],
  ["stream null", chat(`"stream":null`), "accepted"],
  ["stream_options a list", chat(`"stream_options":[]`), "400 invalid_value stream_options"],
  ["max_tokens negative", chat(`"max_tokens":-1`), "400 invalid_value max_tokens"],
  ["max_tokens a fraction", chat(`"max_tokens":1.5`), "400 invalid_value max_tokens"],
  ["max_tokens beyond integers", chat(`"max_tokens":1e300`), "400 invalid_value max_tokens"],
  ["max_tokens a string", chat(`"max_tokens":"5"`), "400 invalid_value max_tokens"],
  ["n absurd", chat(`"n":1000000`), "400 invalid_value n"],
  ["tools an object", chat(`"tools":{}`), "400 invalid_value tools"],
  ["__proto__ as data", chat(`"__proto__":{"x":1}`), "accepted"],
])("%s", (_name, text, expected) => {
  expect(refusal(() => scan(text))).toBe(expected);
});

test.each([
  ["embeddings", `{"model":"m"}`, "400 missing_required_parameter input"],
  ["embeddings", `{"model":"m","input":5}`, "400 invalid_value input"],
  ["completions", `{"model":"m"}`, "400 missing_required_parameter prompt"],
] as const)("%s %s", (operation, text, expected) => {
  expect(refusal(() => scan(text, operation))).toBe(expected);
});

test("invalid UTF-8 is refused", () => {
  const body = Buffer.concat([Buffer.from(`{"model":"m","messages":["`), Buffer.from([0xc3, 0x28]), Buffer.from(`"]}`)]);
  expect(refusal(() => scanRequest(body, "chat"))).toBe("400 invalid_json");
});

/** A random JSON text, with blanks, escapes and numbers of all forms. */
function randomJson(random: () => number, depth: number): string {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!;
  const blank = (): string => pick(["", "", "", " ", "\n\t", "\r\n"]);
  const string = (): string => `"${Array.from({ length: Math.floor(random() * 6) }, () => pick(["a", "é", "你", "😀", "\\n", "\\u00e9", "\\ud800", "\\\"", "\\/", "{", ","])).join("")}"`;
  const kind = depth > 4 ? Math.floor(random() * 4) : Math.floor(random() * 6);
  if (kind === 0) return string();
  if (kind === 1) return pick(["0", "-0", "12", "-3.5", "1e9", "2E-3", "0.25e+2", "9007199254740993"]);
  if (kind <= 3) return pick(["true", "false", "null"]);
  const size = Math.floor(random() * 4);
  if (kind === 4) return `[${blank()}${Array.from({ length: size }, () => randomJson(random, depth + 1)).join(`${blank()},${blank()}`)}${blank()}]`;
  return `{${blank()}${Array.from({ length: size }, () => `${string()}${blank()}:${blank()}${randomJson(random, depth + 1)}`).join(`${blank()},${blank()}`)}${blank()}}`;
}

/** Breaks a text at one place, or leaves it. */
function mutate(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  const junk = ["", "}", "]", ",", "\"", "\\", "0", "-", ".", "e", "\u0001", "tru", " ", ":", "\\u12"][Math.floor(random() * 15)]!;
  const cut = Math.floor(random() * 3);
  return random() < 0.3 ? text : text.slice(0, at) + junk + text.slice(at + cut);
}

test("accepts and refuses as JSON.parse does, over 10,000 documents", () => {
  const random = seededRandom(7);
  for (let round = 0; round < 10_000; round++) {
    const foo = mutate(randomJson(random, 0), random);
    const text = `{"model":"m","messages":[{"content":${mutate(randomJson(random, 2), random)}}],"foo":${foo}}`;
    let parsed: { model?: unknown; messages?: unknown } | undefined;
    try {
      parsed = JSON.parse(text) as object;
    } catch {
      parsed = undefined;
    }
    const outcome = refusal(() => scan(text));
    // A mutation may add judged members or take `messages` apart: then it is JSON, and refused for its values.
    const isJson = outcome !== "400 invalid_json";
    if (isJson !== (parsed !== undefined)) expect({ text, outcome }).toEqual({ text, outcome: parsed ? "accepted" : "400 invalid_json" });
    if (outcome === "accepted") expect(scan(text).model).toBe(parsed!.model);
  }
});
