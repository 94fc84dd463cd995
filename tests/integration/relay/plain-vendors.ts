import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import { json, type Script, type VendorCall } from "./vendor.ts";

/** Vendors with words of their own for plain conversations: how each is called, answers, and refuses. */
export type PlainVendor = Readonly<{
  provider: string;
  secret: string;
  model: string;
  path: RegExp;
  /** What of the request proves that it was said in this vendor's words. */
  asked(call: Pick<VendorCall, "body" | "headers">): unknown;
  expected: unknown;
  /** "Hello there" for ten tokens in and five out. */
  whole: object | string;
  stream: readonly string[];
  /** Always answers in streams. */
  streamsOnly?: boolean;
  /** An error under status 200 that is the client's own doing, and what he is told. */
  refusal: object | string;
  refused: Readonly<{ status: number; code: string }>;
}>;

const data = (event: object): string => `data: ${JSON.stringify(event)}\n\n`;
const named = (name: string, event: object | string): string => `event:${name}\ndata:${JSON.stringify(event)}\n\n`;

export const INPUT = 10, OUTPUT = 5;
const TOKENS = { prompt_tokens: INPUT, completion_tokens: OUTPUT, total_tokens: 15 };
const HUNYUAN = { PromptTokens: INPUT, CompletionTokens: OUTPUT, TotalTokens: 15 };
const choice = (member: string, Content: string, FinishReason = ""): object => ({ Id: "h-1", Created: 1_700_000_000, Usage: HUNYUAN, Choices: [{ FinishReason, [member]: { Role: "assistant", Content } }] });
const qwen = (content: string, finish: string): object => ({ request_id: "q-1", output: { choices: [{ finish_reason: finish, message: { role: "assistant", content } }] }, usage: { input_tokens: INPUT, output_tokens: OUTPUT, total_tokens: 15 } });
const wenxin = (result: string, is_end: boolean): object => ({ id: "as-1", object: "chat.completion", created: 1_700_000_000, result, is_end, usage: TOKENS });
const POLICY = { status: 400, code: "content_policy_violation" } as const;

export const PLAIN_VENDORS: readonly PlainVendor[] = [
  {
    provider: "dashscope-native", secret: "sk-dash", model: "qwen-plus", path: /^\/api\/v1\/services\/aigc\/text-generation\/generation$/,
    asked: ({ body, headers }) => [headers.authorization, body.model, body.input], expected: ["Bearer sk-dash", "qwen-plus", { messages: [{ role: "system", content: "Be brief." }, { role: "user", content: "Say hello" }] }],
    whole: qwen("Hello there", "stop"), stream: [data(qwen("Hello ", "null")), data(qwen("there", "null")), data(qwen("", "stop"))],
    refusal: { code: "DataInspectionFailed", message: "Input data may contain inappropriate content.", request_id: "q-2" }, refused: POLICY,
  },
  {
    provider: "tencent-tc3", secret: "1250000000|AKIDxxx|secret", model: "hunyuan-pro", path: /^\/$/,
    asked: ({ body, headers }) => [headers["x-tc-action"], headers["x-tc-version"], /^TC3-HMAC-SHA256 Credential=AKIDxxx\/\d{4}-\d\d-\d\d\/hunyuan\/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=[0-9a-f]{64}$/.test(headers.authorization ?? ""), body.Messages],
    expected: ["ChatCompletions", "2023-09-01", true, [{ Role: "system", Content: "Be brief." }, { Role: "user", Content: "Say hello" }]],
    whole: { Response: { RequestId: "r", ...choice("Message", "Hello there", "stop") } }, stream: [data(choice("Delta", "Hello ")), data(choice("Delta", "there")), data(choice("Delta", "", "stop"))],
    refusal: { Response: { RequestId: "r", Error: { Code: "OperationDenied.TextIllegalDetected", Message: "The text is not allowed." } } }, refused: POLICY,
  },
  {
    provider: "baidu-v1", secret: "client|password", model: "ERNIE-4.0-8K", path: /^\/rpc\/2\.0\/ai_custom\/v1\/wenxinworkshop\/chat\/completions_pro\?access_token=token-1$/,
    asked: ({ body, headers }) => [headers.authorization, body.system, body.messages], expected: [undefined, "Be brief.", [{ role: "user", content: "Say hello" }]],
    whole: { ...wenxin("Hello there", true), is_end: undefined }, stream: [data(wenxin("Hello ", false)), data(wenxin("there", true))],
    refusal: { error_code: 336003, error_msg: "the messages must alternate" }, refused: { status: 400, code: "invalid_value" },
  },
  {
    provider: "zhipu-v3", secret: "id.secret", model: "chatglm_std", path: /^\/api\/paas\/v3\/model-api\/chatglm_std\/(?:sse-)?invoke$/,
    asked: ({ body, headers }) => [JSON.parse(Buffer.from(headers.authorization!.split(".")[0]!, "base64url").toString()), body.prompt],
    expected: [{ alg: "HS256", sign_type: "SIGN" }, [{ role: "user", content: "Be brief.\n\nSay hello" }]],
    whole: { code: 200, msg: "ok", success: true, data: { task_id: "t", request_id: "z-1", task_status: "SUCCESS", choices: [{ role: "assistant", content: "\" Hello there\"" }], usage: TOKENS } },
    stream: ["event:add\nid:z-1\ndata:Hello \n\n", "event:add\nid:z-1\ndata:there\n\n", `event:finish\nid:z-1\ndata:\nmeta:${JSON.stringify({ request_id: "z-1", task_status: "SUCCESS", usage: TOKENS })}\n\n`],
    refusal: { code: 1301, msg: "unsafe content", success: false }, refused: POLICY,
  },
  {
    provider: "dify", secret: "app-key", model: "chat", path: /^\/v1\/chat-messages$/,
    asked: ({ body, headers }) => [headers.authorization, body.query, body.response_mode, body.user], expected: ["Bearer app-key", "Say hello", "streaming", "modelmart"],
    whole: { event: "message", task_id: "t", message_id: "m-1", mode: "chat", answer: "Hello there", metadata: { usage: { ...TOKENS, total_price: "0.0012890", currency: "USD", latency: 0.76 } }, created_at: 1_700_000_000 },
    stream: [data({ event: "message", message_id: "m-1", conversation_id: "c", answer: "Hello " }), "event: ping\n\n", data({ event: "message", message_id: "m-1", conversation_id: "c", answer: "there" }), data({ event: "message_end", message_id: "m-1", metadata: { usage: TOKENS } })],
    refusal: data({ event: "error", status: 400, code: "invalid_param", message: "query is too long" }), refused: { status: 400, code: "invalid_param" },
  },
  {
    provider: "coze", secret: "pat_key", model: "7390000000000000000", path: /^\/v3\/chat$/, streamsOnly: true,
    asked: ({ body, headers }) => [headers.authorization, body.bot_id, body.additional_messages], expected: ["Bearer pat_key", "7390000000000000000", [{ role: "user", content_type: "text", content: "Say hello" }]],
    whole: "", stream: [
      named("conversation.chat.created", { id: "c-1", status: "created", created_at: 1_700_000_000 }),
      named("conversation.message.delta", { id: "1", chat_id: "c-1", role: "assistant", type: "answer", content: "Hello " }),
      named("conversation.message.delta", { id: "1", chat_id: "c-1", role: "assistant", type: "answer", content: "there" }),
      named("conversation.message.completed", { id: "1", chat_id: "c-1", role: "assistant", type: "answer", content: "Hello there" }),
      named("conversation.message.completed", { id: "2", chat_id: "c-1", role: "assistant", type: "follow_up", content: "And who are you?" }),
      named("conversation.chat.completed", { id: "c-1", status: "completed", usage: { token_count: 15, input_count: INPUT, output_count: OUTPUT } }),
      named("done", "[DONE]"),
    ],
    refusal: { code: 4000, msg: "Request parameter error", detail: { logid: "l" } }, refused: { status: 400, code: "invalid_value" },
  },
  {
    provider: "spark-ws", secret: "app|secret|key", model: "Spark-Max", path: /^\/v3\.5\/chat\?authorization=/,
    asked: ({ body }) => [body.header, body.parameter, body.payload],
    expected: [{ app_id: "app" }, { chat: { domain: "generalv3.5" } }, { message: { text: [{ role: "system", content: "Be brief." }, { role: "user", content: "Say hello" }] } }],
    whole: "", stream: [
      JSON.stringify({ header: { code: 0, message: "Success", sid: "s-1", status: 0 }, payload: { choices: { status: 0, seq: 0, text: [{ content: "Hello ", role: "assistant", index: 0 }] } } }),
      JSON.stringify({ header: { code: 0, message: "Success", sid: "s-1", status: 2 }, payload: { choices: { status: 2, seq: 1, text: [{ content: "there", role: "assistant", index: 0 }] }, usage: { text: { question_tokens: 4, ...TOKENS } } } }),
    ],
    refusal: JSON.stringify({ header: { code: 10013, message: "input content is not allowed", sid: "s-2", status: 2 } }), refused: POLICY,
  },
];

/** Answers as this vendor does; gives tokens to who brings the key. */
export const plainSpeaks = (vendor: PlainVendor, refuses: () => boolean): Script => (call) => {
  if (call.path.startsWith("/oauth/2.0/token")) return json(call, 200, { access_token: "token-1", expires_in: 2_592_000 });
  if (refuses()) return typeof vendor.refusal === "string" ? events(call, [vendor.refusal]) : json(call, 200, vendor.refusal);
  const stream = vendor.streamsOnly === true || call.body.stream === true || call.body.Stream === true || call.path.includes("sse-invoke") || call.headers["x-dashscope-sse"] === "enable";
  return stream ? events(call, vendor.stream) : json(call, 200, vendor.whole);
};

function events({ response }: VendorCall, pieces: readonly string[]): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(pieces.join(""));
}

export type SocketVendor = Readonly<{ url: string; calls: Pick<VendorCall, "path" | "body" | "headers">[]; /** Handshakes are answered so from now on. */ refuse(reply: Readonly<{ status: number; body: object }>): void; readonly closed: number; close(): Promise<void> }>;

/** The same over WebSockets: one question, and frames. */
export async function startSocketVendor(vendor: PlainVendor, refuses: () => boolean): Promise<SocketVendor> {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false }), wires = new Set<Socket>();
  const calls: SocketVendor["calls"][number][] = [];
  let refusal: Readonly<{ status: number; body: object }> | undefined, closed = 0;
  const server = http.createServer((_request, response) => response.writeHead(404).end());
  server.on("upgrade", (request, socket: Socket, head) => {
    wires.add(socket);
    if (refusal) {
      const body = JSON.stringify(refusal.body);
      return socket.end(`HTTP/1.1 ${refusal.status} No\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`);
    }
    return sockets.handleUpgrade(request, socket, head, (opened) => {
      opened.on("close", () => (closed += 1));
      opened.on("error", () => undefined);
      opened.on("message", (question: Buffer) => {
        calls.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(question.toString()) as VendorCall["body"] });
        for (const frame of refuses() ? [vendor.refusal as string] : vendor.stream) opened.send(frame);
        opened.close(1000);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls,
    refuse: (reply) => (refusal = reply),
    get closed() {
      return closed;
    },
    async close() {
      for (const wire of wires) wire.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
