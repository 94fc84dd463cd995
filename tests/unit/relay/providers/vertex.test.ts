import { expect, test } from "vitest";
import { endpointsOf, endpointUrl, providers } from "#relay/providers/index.ts";
import type { Placing } from "#relay/providers/provider.ts";
import { classifyFault, readFault } from "#relay/providers/kit/classify.ts";
import { protocolsFor } from "#relay/routing/protocols.ts";

const vertex = providers.get("google-vertex")!, bedrock = providers.get("bedrock")!;
const FILE = JSON.stringify({ type: "service_account", project_id: "shop-7", client_email: "a@b", private_key: "x" });
const PLACING: Placing = { secret: FILE, settings: {}, upstreamModel: "gemini-2.5-pro", baseUrl: undefined };

const url = (over: Partial<Placing>, stream = false): string => {
  const of = { ...PLACING, ...over };
  const [endpoint] = protocolsFor(vertex, undefined, "chat", "openai-chat", of.upstreamModel);
  return decodeURIComponent(endpointUrl(vertex, of.baseUrl, endpoint!, { upstreamModel: of.upstreamModel, stream, place: vertex.place!(of) }).href);
};
const GEMINI = "publishers/google/models/gemini-2.5-pro:generateContent";

test.each<[string, Partial<Placing>, string]>([
  ["the world", {}, `https://aiplatform.googleapis.com/v1/projects/shop-7/locations/global/${GEMINI}`],
  ["a region", { settings: { location: "us-east5" } }, `https://us-east5-aiplatform.googleapis.com/v1/projects/shop-7/locations/us-east5/${GEMINI}`],
  ["a continent", { settings: { location: "eu" } }, `https://aiplatform.eu.rep.googleapis.com/v1/projects/shop-7/locations/eu/${GEMINI}`],
  ["a place of the model's own", { settings: { location: "us-east5", locations: { "gemini-2.5-pro": "global" } } }, `https://aiplatform.googleapis.com/v1/projects/shop-7/locations/global/${GEMINI}`],
  ["a project of the channel's own", { settings: { project: "other" } }, `https://aiplatform.googleapis.com/v1/projects/other/locations/global/${GEMINI}`],
  ["a region's host as base", { baseUrl: "https://europe-west4-aiplatform.googleapis.com/" }, `https://europe-west4-aiplatform.googleapis.com/v1/projects/shop-7/locations/europe-west4/${GEMINI}`],
  ["a continent's host as base", { baseUrl: "https://aiplatform.us.rep.googleapis.com/v1" }, `https://aiplatform.us.rep.googleapis.com/v1/projects/shop-7/locations/us/${GEMINI}`],
  ["a whole address as base", { baseUrl: "https://aiplatform.googleapis.com/v1/projects/pasted/locations/us-central1/endpoints/openapi" }, `https://us-central1-aiplatform.googleapis.com/v1/projects/pasted/locations/us-central1/${GEMINI}`],
  ["a gateway", { baseUrl: "https://gateway.example/google/v1", settings: { location: "us-east5" } }, `https://gateway.example/google/v1/projects/shop-7/locations/us-east5/${GEMINI}`],
  ["the catalogue's name of the model", { upstreamModel: "publishers/google/models/gemini-2.5-pro" }, `https://aiplatform.googleapis.com/v1/projects/shop-7/locations/global/${GEMINI}`],
  ["an API key", { secret: "AIza-1" }, `https://aiplatform.googleapis.com/v1/${GEMINI}`],
  ["an API key of a project", { secret: "AIza-1", settings: { project: "shop-7" } }, `https://aiplatform.googleapis.com/v1/projects/shop-7/locations/global/${GEMINI}`],
  ["Claude", { upstreamModel: "claude-sonnet-4-5@20250929" }, "https://aiplatform.googleapis.com/v1/projects/shop-7/locations/global/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict"],
  ["a partner's", { upstreamModel: "deepseek-ai/deepseek-v3.2-maas" }, "https://aiplatform.googleapis.com/v1/projects/shop-7/locations/global/endpoints/openapi/chat/completions"],
])("an address on Vertex: %s", (_name, over, expected) => {
  expect(url(over)).toBe(expected);
});

test("a service account without a project, on a channel without one, is said to lack it", () => {
  expect(() => vertex.place!({ ...PLACING, secret: '{"client_email":"a@b"}' })).toThrow("names no project");
});

test("which of its words a vendor is told goes by the model, unless the channel says which", () => {
  const dialects = (...asked: Parameters<typeof protocolsFor>): readonly string[] => protocolsFor(...asked).map(({ dialect }) => dialect);
  expect(dialects(vertex, undefined, "chat", "anthropic", "gemini-2.5-pro")).toEqual(["gemini"]);
  expect(dialects(vertex, undefined, "chat", "gemini", "claude-opus-4-1")).toEqual(["anthropic"]);
  expect(dialects(vertex, undefined, "chat", "anthropic", "xai/grok-4.1-fast")).toEqual(["openai-chat"]);
  expect(dialects(vertex, "chat", "chat", "openai-chat", "google/gemini-2.5-pro")).toEqual(["openai-chat"]);
  expect(dialects(bedrock, undefined, "chat", "anthropic", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0")).toEqual(["anthropic", "bedrock-converse"]);
  expect(dialects(bedrock, undefined, "chat", "openai-chat", "eu.anthropic.claude-sonnet-4-5-20250929-v1:0")).toEqual(["bedrock-converse"]);
  expect(dialects(bedrock, undefined, "chat", "anthropic", "us.amazon.nova-pro-v1:0")).toEqual(["bedrock-converse"]);
  // A profile's name does not say whose model it is; the operator can.
  const profile = "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc";
  expect(dialects(bedrock, undefined, "chat", "anthropic", profile)).toEqual(["bedrock-converse"]);
  expect(dialects(bedrock, "messages", "chat", "openai-chat", profile)).toEqual(["anthropic"]);
});

test("on Bedrock a key's region is where it is used, and a profile's name is one segment", () => {
  const [converse] = endpointsOf(bedrock, "chat");
  const of = (over: Partial<Placing>): string => {
    const placing = { ...PLACING, secret: "AKIA1|secret|ap-south-1", ...over };
    return endpointUrl(bedrock, placing.baseUrl, converse!, { upstreamModel: "arn:aws:bedrock:x/y", stream: false, place: bedrock.place!(placing) }).href;
  };
  expect(of({})).toBe("https://bedrock-runtime.ap-south-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Ax%2Fy/converse");
  expect(of({ settings: { location: "eu-west-1" } })).toMatch(/^https:\/\/bedrock-runtime\.eu-west-1\./);
  expect(of({ baseUrl: "https://vpce-1.bedrock-runtime.us-west-2.vpce.amazonaws.com" })).toMatch(/^https:\/\/vpce-1\./);
});

test("a request's members that the address tells are taken out wherever they stand; all other bytes stay", () => {
  const reword = endpointsOf(bedrock, "chat")[1]!.reword!;
  const said = reword({
    headers: { "anthropic-version": "2023-06-01", "anthropic-beta": "a-1, b-2", "content-type": "application/json" },
    parts: [Buffer.from('{"stream": true, "max_tokens" : 5,"model":"x","messages":[{"role":"user","content":"\\u00e9 {\\"model\\":1}"}],'), Buffer.from('"anthropic_beta":["b-2","c-3"], "anthropic_version":"old","model":"y" }')],
  });
  expect(said.headers).toEqual({ "content-type": "application/json" });
  const text = Buffer.concat(said.parts as readonly Buffer[]).toString();
  expect(text).toContain('"messages":[{"role":"user","content":"\\u00e9 {\\"model\\":1}"}]');
  expect(JSON.parse(text)).toEqual({ anthropic_version: "bedrock-2023-05-31", anthropic_beta: ["b-2", "c-3", "a-1"], max_tokens: 5, messages: [{ role: "user", content: 'é {"model":1}' }] });
  expect(JSON.parse(Buffer.concat(reword({ headers: {}, parts: [Buffer.from('{"model":"x"}')] }).parts as readonly Buffer[]).toString())).toEqual({ anthropic_version: "bedrock-2023-05-31" });
});

test("Gemini's words as Vertex takes them: calls without ids, turns with their roles; nothing else is touched", () => {
  const reword = endpointsOf(vertex, "chat")[0]!.reword!;
  const of = (body: string): string => Buffer.concat(reword({ headers: {}, parts: [Buffer.from(body)] }).parts as readonly Buffer[]).toString();
  const plain = '{"contents" : [{"role":"user", "parts":[{"text":"\\u00e9 \\"id\\""}]}], "tools":[{"functionDeclarations":[{"name":"look","parameters":{"properties":{"id":{}}}}]}] }';
  expect(of(plain)).toBe(plain);
  expect(JSON.parse(of('{"contents":[{"parts":[{"text":"Hi"}]},{"role":"model","parts":[{"text":"Yo"}]}],"generationConfig":{"temperature":1}}'))).toEqual({
    contents: [{ role: "user", parts: [{ text: "Hi" }] }, { role: "model", parts: [{ text: "Yo" }] }], generationConfig: { temperature: 1 },
  });
  const turns = [
    { role: "model", parts: [{ functionCall: { id: "c1", name: "look", args: { id: 7 } }, thoughtSignature: "c2ln" }] },
    { role: "user", parts: [{ functionResponse: { id: "c1", name: "look", response: { id: 8 } } }] },
  ];
  expect(JSON.parse(of(JSON.stringify({ contents: turns, cachedContent: "x" })))).toEqual({
    contents: [
      { role: "model", parts: [{ functionCall: { name: "look", args: { id: 7 } }, thoughtSignature: "c2ln" }] },
      { role: "user", parts: [{ functionResponse: { name: "look", response: { id: 8 } } }] },
    ],
    cachedContent: "x",
  });
  expect(of('{"cachedContent":"x"}')).toBe('{"cachedContent":"x"}');
});

test("Vertex's own words for what went wrong", () => {
  const classOf = (status: number, error: object) => classifyFault(readFault(status, Buffer.from(JSON.stringify({ error }))), vertex.errorClasses);
  expect(classOf(400, { code: 400, status: "INVALID_ARGUMENT", message: "The input token count (1250074) exceeds the maximum number of tokens allowed (1048576)." })).toBe("context");
  expect(classOf(404, { code: 404, status: "NOT_FOUND", message: "Publisher Model `projects/p/locations/us-central1/publishers/google/models/gemini-x` not found." })).toBe("config");
  expect(classOf(429, { code: 429, status: "RESOURCE_EXHAUSTED", message: "Resource exhausted, please try again later." })).toBe("rate");
  expect(classOf(401, { code: 401, status: "UNAUTHENTICATED", message: "Request had invalid authentication credentials." })).toBe("auth");
  expect(classOf(403, { code: 403, status: "PERMISSION_DENIED", message: "Permission 'aiplatform.endpoints.predict' denied on resource.", details: [{ reason: "IAM_PERMISSION_DENIED" }] })).toBe("config");
  expect(classOf(400, { code: 400, status: "INVALID_ARGUMENT", message: "Unable to submit request because it has a temperature value of 1000." })).toBe("client");
});
