/** What goes to the relay besides the messages; undefined = left to the model. */
export type Parameters = Readonly<{ system: string; temperature: number | undefined; topP: number | undefined; maxTokens: number | undefined }>;

export const NO_PARAMETERS: Parameters = { system: "", temperature: undefined, topP: undefined, maxTokens: undefined };

export type Reply = Readonly<{
  role: "assistant";
  text: string;
  reasoning: string;
  state: "running" | "done" | "stopped" | "failed";
  /** `req_…` of the answer: the way to its receipt. */
  requestId: string | undefined;
  /** What the relay said went wrong. */
  problem: string | undefined;
}>;
export type Turn = Readonly<{ role: "user"; text: string }> | Reply;
/** One model with its own run of the conversation. */
export type Column = Readonly<{ id: string; model: string; turns: readonly Turn[] }>;

export const EMPTY_REPLY: Reply = { role: "assistant", text: "", reasoning: "", state: "running", requestId: undefined, problem: undefined };

/** What is said up to a turn that is answered anew: a reply without itself, a question with other words. */
export function fromTurn(turns: readonly Turn[], at: number, text?: string): readonly Turn[] {
  const turn = turns[at];
  if (turn?.role === "assistant") return turns.slice(0, at);
  return turn ? [...turns.slice(0, at), { role: "user", text: text ?? turn.text }] : turns;
}

/** Without one turn; a question takes its answer along, as an answer to nothing would mislead the model. */
export function withoutTurn(turns: readonly Turn[], at: number): readonly Turn[] {
  const pair = turns[at]?.role === "user" && turns[at + 1]?.role === "assistant";
  return turns.filter((_, index) => index !== at && !(pair && index === at + 1));
}

/** Columns that were asked the same at this turn: they are compared, so other words go to each of them. */
export function askedTheSame(columns: readonly Column[], id: string, at: number): readonly Column[] {
  const turn = columns.find((column) => column.id === id)?.turns[at];
  return columns.filter((column) => {
    const other = column.turns[at];
    return column.id === id || (turn?.role === "user" && other?.role === "user" && other.text === turn.text);
  });
}

/** The body of exactly this request. Replies that failed are not part of what was said. */
export function requestBody(model: string, turns: readonly Turn[], { system, temperature, topP, maxTokens }: Parameters): Record<string, unknown> {
  const said = turns.filter((turn) => turn.role === "user" || turn.text !== "").map(({ role, text }) => ({ role, content: text }));
  return {
    model,
    messages: [...(system.trim() === "" ? [] : [{ role: "system", content: system }]), ...said],
    ...(temperature !== undefined && { temperature }), ...(topP !== undefined && { top_p: topP }), ...(maxTokens !== undefined && { max_tokens: maxTokens }),
    stream: true,
  };
}

/** The same request in a terminal and in two languages. */
export function requestCode(base: string, body: Record<string, unknown>): readonly Readonly<{ name: string; code: string }>[] {
  const { stream: _stream, ...plain } = body;
  const json = JSON.stringify(plain, null, 2);
  const indented = (text: string, by: string): string => text.replaceAll("\n", `\n${by}`);
  return [
    { name: "curl", code: `curl ${base}/v1/chat/completions \\\n  -H "authorization: Bearer $OPENAI_API_KEY" \\\n  -H "content-type: application/json" \\\n  -d '${json.replaceAll("'", "'\\''")}'` },
    { name: "Python", code: `import json, os\nfrom openai import OpenAI\n\nclient = OpenAI(base_url="${base}/v1", api_key=os.environ["OPENAI_API_KEY"])\nrequest = json.loads(r'''${json.replaceAll("'''", "\\u0027\\u0027\\u0027")}''')\nreply = client.chat.completions.create(**request)\nprint(reply.choices[0].message.content)` },
    { name: "TypeScript", code: `import OpenAI from "openai";\n\nconst client = new OpenAI({ baseURL: "${base}/v1" });\nconst reply = await client.chat.completions.create(${indented(json, "")});\nprocess.stdout.write(reply.choices[0]?.message.content ?? "");` },
  ];
}
