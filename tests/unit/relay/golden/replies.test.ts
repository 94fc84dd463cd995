import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { ReplyOptions } from "#relay/canonical/codec.ts";
import type { CanonicalEvent } from "#relay/canonical/events.ts";
import type { JsonObject } from "#relay/canonical/request.ts";
import { clientCodecs } from "#relay/dialects/codecs.ts";
import { readChecks, type Check } from "../../../support/json-schema.ts";
import { openResponsesFaults } from "../../../support/open-responses.ts";
import { sharedDir } from "../../../support/shared.ts";
import { answers, eventsOf } from "./recorded.ts";

type Dialect = "openai-chat" | "openai-responses" | "anthropic" | "gemini";
type Sent = JsonObject & Readonly<{ type?: string }>;

const ASKED: Readonly<Record<Dialect, JsonObject>> = {
  "openai-chat": { model: "shop", messages: [{ role: "user", content: "hi" }] }, "openai-responses": { model: "shop", input: "hi" },
  anthropic: { model: "shop", max_tokens: 9, messages: [{ role: "user", content: "hi" }] }, gemini: { contents: [{ role: "user", parts: [{ text: "hi" }] }] },
};
const CODEC = (dialect: Dialect) => clientCodecs[dialect]!;
const optionsFor = (dialect: Dialect): ReplyOptions =>
  ({ model: "shop", requestId: "req_01K2ABC", createdAt: 1_700_000_000, includeUsage: true, inputTokensEstimate: 3, request: CODEC(dialect).decodeRequest(ASKED[dialect], { model: "shop", betas: [] }) });

/** The parsed events of a stream. */
const parsed = (stream: string): readonly Sent[] =>
  stream.split("\n\n").map((event) => event.slice(event.indexOf("data: ") + "data: ".length)).filter((data) => data.startsWith("{")).map((data) => JSON.parse(data) as Sent);

/** Members of ours that vendors of OpenAI's format send as well, as their recordings show, and that its own description lacks. */
const EXTENSIONS: ReadonlySet<string> = new Set(["reasoning_content", "reasoning_details", "images", "extra_content"]);

function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !EXTENSIONS.has(name)).map(([name, member]) => [name, withoutExtensions(member)]));
}

/** Its sources of documents lack members that the description demands, and are told as they came. */
const OWN_WORDS = /chat-citations-with-anthropic-claude-haiku-4-5-streams-citations/;

type Faults = (whole: JsonObject, events: readonly Sent[]) => readonly string[];

function faultsOf(shared: string): Readonly<Record<Dialect, Faults>> {
  const openai = readChecks(shared, "openai.json", false), anthropic = readChecks(shared, "anthropic.json", false), gemini = readChecks(shared, "gemini.json", false);
  const all = (check: Check, name: string, values: readonly unknown[]): readonly string[] => values.flatMap((value) => check(name, value));
  /** Blocks of the vendor's trials are described beside the others. */
  const either = (name: string, value: unknown): readonly string[] => (anthropic(`Beta${name}`, value).length === 0 ? [] : anthropic(name, value));
  const events = new Map(openaiEvents(shared));
  return {
    "openai-chat": (whole, events) => [...check(openai, "CreateChatCompletionResponse", whole), ...all(openai, "CreateChatCompletionStreamResponse", events.map(withoutExtensions))],
    "openai-responses": (whole, sent) => [
      ...openai("Response", told(whole)), ...sent.flatMap((event) => openai(events.get(event.type) ?? "ResponseStreamEvent", told(event))), ...openResponsesFaults(whole, sent),
    ],
    anthropic: (whole, events) => [
      ...either("Message", whole), ...events.filter(({ type }) => type === "message_start").flatMap(({ message }) => either("Message", message)),
      // A text begins without its sources, as the vendor's own does.
      ...events.filter(({ type }) => type === "content_block_start").flatMap(({ content_block: block }) => either("ContentBlock", { citations: null, ...(block as object) })),
    ],
    gemini: (whole, events) => [...gemini("GenerateContentResponse", whole), ...all(gemini, "GenerateContentResponse", events)],
  };
}
/** The vendor's own responses name no user and no usage by null, which its description does not know. */
const told = (event: JsonObject): unknown => JSON.parse(JSON.stringify(event, (name, value: unknown) => ((name === "user" || name === "usage") && value === null ? undefined : value)));

/** The schema of each kind of event: what is wrong is then said of that one, and not of all that it might have been. */
function openaiEvents(dir: string): readonly (readonly [type: string | undefined, schema: string])[] {
  const { components } = JSON.parse(readFileSync(path.join(dir, "spec/openai.json"), "utf8")) as { components: { schemas: Record<string, { anyOf?: { $ref: string }[]; properties?: { type?: { enum?: string[]; const?: string } } }> } };
  return components.schemas.ResponseStreamEvent!.anyOf!.map(({ $ref }) => {
    const name = $ref.split("/").at(-1)!, type = components.schemas[name]?.properties?.type;
    return [type?.const ?? type?.enum?.[0], name] as const;
  });
}

const check = (run: Check, name: string, value: unknown): readonly string[] => run(name, withoutExtensions(value));

const shared = sharedDir();

describe.skipIf(shared === undefined)("every recorded answer, put into every format, is as the format's own description says", () => {
  const all = shared === undefined ? [] : answers(shared);
  const faults = shared === undefined ? undefined : faultsOf(shared);
  const formats = [...new Set(all.map(({ format }) => format))];

  test("there are recordings of every protocol", () => {
    expect(formats.length).toBe(7);
    expect(all.length).toBeGreaterThan(1_000);
  });

  test.each(formats)("answers of %s", (format) => {
    const found: (readonly [string, Dialect, string])[] = [];
    for (const answered of all.filter((one) => one.format === format)) {
      const events = eventsOf(shared!, answered);
      if (!events) continue;
      for (const dialect of Object.keys(faults!) as Dialect[]) {
        // What a vendor ran itself is told in its own words where these are the client's.
        if (dialect === format && (OWN_WORDS.test(answered.recording.dir) || events.some(({ type }) => type === "server-tool"))) continue;
        for (const fault of faults![dialect](...written(dialect, events))) found.push([answered.recording.dir, dialect, fault]);
      }
    }
    expect(found.slice(0, 20)).toEqual([]);
  });
});

/** The answer in this format, whole and as the events of a stream. */
function written(dialect: Dialect, events: readonly CanonicalEvent[]): readonly [JsonObject, readonly Sent[]] {
  const options = optionsFor(dialect), encoder = CODEC(dialect).streamEncoder(options);
  const stream = events.map((event) => encoder.push(event)).join("") + encoder.tail();
  return [CODEC(dialect).encodeReply(events, options), parsed(stream)];
}
