import Anthropic from "@anthropic-ai/sdk";
import { ApiError, GoogleGenAI, type Content, type GenerateContentResponse, type Part } from "@google/genai";
import OpenAI from "openai";
import { KEY, type Shop } from "../relay/shop.ts";
import { MAX_TOKENS, MODEL, parse, PNG, QUESTION, resultOf, SCHEMA, TOOLS, turns, type Ask, type Heard, type Sdk } from "./sdk.ts";

const openaiOf = ({ url }: Shop): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY, maxRetries: 0 });
const openaiStatus = (error: unknown): number | undefined => (error instanceof OpenAI.APIError ? (error.status as number | undefined) : undefined);
const signalOf = ({ signal }: Ask): { signal?: AbortSignal } => (signal ? { signal } : {});

/** What the shop adds to a message of OpenAI's format. */
type Thinking = Readonly<{ reasoning_content?: string }>;

function heardChat(reply: OpenAI.ChatCompletion): Heard {
  const { message } = reply.choices[0]!;
  const calls = (message.tool_calls ?? []) as OpenAI.ChatCompletionMessageFunctionToolCall[];
  return {
    text: message.content ?? "", thought: (message as Thinking).reasoning_content ?? "", calls: calls.map(({ function: { name, arguments: given } }) => [name, parse(given)]),
    tokens: [reply.usage?.prompt_tokens, reply.usage?.completion_tokens],
  };
}

export const openaiChat: Sdk = {
  name: "openai chat", statusOf: openaiStatus,
  converse(shop, ask) {
    const messages: OpenAI.ChatCompletionMessageParam[] = [{
      role: "user", content: ask.image ? [{ type: "text", text: QUESTION }, { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } }] : QUESTION,
    }];
    const more = {
      ...(ask.tools && { tools: TOOLS.map(({ name, description, schema }) => ({ type: "function" as const, function: { name, description, parameters: schema } })) }),
      ...(ask.schema && { response_format: { type: "json_schema" as const, json_schema: { name: "short", strict: true, schema: SCHEMA } } }),
      ...(ask.think && { reasoning_effort: "high" as const, max_completion_tokens: MAX_TOKENS }),
    };
    return turns(async () => {
      const body = { model: MODEL, messages, ...more };
      let reply: OpenAI.ChatCompletion;
      if (ask.stream) {
        const stream = openaiOf(shop).chat.completions.stream({ ...body, stream_options: { include_usage: true } }, signalOf(ask));
        // Of members that it does not know the library keeps the last piece alone.
        let thought = "";
        stream.on("chunk", (chunk) => void (thought += (chunk.choices[0]?.delta as Thinking | undefined)?.reasoning_content ?? ""));
        stream.on("content", () => ask.onText?.());
        reply = await stream.finalChatCompletion();
        if (thought !== "") Object.assign(reply.choices[0]!.message, { reasoning_content: thought });
      } else reply = await openaiOf(shop).chat.completions.create(body, signalOf(ask));
      messages.push(reply.choices[0]!.message);
      for (const call of (reply.choices[0]!.message.tool_calls ?? []) as OpenAI.ChatCompletionMessageFunctionToolCall[]) messages.push({ role: "tool", tool_call_id: call.id, content: resultOf(call.function.name) });
      return heardChat(reply);
    });
  },
};

function heardResponse(reply: OpenAI.Responses.Response): Heard {
  // The library gives a response that failed like any other.
  if (reply.error) throw new Error(`${reply.status} ${reply.error.code} ${reply.error.message}`);
  return {
    text: reply.output_text, thought: reply.output.flatMap((item) => (item.type === "reasoning" ? item.summary.map(({ text }) => text) : [])).join(""),
    calls: reply.output.flatMap((item) => (item.type === "function_call" ? [[item.name, parse(item.arguments)] as const] : [])), tokens: [reply.usage?.input_tokens, reply.usage?.output_tokens],
  };
}

export const openaiResponses: Sdk = {
  name: "openai responses", statusOf: openaiStatus,
  converse(shop, ask) {
    const input: OpenAI.Responses.ResponseInput = [{
      role: "user", content: ask.image ? [{ type: "input_text", text: QUESTION }, { type: "input_image", image_url: `data:image/png;base64,${PNG}`, detail: "auto" }] : QUESTION,
    }];
    const more = {
      ...(ask.tools && { tools: TOOLS.map(({ name, description, schema }) => ({ type: "function" as const, name, description, parameters: schema, strict: false })) }),
      ...(ask.schema && { text: { format: { type: "json_schema" as const, name: "short", strict: true, schema: SCHEMA } } }),
      ...(ask.think && { reasoning: { effort: "high" as const, summary: "auto" as const }, max_output_tokens: MAX_TOKENS, include: ["reasoning.encrypted_content" as const] }),
    };
    return turns(async () => {
      const body = { model: MODEL, input, store: false, ...more };
      let reply: OpenAI.Responses.Response;
      if (ask.stream) {
        const stream = openaiOf(shop).responses.stream(body, signalOf(ask));
        stream.on("response.output_text.delta", () => ask.onText?.());
        reply = await stream.finalResponse();
      } else reply = await openaiOf(shop).responses.create(body, signalOf(ask));
      input.push(...(reply.output as OpenAI.Responses.ResponseInputItem[]));
      for (const item of reply.output) if (item.type === "function_call") input.push({ type: "function_call_output", call_id: item.call_id, output: resultOf(item.name) });
      return heardResponse(reply);
    });
  },
};

export const anthropic: Sdk = {
  name: "anthropic", statusOf: (error) => (error instanceof Anthropic.APIError ? (error.status as number | undefined) : undefined),
  converse(shop, ask) {
    const client = new Anthropic({ baseURL: shop.url, apiKey: KEY, maxRetries: 0 });
    const messages: Anthropic.MessageParam[] = [{
      role: "user", content: ask.image ? [{ type: "text", text: QUESTION }, { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } }] : QUESTION,
    }];
    const more = {
      ...(ask.tools && { tools: TOOLS.map(({ name, description, schema }) => ({ name, description, input_schema: schema as unknown as Anthropic.Tool.InputSchema })) }),
      ...(ask.schema && { output_config: { format: { type: "json_schema" as const, schema: SCHEMA } } }),
      ...(ask.think && { thinking: { type: "enabled" as const, budget_tokens: MAX_TOKENS / 2 } }),
    };
    return turns(async () => {
      const body = { model: MODEL, max_tokens: MAX_TOKENS, messages, ...more };
      let reply: Anthropic.Message;
      if (ask.stream) {
        const stream = client.messages.stream(body, signalOf(ask));
        stream.on("text", () => ask.onText?.());
        reply = await stream.finalMessage();
      } else reply = await client.messages.create(body, signalOf(ask));
      messages.push({ role: "assistant", content: reply.content });
      const calls = reply.content.filter((block) => block.type === "tool_use");
      if (calls.length > 0) messages.push({ role: "user", content: calls.map(({ id, name }) => ({ type: "tool_result", tool_use_id: id, content: resultOf(name) })) });
      return {
        text: reply.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join(""), thought: reply.content.flatMap((block) => (block.type === "thinking" ? [block.thinking] : [])).join(""),
        calls: calls.map(({ name, input }) => [name, input]), tokens: [reply.usage.input_tokens, reply.usage.output_tokens],
      };
    });
  },
};

async function askGoogle({ models }: GoogleGenAI, body: Parameters<GoogleGenAI["models"]["generateContent"]>[0], ask: Ask): Promise<readonly GenerateContentResponse[]> {
  if (!ask.stream) return [await models.generateContent(body)];
  const replies: GenerateContentResponse[] = [];
  for await (const reply of await models.generateContentStream(body)) {
    replies.push(reply);
    if ((reply.candidates?.[0]?.content?.parts ?? []).some(({ text, thought }) => text && !thought)) ask.onText?.();
  }
  return replies;
}

export const google: Sdk = {
  name: "google genai", statusOf: (error) => (error instanceof ApiError ? error.status : undefined),
  converse(shop, ask) {
    const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: shop.url } });
    const contents: Content[] = [{ role: "user", parts: [{ text: QUESTION }, ...(ask.image ? [{ inlineData: { mimeType: "image/png", data: PNG } }] : [])] }];
    const config = {
      ...(ask.tools && { tools: [{ functionDeclarations: TOOLS.map(({ name, description, schema }) => ({ name, description, parametersJsonSchema: schema })) }] }),
      ...(ask.schema && { responseMimeType: "application/json", responseJsonSchema: SCHEMA }),
      ...(ask.think && { thinkingConfig: { thinkingBudget: MAX_TOKENS / 2, includeThoughts: true }, maxOutputTokens: MAX_TOKENS }),
      ...(ask.signal && { abortSignal: ask.signal }),
    };
    return turns(async () => {
      const replies = await askGoogle(client, { model: MODEL, contents, config }, ask);
      const parts = joined(replies.flatMap(({ candidates }) => candidates?.[0]?.content?.parts ?? []));
      const calls = parts.flatMap(({ functionCall }) => (functionCall ? [functionCall] : []));
      contents.push({ role: "model", parts });
      if (calls.length > 0) contents.push({ role: "user", parts: calls.map(({ id, name }) => ({ functionResponse: { ...(id !== undefined && { id }), name: name!, response: { output: resultOf(name!) } } })) });
      const usage = replies.at(-1)?.usageMetadata;
      return { text: textOf(parts, false), thought: textOf(parts, true), calls: calls.map(({ name, args }) => [name!, args ?? {}]), tokens: [usage?.promptTokenCount, usage?.candidatesTokenCount] };
    });
  },
};

/** Pieces of one text, put together as an application does that shows them. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last?.text !== undefined && part.text !== undefined && last.thought === part.thought) out[out.length - 1] = { ...last, ...part, text: last.text + part.text };
    else out.push(part);
  }
  return out;
}

const textOf = (parts: readonly Part[], thoughts: boolean): string => parts.map(({ text, thought = false }) => (thought === thoughts ? (text ?? "") : "")).join("");
