import { randomUUID } from "node:crypto";
import type { BodyPart } from "#platform/outbound/body-part.ts";

/** A part of a form: text, or a file with its name. */
export type FormPart = Readonly<{ name: string; value: string | BodyPart; fileName?: string; type?: string }>;

/** A form as vendors take it (RFC 7578). The edge is drawn anew each time: no part can hold it. */
export function formData(parts: readonly FormPart[]): Readonly<{ contentType: string; body: readonly BodyPart[] }> {
  const edge = `modelmart-${randomUUID()}`;
  const body: BodyPart[] = [];
  for (const { name, value, fileName, type } of parts) {
    const file = fileName === undefined ? "" : `; filename="${quoted(fileName)}"`;
    const kind = type === undefined ? "" : `content-type: ${type}\r\n`;
    body.push(Buffer.from(`--${edge}\r\ncontent-disposition: form-data; name="${quoted(name)}"${file}\r\n${kind}\r\n`), typeof value === "string" ? Buffer.from(value) : value, LINE);
  }
  body.push(Buffer.from(`--${edge}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${edge}`, body };
}

const LINE = Buffer.from("\r\n");

/** As browsers write names into a form's head. */
const quoted = (text: string): string => text.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
