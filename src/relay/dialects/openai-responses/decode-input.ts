import { plainText } from "#relay/canonical/plain.ts";
import type { AssistantPart, DocumentPart, JsonObject, Message, Proof, Source, TextPart, ToolResultPart, UserPart } from "#relay/canonical/request.ts";
import { readAnnotation } from "#relay/dialects/openai-responses/citations.ts";
import { openProof } from "#relay/dialects/openai-responses/proofs.ts";
import type { SealedProof } from "#relay/dialects/openai-responses/proofs.ts";
import { asJson, asList, asObject, asText } from "#relay/dialects/openai-responses/wire.ts";
import type { Wire } from "#relay/dialects/openai-responses/wire.ts";
import { RelayError } from "#relay/errors.ts";

export type DecodedInput = Readonly<{ system: readonly TextPart[]; messages: readonly Message[] }>;

/**
 * Input items as messages: consecutive items of the assistant are one message, consecutive results are another.
 * @param family whose sealed reasoning it is, where it bears no mark
 * @throws RelayError invalid_value, missing_required_parameter
 */
export function decodeInput(input: unknown, family: string): DecodedInput {
  if (typeof input === "string") return { system: [], messages: [{ role: "user", parts: [{ type: "text", text: input }] }] };
  const reader = new InputReader(family);
  if (Array.isArray(input)) input.forEach((item: unknown, at) => reader.item(asObject(item), `input[${at}]`));
  return reader.result();
}

type OpenMessage = { role: "assistant"; parts: AssistantPart[]; phase?: string } | { role: "tool"; parts: ToolResultPart[] };

class InputReader {
  readonly #family: string;
  readonly #system: TextPart[] = [];
  readonly #messages: Message[] = [];
  readonly #names = new Map<string, string>();
  #open: OpenMessage | undefined;
  /** A proof whose call or text comes next. */
  #proof: Proof | undefined;

  constructor(family: string) {
    this.#family = family;
  }

  result(): DecodedInput {
    this.#flush();
    return { system: this.#system, messages: this.#messages };
  }

  item(item: Wire, path: string): void {
    switch (item.type ?? "message") {
      case "message":
        this.#message(item, path);
        break;
      case "function_call": case "custom_tool_call":
        this.#call(item, path);
        break;
      case "function_call_output": case "custom_tool_call_output":
        this.#result(item, path);
        break;
      case "reasoning":
        this.#reasoning(item);
        break;
      case "item_reference":
        throw new RelayError("invalid_value", `Item with id '${plainText(item.id)}' not found.`, { param: `${path}.id` });
      case "additional_tools": // they join the request's tools
        break;
      default: {
        const id = asText(item.id) ?? path;
        this.#assistant().push({ type: "server-tool", id, name: plainText(item.type), raw: asJson(item) });
      }
    }
  }

  #flush(): void {
    if (this.#open && this.#open.parts.length > 0) this.#messages.push(this.#open);
    this.#open = undefined;
  }

  #assistant(phase?: string): AssistantPart[] {
    const isOther = phase !== undefined && this.#open?.role === "assistant" && this.#open.phase !== undefined && this.#open.phase !== phase;
    if (this.#open?.role !== "assistant" || isOther) {
      this.#flush();
      this.#open = { role: "assistant", parts: [] };
    }
    if (phase !== undefined && this.#open.role === "assistant") this.#open.phase = phase;
    return this.#open.parts as AssistantPart[];
  }

  #message(item: Wire, path: string): void {
    switch (item.role) {
      case "assistant": {
        const parts = this.#assistant(asText(item.phase));
        for (const part of contentOf(item.content)) parts.push(...this.#said(part));
        break;
      }
      case "system": case "developer": {
        const parts = contentOf(item.content).flatMap((part): TextPart[] => (typeof part.text === "string" && part.text !== "" ? [{ type: "text", text: part.text }] : []));
        this.#flush();
        if (this.#messages.length === 0) this.#system.push(...parts);
        else if (parts.length > 0) this.#messages.push({ role: "system", parts });
        break;
      }
      case "user": {
        this.#flush();
        const parts = contentOf(item.content).map((part, at) => decodeUserPart(part, `${path}.content[${at}]`));
        if (parts.length > 0) this.#messages.push({ role: "user", parts: withoutEmpty(parts) });
        break;
      }
      default:
        throw new RelayError("invalid_value", `Invalid value: '${plainText(item.role)}'.`, { param: `${path}.role` });
    }
  }

  #said(part: Wire): AssistantPart[] {
    if (part.type === "refusal") return typeof part.refusal === "string" ? [{ type: "refusal", text: part.refusal }] : [];
    if (typeof part.text !== "string" || part.text === "") return [];
    const annotations = asList(part.annotations);
    const proof = this.#takeProof();
    return [{ type: "text", text: part.text, ...(annotations.length > 0 && { citations: annotations.map(readAnnotation) }), ...(proof && { proof }) }];
  }

  #takeProof(): Proof | undefined {
    const proof = this.#proof;
    this.#proof = undefined;
    return proof;
  }

  #call(item: Wire, path: string): void {
    const id = asText(item.call_id);
    const name = asText(item.name);
    if (id === undefined) throw missing(`${path}.call_id`);
    if (name === undefined) throw missing(`${path}.name`);
    this.#names.set(id, name);
    const custom = item.type === "custom_tool_call";
    const given = custom ? item.input : item.arguments;
    const text = typeof given === "string" ? given : given === undefined || given === null ? "" : JSON.stringify(given);
    const proof = this.#takeProof();
    this.#assistant().push({ type: "tool-call", id, name, arguments: text, ...(custom && { custom }), ...(proof && { proof }) });
  }

  #result(item: Wire, path: string): void {
    const callId = asText(item.call_id);
    if (callId === undefined) throw missing(`${path}.call_id`);
    const name = this.#names.get(callId);
    const { output } = item;
    const parts = typeof output === "string" ? [{ type: "text", text: output } as const]
      : asList(output).map((part, at) => decodeUserPart(part, `${path}.output[${at}]`) as ToolResultPart["parts"][number]);
    if (this.#open?.role !== "tool") {
      this.#flush();
      this.#open = { role: "tool", parts: [] };
    }
    this.#open.parts.push({ type: "tool-result", callId, ...(name !== undefined && { name }), parts });
  }

  #reasoning(item: Wire): void {
    const sealed = asText(item.encrypted_content);
    const opened = sealed === undefined ? undefined : openProof(sealed, this.#family);
    if (opened && (opened.kind === "before" || opened.kind === "after")) {
      this.#attach(opened);
      return;
    }
    const thought = textsOf(item.content);
    const text = thought === "" ? textsOf(item.summary) : thought;
    const id = asText(item.id);
    this.#assistant().push({
      type: "reasoning", text,
      ...(thought === "" && text !== "" && { summary: true }),
      ...(id !== undefined && { id }),
      ...(opened && (opened.kind === "redacted" ? { redacted: opened.proof.value, proof: opened.proof } : { proof: opened.proof })),
    });
  }

  #attach({ kind, proof }: SealedProof): void {
    if (kind === "after") {
      this.#proof = proof;
      return;
    }
    const parts = this.#assistant();
    const last = parts.at(-1);
    if (last?.type === "text") parts[parts.length - 1] = { ...last, proof };
  }
}

const missing = (param: string): RelayError => new RelayError("missing_required_parameter", `Missing required parameter: '${param}'.`, { param });

const textsOf = (parts: unknown): string => asList(parts).flatMap(({ text }) => (typeof text === "string" ? [text] : [])).join("\n\n");

const contentOf = (content: unknown): readonly Wire[] => (typeof content === "string" ? [{ type: "text", text: content }] : asList(content));

/** Empty texts say nothing, and some vendors refuse them; a message that is nothing else keeps one. */
function withoutEmpty(parts: readonly UserPart[]): readonly UserPart[] {
  const full = parts.filter((part) => part.type !== "text" || part.text !== "");
  return full.length > 0 ? full : parts.slice(0, 1);
}

/** @throws RelayError invalid_value for a part of no known type or without its source */
function decodeUserPart(part: Wire, path: string): UserPart {
  switch (part.type) {
    case "input_text": case "text": case "output_text":
      return { type: "text", text: typeof part.text === "string" ? part.text : "" };
    case "input_image": {
      const { source, mime } = sourceOf(part, "image_url", path);
      const { detail } = part;
      const isKnown = detail === "low" || detail === "high" || detail === "auto" || detail === "original";
      return { type: "image", source, ...(mime !== undefined && { mime }), ...(isKnown && { detail }) };
    }
    case "input_file":
      return decodeFile(part, path);
    case "input_audio": {
      const { data, format } = asObject(part.input_audio);
      if (typeof data !== "string") throw missing(`${path}.input_audio.data`);
      return { type: "audio", source: { kind: "base64", data }, mime: `audio/${asText(format) ?? "wav"}` };
    }
    default:
      throw new RelayError("invalid_value", `Invalid value: '${plainText(part.type)}'.`, { param: `${path}.type` });
  }
}

function decodeFile(part: Wire, path: string): DocumentPart {
  const filename = asText(part.filename);
  const data = asText(part.file_data);
  const named = filename === undefined ? {} : { filename };
  if (data === undefined) return { type: "document", ...sourceOf(part, "file_url", path), ...named };
  const { source, mime } = readUrl(data);
  // Without its type the data stands bare.
  return { type: "document", source: source.kind === "url" ? { kind: "base64", data } : source, mime: mime ?? "application/pdf", ...named };
}

function sourceOf(part: Wire, urlKey: string, path: string): Readonly<{ source: Source; mime?: string }> {
  const id = asText(part.file_id);
  if (id !== undefined) return { source: { kind: "file", id } };
  const given = part[urlKey];
  const url = asText(given) ?? asText((given as JsonObject | null | undefined)?.url);
  if (url === undefined) throw missing(`${path}.${urlKey}`);
  return readUrl(url);
}

function readUrl(url: string): Readonly<{ source: Source; mime?: string }> {
  const data = /^data:([^;,]*)(?:;[^,]*)?;base64,/.exec(url.slice(0, 200));
  if (!data) return { source: { kind: "url", url } };
  const mime = data[1]!;
  return { source: { kind: "base64", data: url.slice(data[0].length) }, ...(mime !== "" && { mime }) };
}
