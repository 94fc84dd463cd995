import type { BodyPart } from "#platform/outbound/body-part.ts";
import { isFile, plainName, type Form } from "#relay/http/body/form.ts";

/** Said to the shop and not to the vendor. */
const OURS: ReadonlySet<string> = new Set(["provider", "models", "session_id", "service_tier"]);

export type FormChanges = Readonly<{
  /** The vendor's name of the model. */
  model: string;
  /** Fields that get this value instead, or are left out where it is undefined. */
  fields?: Readonly<Record<string, string | undefined>>;
}>;

/**
 * A form written anew for a vendor: under a boundary that its client could not know, with names that have been cleaned.
 * Files are not copied.
 */
export function encodeForm({ parts }: Form, { model, fields = {} }: FormChanges, boundary: string): Readonly<{ body: readonly BodyPart[]; contentType: string }> {
  const body: BodyPart[] = [];
  const text: string[] = [];
  const flush = (): void => {
    if (text.length > 0) body.push(Buffer.from(text.splice(0).join("")));
  };
  const field = (name: string, value: string): void => void text.push(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);

  const own: Record<string, string | undefined> = { ...fields, model };
  const written = new Set<string>();
  for (const part of parts) {
    const plain = plainName(part.name);
    if (isFile(part)) {
      text.push(`--${boundary}\r\ncontent-disposition: form-data; name="${part.name}"; filename="${part.fileName}"\r\ncontent-type: ${part.type}\r\n\r\n`);
      flush();
      body.push(part.body);
      text.push("\r\n");
    } else if (plain in own) {
      const value = own[plain];
      if (value !== undefined && !written.has(plain)) field(part.name, value);
      written.add(plain);
    } else if (!OURS.has(plain)) field(part.name, part.value);
  }
  for (const name in own) if (own[name] !== undefined && !written.has(name)) field(name, own[name]);
  text.push(`--${boundary}--\r\n`);
  flush();
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}
