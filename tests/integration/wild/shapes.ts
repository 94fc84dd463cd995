/**
 * Bodies as clients in the wild send them, in the middle of their work: those of the coding tools were noted from runs of
 * the tools themselves and cut short, the others follow the clients' public sources. `keeps` = what must reach whoever
 * answers.
 */
export type Shape = Readonly<{ client: string; path: string; headers?: Readonly<Record<string, string>>; body: object; keeps: readonly string[] }>;

const MODEL = "gpt-test";
/** One white point. */
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/5+hHgAHggJ/PchI7wAAAABJRU5ErkJggg==";
const COMMAND = { type: "object", properties: { command: { type: "string", description: "The command" } }, required: ["command"], additionalProperties: false };
const DRAFT = { $schema: "https://json-schema.org/draft/2020-12/schema", ...COMMAND };

const claudeCode: Shape = {
  client: "Claude Code", path: "/v1/messages?beta=true",
  headers: { "anthropic-version": "2023-06-01", "x-app": "cli", "anthropic-beta": "claude-code-20250219,interleaved-thinking-2025-05-14,thinking-token-count-2026-05-13,context-management-2025-06-27,prompt-caching-scope-2026-01-05" },
  body: {
    model: MODEL, max_tokens: 4_000, stream: true, thinking: { type: "enabled", budget_tokens: 3_999 }, metadata: { user_id: '{"device_id":"d","account_uuid":"","session_id":"s"}' },
    context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
    system: [
      { type: "text", text: "x-anthropic-billing-header: cc_version=2.1.197.0e9; cc_entrypoint=sdk-cli;" }, { type: "text", text: "You are an agent.", cache_control: { type: "ephemeral" } },
      { type: "text", text: "Be concise.", cache_control: { type: "ephemeral" } },
    ],
    tools: [{ name: "Bash", description: "Executes a command", input_schema: DRAFT }, { name: "mcp__files__read", description: "Reads", input_schema: DRAFT }],
    messages: [
      { role: "user", content: [{ type: "text", text: "<system-reminder>\nToday is Saturday.\n</system-reminder>\n" }, { type: "text", text: "Run the steps." }] },
      { role: "assistant", content: [{ type: "thinking", thinking: "Step 1 is next.", signature: "" }, { type: "text", text: "Now step 1." }, { type: "tool_use", id: "call_step_1", name: "Bash", input: { command: "printf one" } }] },
      { role: "user", content: [{ tool_use_id: "call_step_1", type: "tool_result", content: "step-one-42", is_error: false, cache_control: { type: "ephemeral" } }] },
    ],
  },
  keeps: ["You are an agent.", "Be concise.", "Run the steps.", "Now step 1.", "printf one", "step-one-42", "Executes a command"],
};

const CODEX_IDS = { thread_id: "t", turn_id: "u", "x-codex-turn-metadata": '{"turn_id":"u","sandbox":"none"}' };
const codex: Shape = {
  client: "Codex CLI", path: "/v1/responses", headers: { originator: "codex_exec", "session-id": "s", "thread-id": "t", "x-client-request-id": "t", "x-codex-beta-features": "remote_compaction_v2" },
  body: {
    model: MODEL, stream: true, store: false, tool_choice: "auto", parallel_tool_calls: true, reasoning: { summary: "auto" }, include: ["reasoning.encrypted_content"], prompt_cache_key: "t", client_metadata: CODEX_IDS,
    input: [
      { type: "message", id: "msg_1", role: "developer", content: [{ type: "input_text", text: "You are a coding agent." }] },
      { type: "message", id: "msg_2", role: "developer", content: [{ type: "input_text", text: "<skills_instructions>" }, { type: "input_text", text: "<permissions instructions>" }] },
      { type: "message", id: "msg_3", role: "user", content: [{ type: "input_text", text: "<environment_context>" }] }, { type: "message", id: "msg_4", role: "user", content: [{ type: "input_text", text: "Run the steps." }] },
      { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Step 1 is next." }], content: null, encrypted_content: null },
      { type: "message", id: "msg_5", role: "assistant", content: [{ type: "output_text", text: "Now step 1." }] },
      { type: "function_call", id: "fc_1", name: "exec_command", arguments: '{"cmd":"printf one"}', call_id: "call_step_1" }, { type: "function_call_output", call_id: "call_step_1", output: "step-one-42" },
    ],
    tools: [
      { type: "function", name: "exec_command", description: "Executes a command", strict: false, parameters: COMMAND },
      { type: "namespace", name: "multi_agent_v1", description: "Sub-agents", tools: [{ type: "function", name: "spawn_agent", description: "Starts one", strict: false, parameters: COMMAND }] }, { type: "web_search", external_web_access: true },
    ],
  },
  keeps: ["You are a coding agent.", "<permissions instructions>", "Run the steps.", "Now step 1.", "printf one", "step-one-42", "Executes a command", "spawn_agent"],
};

const geminiCli: Shape = {
  client: "Gemini CLI", path: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, headers: { "x-goog-api-client": "google-genai-sdk/1.30.0 gl-node/v24.21.0" },
  body: {
    systemInstruction: { role: "user", parts: [{ text: "You are a CLI agent." }] }, generationConfig: { temperature: 1, topP: 0.95, topK: 64, thinkingConfig: { includeThoughts: true, thinkingBudget: 1_024 } },
    tools: [{ functionDeclarations: [{ name: "run_shell_command", description: "Executes a command", parametersJsonSchema: COMMAND }, { name: "update_topic", parametersJsonSchema: { type: "object", properties: {} } }] }],
    contents: [
      { role: "user", parts: [{ text: "<session_context>" }, { text: "Run the steps." }] },
      { role: "model", parts: [{ text: "Now step 1." }, { functionCall: { id: "call_step_1", args: { command: "printf one" }, name: "run_shell_command" }, thoughtSignature: "c2lnbmVk" }] },
      { role: "user", parts: [{ functionResponse: { name: "run_shell_command", response: { output: "step-one-42" }, id: "call_step_1" } }] },
    ],
  },
  keeps: ["You are a CLI agent.", "Run the steps.", "Now step 1.", "printf one", "step-one-42", "Executes a command"],
};

const opencode: Shape = {
  client: "opencode", path: "/v1/chat/completions", headers: { "x-session-affinity": "ses_1", "x-session-id": "ses_1" },
  body: {
    model: MODEL, max_tokens: 4_000, reasoning_effort: "medium", tool_choice: "auto", stream: true, stream_options: { include_usage: true },
    messages: [
      { role: "system", content: "You are OpenCode." }, { role: "user", content: '"Run the steps."' },
      { role: "assistant", content: "Now step 1.", reasoning_content: "Step 1 is next.", tool_calls: [{ id: "call_step_1", type: "function", function: { name: "bash", arguments: '{"command":"printf one"}' } }] },
      { role: "tool", tool_call_id: "call_step_1", content: "step-one-42" },
    ],
    tools: [{ type: "function", function: { name: "bash", description: "Executes a command", parameters: DRAFT } }],
  },
  keeps: ["You are OpenCode.", "Run the steps.", "Now step 1.", "printf one", "step-one-42", "Executes a command"],
};

const chat = (client: string, body: object, keeps: readonly string[], headers: Readonly<Record<string, string>> = {}): Shape => ({ client, path: "/v1/chat/completions", headers, body: { model: MODEL, stream: true, ...body }, keeps });

export const SHAPES: readonly Shape[] = [
  claudeCode, codex, geminiCli, opencode,
  { ...claudeCode, client: "Claude Code, on the side", body: { model: MODEL, max_tokens: 512, temperature: 1, stream: true, system: [{ type: "text", text: "Name the topic." }], messages: [{ role: "user", content: "Run the steps." }, { role: "assistant", content: "{" }] }, keeps: ["Name the topic.", "Run the steps."] },
  chat("opencode, on the side", { max_tokens: 4_000, messages: [{ role: "system", content: "You name threads." }, { role: "user", content: "Generate a title:\n" }, { role: "user", content: '"Run the steps."' }], stream_options: { include_usage: true } }, ["You name threads.", "Generate a title", "Run the steps."]),
  // An editor that speaks Responses to the address of chat.
  chat("Cursor", {
    input: [{ role: "system", content: "You are a pair programmer." }, { role: "user", content: [{ type: "input_text", text: "Run the steps." }] }, { type: "function_call", call_id: "call_step_1", name: "run_terminal_cmd", arguments: '{"command":"printf one"}' }, { type: "function_call_output", call_id: "call_step_1", output: "step-one-42" }],
    tools: [{ type: "function", name: "run_terminal_cmd", description: "Executes a command", parameters: COMMAND }], include: ["reasoning.encrypted_content"], reasoning: { effort: "medium", summary: "auto" }, text: { verbosity: "low" }, stream_options: { include_usage: true }, user: "hashed", store: false,
  }, ["You are a pair programmer.", "Run the steps.", "printf one", "step-one-42", "Executes a command"]),
  chat("Cherry Studio", {
    temperature: 0.7, top_p: 1, stream_options: { include_usage: true }, reasoning_effort: "high", enable_thinking: true, thinking_budget: 1_024,
    messages: [{ role: "system", content: "Be kind." }, { role: "user", content: [{ type: "text", text: "What is this?" }, { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } }] }],
    tools: [{ type: "function", function: { name: "mcp_search_web", description: "Executes a search", parameters: { type: "object", properties: { query: { type: "string" } }, required: ["query"] } } }],
  }, ["Be kind.", "What is this?", PNG, "Executes a search"], { "HTTP-Referer": "https://cherry-ai.com", "X-Title": "Cherry Studio" }),
  chat("Chatbox", { temperature: 0.7, top_p: 1, max_tokens: 2_000, stream_options: { include_usage: true }, messages: [{ role: "system", content: "Be kind." }, { role: "user", content: [{ type: "text", text: "Hello?" }] }, { role: "assistant", content: [{ type: "text", text: "Yes?" }] }, { role: "user", content: [{ type: "text", text: "More." }] }] }, ["Be kind.", "Hello?", "Yes?", "More."], { "HTTP-Referer": "https://chatboxai.app", "X-Title": "Chatbox AI" }),
  chat("NextChat", {
    temperature: 0.5, presence_penalty: 0, frequency_penalty: 0, top_p: 1,
    messages: [
      { role: "system", content: "\nYou are ChatGPT.\n" }, { role: "user", content: "Weather?" }, { role: "assistant", tool_calls: [{ id: "call_a", type: "function", function: { name: "weather", arguments: '{"q":"Bern"}' } }] },
      { name: "weather", role: "tool", content: '{"degrees":12}', tool_call_id: "call_a" },
    ],
    tools: [{ type: "function", function: { name: "weather", description: "Tells the weather", parameters: { type: "object", properties: { q: { type: "string" } } } } }],
  }, ["You are ChatGPT.", "Weather?", "Bern", "12", "Tells the weather"]),
  chat("NextChat with a thinking model", { temperature: 1, presence_penalty: 0, frequency_penalty: 0, top_p: 1, max_completion_tokens: 4_000, messages: [{ role: "developer", content: "Formatting re-enabled" }, { role: "user", content: "Hello?" }] }, ["Formatting re-enabled", "Hello?"]),
  chat("Open WebUI", { stream_options: { include_usage: true }, messages: [{ role: "system", content: "Be kind." }, { role: "user", content: "Hello?" }, { role: "assistant", content: "" }, { role: "user", content: "Still there?" }], temperature: 0.8, max_tokens: 1_000, seed: 3 }, ["Be kind.", "Hello?", "Still there?"], { "X-OpenWebUI-User-Id": "u" }),
  chat("Open WebUI, on the side", { stream: false, max_completion_tokens: 1_000, messages: [{ role: "user", content: "### Task:\nSuggest a title." }] }, ["Suggest a title."]),
  chat("LibreChat", {
    user: "6650f0c2", stream_options: { include_usage: true }, max_tokens: 2_000, messages: [{ role: "system", content: "Be kind." }, { role: "user", content: [{ type: "text", text: "Weather?" }] }, { role: "assistant", content: "", tool_calls: [{ id: "call_a", type: "function", function: { name: "weather_mcp_tools", arguments: '{"q":"Bern"}' } }] }, { role: "tool", content: [{ type: "text", text: "twelve degrees" }], tool_call_id: "call_a" }],
    tools: [{ type: "function", function: { name: "weather_mcp_tools", description: "Tells the weather", parameters: { type: "object", properties: { q: { type: "string" } }, additionalProperties: false, $schema: "http://json-schema.org/draft-07/schema#" } } }],
  }, ["Be kind.", "Weather?", "Bern", "twelve degrees", "Tells the weather"]),
  chat("LangChain, Python", {
    n: 1, temperature: 0.7, stop: null, stream_options: { include_usage: true }, parallel_tool_calls: false, tool_choice: "required",
    messages: [{ role: "system", content: "Be kind." }, { role: "user", name: "ann", content: "Weather?" }, { role: "assistant", content: null, tool_calls: [{ type: "function", id: "call_a", function: { name: "weather", arguments: '{"q": "Bern"}' } }] }, { role: "tool", tool_call_id: "call_a", content: "twelve degrees" }],
    tools: [{ type: "function", function: { name: "weather", description: "Tells the weather", parameters: { type: "object", properties: { q: { type: "string" } }, required: ["q"] }, strict: true } }],
  }, ["Be kind.", "Weather?", "Bern", "twelve degrees", "Tells the weather"]),
  chat("LangChain, older", {
    function_call: "auto", functions: [{ name: "weather", description: "Tells the weather", parameters: { type: "object", properties: { q: { type: "string" } } } }],
    messages: [{ role: "user", content: "Weather?" }, { role: "assistant", content: null, function_call: { name: "weather", arguments: '{"q":"Bern"}' } }, { role: "function", name: "weather", content: "twelve degrees" }],
  }, ["Weather?", "Bern", "twelve degrees", "Tells the weather"]),
  {
    client: "LangChain with Anthropic", path: "/anthropic/v1/messages", headers: { "anthropic-version": "2023-06-01" },
    body: { model: MODEL, max_tokens: 1_024, stream: true, system: "Be kind.", stop_sequences: [], tool_choice: { type: "any" }, messages: [{ role: "user", content: "Weather?" }], tools: [{ name: "weather", description: "Tells the weather", input_schema: { type: "object", properties: { q: { type: "string" } } } }] },
    keeps: ["Be kind.", "Weather?", "Tells the weather"],
  },
  {
    client: "LangChain JS with Google", path: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`,
    body: { contents: [{ role: "user", parts: [{ text: "Weather?" }] }], systemInstruction: { parts: [{ text: "Be kind." }] }, generationConfig: { temperature: 0.7, maxOutputTokens: 1_024, candidateCount: 1, stopSequences: [] }, safetySettings: [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }], toolConfig: { functionCallingConfig: { mode: "AUTO" } }, tools: [{ functionDeclarations: [{ name: "weather", description: "Tells the weather", parameters: { type: "OBJECT", properties: { q: { type: "STRING" } } } }] }] },
    keeps: ["Be kind.", "Weather?", "Tells the weather"],
  },
];
