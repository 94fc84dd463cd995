import type { Loss } from "#relay/canonical/losses.ts";
import { createHash } from "node:crypto";
import type { Json } from "#channels/override-fields.ts";
import type { Tree } from "#relay/policy/json-pointer.ts";
import type { ModelRules } from "#relay/policy/model-rules.ts";

type Wants = Pick<ModelRules, "alternate" | "echo" | "shortIds" | "messageMembers" | "documentUrls" | "systemRole">;

const CALLS = '"tool_calls"', DOCUMENT = '"file_data"', DEVELOPER = '"developer"';

/** May the conversation have to be changed? Looks at the bytes alone. */
export const touchesConversation = ({ alternate, echo, shortIds, messageMembers, documentUrls, systemRole }: Wants, body: Buffer): boolean =>
  alternate || messageMembers !== undefined || (systemRole && body.includes(DEVELOPER)) || (documentUrls && body.includes(DOCUMENT)) || ((echo !== undefined || shortIds) && body.includes(CALLS));

/** Puts the messages of a chat request as the model wants them, in place. @returns codes of what was changed */
export function applyConversationRules({ alternate, echo, shortIds, messageMembers, documentUrls, systemRole }: Wants, body: Tree): readonly Loss[] {
  if (!Array.isArray(body.messages)) return [];
  const codes: Loss[] = [];
  let messages = body.messages as readonly Json[];
  if (systemRole) messages = messages.map((message) => (isTree(message) && message.role === "developer" ? { ...message, role: "system" } : message));
  if (echo !== undefined && (echo === "always" || isThinking(body))) messages = messages.map(withThought);
  if (shortIds) messages = messages.map(withShortIds);
  if (messageMembers) messages = messages.map((message) => withKnown(message, messageMembers, codes));
  if (documentUrls) messages = messages.map(withDocumentUrls);
  if (alternate) {
    const joined = joinNeighbours(messages);
    if (joined.length !== messages.length) codes.push("messages_joined");
    messages = joined;
  }
  body.messages = messages;
  return codes;
}

const isTree = (value: Json | undefined): value is Tree => typeof value === "object" && value !== null && !Array.isArray(value);
const isThinking = ({ thinking }: Tree): boolean => isTree(thinking) && thinking.type === "enabled";

/** A call without the thought that led to it is refused; an empty one is taken. */
function withThought(message: Json): Json {
  if (!isTree(message) || message.role !== "assistant" || !Array.isArray(message.tool_calls) || typeof message.reasoning_content === "string") return message;
  return { ...message, reasoning_content: "" };
}

function withShortIds(message: Json): Json {
  if (!isTree(message)) return message;
  const { tool_calls: calls, tool_call_id: id } = message;
  if (typeof id === "string") return { ...message, tool_call_id: shortId(id) };
  if (!Array.isArray(calls)) return message;
  return { ...message, tool_calls: (calls as Json[]).map((call) => (isTree(call) && typeof call.id === "string" ? { ...call, id: shortId(call.id) } : call)) };
}

const shortId = (id: string): string => (/^[A-Za-z0-9]{9}$/.test(id) ? id : createHash("sha256").update(id).digest("hex").slice(0, 9));

/** Clients hand back an answer as it came, with all the members that other vendors' answers have. */
function withKnown(message: Json, known: NonNullable<Wants["messageMembers"]>, codes: Loss[]): Json {
  const names = isTree(message) && typeof message.role === "string" && Object.hasOwn(known, message.role) ? known[message.role] : undefined;
  if (!names || !isTree(message)) return message;
  const kept = Object.entries(message).filter(([name, value]) => {
    if (names.includes(name)) return true;
    const says = value !== null && !(Array.isArray(value) && value.length === 0);
    const code: Loss = name === "name" ? "name_dropped" : `unknown:messages.${name}`;
    if (says && !codes.includes(code)) codes.push(code);
    return false;
  });
  return Object.fromEntries(kept.map(([name, value]) => [name, name === "content" && Array.isArray(value) ? (value as Json[]).map(withoutMarks) : value]));
}

/** Where others are told to keep what was said, a vendor that knows no such marks keeps it by itself. */
const MARKS: ReadonlySet<string> = new Set(["cache_control", "prompt_cache_breakpoint"]);

const withoutMarks = (part: Json): Json =>
  (isTree(part) && Object.keys(part).some((name) => MARKS.has(name)) ? Object.fromEntries(Object.entries(part).filter(([name]) => !MARKS.has(name))) : part);

function withDocumentUrls(message: Json): Json {
  if (!isTree(message) || !Array.isArray(message.content)) return message;
  return { ...message, content: (message.content as Json[]).map(asDocumentUrl) };
}

function asDocumentUrl(part: Json): Json {
  const file = isTree(part) && part.type === "file" ? part.file : undefined;
  if (!isTree(file) || typeof file.file_data !== "string") return part;
  return { type: "document_url", document_url: file.file_data, ...(typeof file.filename === "string" && { document_name: file.filename }) };
}

/** Two turns of one side become one; what a tool or the system says stands for itself. */
function joinNeighbours(messages: readonly Json[]): readonly Json[] {
  const joined: Json[] = [];
  for (const message of messages) {
    const before = joined.at(-1);
    if (isTree(message) && isTree(before) && before.role === message.role && (message.role === "user" || message.role === "assistant")) {
      joined[joined.length - 1] = { ...before, content: joinContents(before.content, message.content) };
    } else joined.push(message);
  }
  return joined;
}

function joinContents(a: Json | undefined, b: Json | undefined): Json {
  if (typeof a === "string" && typeof b === "string") return `${a}\n\n${b}`;
  return [...partsOf(a), ...partsOf(b)];
}

const partsOf = (content: Json | undefined): readonly Json[] => (typeof content === "string" ? [{ type: "text", text: content }] : Array.isArray(content) ? (content as Json[]) : []);
