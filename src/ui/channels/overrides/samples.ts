export type SampleDialect = "openai-chat" | "openai-responses" | "anthropic" | "gemini";

const ASK = "Name three rivers.";
const show = (body: object): string => JSON.stringify(body, null, 2);

/** A request of each kind, to begin with. */
export const samples = (model: string): Readonly<Record<SampleDialect, string>> => ({
  "openai-chat": show({ model, messages: [{ role: "system", content: "Be brief." }, { role: "user", content: ASK }], temperature: 0.7, max_tokens: 200, stream: true, user: "customer-42" }),
  "openai-responses": show({ model, instructions: "Be brief.", input: ASK, temperature: 0.7, max_output_tokens: 200, stream: true }),
  anthropic: show({ model, system: "Be brief.", messages: [{ role: "user", content: ASK }], temperature: 0.7, max_tokens: 200, stream: true, metadata: { user_id: "customer-42" } }),
  gemini: show({ systemInstruction: { parts: [{ text: "Be brief." }] }, contents: [{ role: "user", parts: [{ text: ASK }] }], generationConfig: { temperature: 0.7, maxOutputTokens: 200 } }),
});
