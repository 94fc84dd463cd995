import type { Json } from "#relay/canonical/request.ts";
import { hashedUser } from "#relay/dialects/anthropic/fields.ts";
import { FOREIGN } from "#relay/dialects/anthropic/proof.ts";
import { asWire, compact, listOf, parseWire, wordOf } from "#relay/dialects/anthropic/wire.ts";
import type { ScannedRequest } from "#relay/http/body/scan.ts";
import { insertMembers, removeMembers, spliceBody, type Edit } from "#relay/http/body/splice.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";

/** A dearer tier would be paid by the shop, and so would another model than the one that is charged. */
const NEVER = ["service_tier", "models", "fallbacks"] as const;
/** What is said to the shop and not to the vendor, who would refuse it. */
const OURS = [...NEVER, "provider", "session_id"] as const;

type RequestOptions = Readonly<{ upstreamModel: string; maxTokens?: number; flags: ProviderFlags }>;

/**
 * The splices that a request needs which its vendor understands: the model's name, the cap where money has set one, and
 * the client's name of its user, of which the vendor hears a hash.
 */
export function passRequest(scanned: ScannedRequest, body: Buffer, options: RequestOptions): Buffer[] {
  const edits: Edit[] = [];
  const added: string[] = [];
  const put = (key: string, text: string): void => {
    const range = scanned.ranges.get(key);
    if (!range) added.push(`"${key}":${text}`);
    else if (body.toString("utf8", range[0], range[1]) !== text) edits.push({ start: range[0], end: range[1], text });
  };
  put("model", JSON.stringify(options.upstreamModel));
  if (options.maxTokens !== undefined) put("max_tokens", String(options.maxTokens));
  const metadata = metadataText(scanned, body);
  if (metadata !== undefined) put("metadata", metadata);
  const messages = ownMessages(scanned, body);
  if (messages !== undefined) put("messages", messages);
  edits.push(...removeMembers(body, (options.flags.routingFields ? NEVER : OURS).map((key) => scanned.ranges.get(key)).filter((range) => range !== undefined)));
  if (added.length > 0) edits.push(insertMembers(body, added.join(",")));
  return spliceBody(body, edits);
}

function metadataText({ ranges }: ScannedRequest, body: Buffer): string | undefined {
  const range = ranges.get("metadata");
  const metadata = range ? parseWire(body.toString("utf8", range[0], range[1])) : undefined;
  const user = wordOf(metadata?.user_id);
  return user === undefined ? undefined : JSON.stringify(compact({ ...metadata, user_id: hashedUser(user) }));
}

/** The history without the thoughts of other vendors' models, whose signatures this one would refuse; undefined = it has none. */
function ownMessages({ ranges }: ScannedRequest, body: Buffer): string | undefined {
  const range = ranges.get("messages");
  if (!range || !body.includes(`"${FOREIGN}`)) return undefined;
  const messages = JSON.parse(body.toString("utf8", range[0], range[1])) as readonly Json[];
  return JSON.stringify(messages.map((message) => {
    const { content } = asWire(message);
    return Array.isArray(content) ? { ...asWire(message), content: listOf(content).filter((block) => !isForeign(block)) } : message;
  }));
}

const isForeign = (block: Json): boolean => wordOf(asWire(block).signature)?.startsWith(FOREIGN) === true;
