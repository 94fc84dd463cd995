const MESSAGE_CHARS_MAX = 1_000;

/** What a vendor's message may not carry to a customer: addresses, keys, and names of accounts. */
const SECRETS: readonly RegExp[] = [
  /\b[a-z][a-z0-9+.-]*:\/\//i,
  /\bwww\./i,
  /\b(?:[a-z0-9-]+\.)+(?:com|ai|net|org|io|cn|dev|cloud|app|co|us|eu|sh|chat|local|internal|azure)\b/i,
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/,
  /\bsk-[\w-]|\bAIza|\bBearer\b|\bgsk_|\bxai-[\w]|\bhf_|\bAKIA|\bakid/i,
  /[\w*]*\*{4,}[\w*]*/,
  /\b(?:org|proj|acct|user|team|asst|key)[-_](?=[\w-]*\d)[\w-]{6,}/i,
  /\b(?:organi[sz]ation|project|account|workspace|subscription|tenant|resource)(?: id)?[ :`'"]{1,3}[\w-]*\d[\w-]*/i,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/i,
];

/**
 * A vendor's message if a customer may read it, else undefined: then the general sentence of the error is said.
 *
 * @param names names that must not show: the channel, the upstream model, the host
 */
export function scrubMessage(message: string | undefined, names: readonly string[] = []): string | undefined {
  const said = message?.trim().slice(0, MESSAGE_CHARS_MAX);
  if (!said || SECRETS.some((secret) => secret.test(said))) return undefined;
  const lower = said.toLowerCase();
  return names.some((name) => name !== "" && lower.includes(name.toLowerCase())) ? undefined : said;
}
