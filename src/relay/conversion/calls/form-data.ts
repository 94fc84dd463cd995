/** A part of a form: text, or a file with its name. */
export type FormPart = Readonly<{ name: string; value: string | Buffer; fileName?: string; type?: string }>;

const EDGE = "modelmart-form-7f3b1c9ae5d2";

/** A form as vendors take it (RFC 7578). The edge is lengthened until no part holds it. */
export function formData(parts: readonly FormPart[]): Readonly<{ contentType: string; body: readonly Buffer[] }> {
  let edge = EDGE;
  while (parts.some(({ value }) => value.includes(edge))) edge += "-";
  const body: Buffer[] = [];
  for (const { name, value, fileName, type } of parts) {
    const file = fileName === undefined ? "" : `; filename="${quoted(fileName)}"`;
    const kind = type === undefined ? "" : `content-type: ${type}\r\n`;
    body.push(Buffer.from(`--${edge}\r\ncontent-disposition: form-data; name="${quoted(name)}"${file}\r\n${kind}\r\n`), Buffer.isBuffer(value) ? value : Buffer.from(value), LINE);
  }
  body.push(Buffer.from(`--${edge}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${edge}`, body };
}

const LINE = Buffer.from("\r\n");

/** As browsers write names into a form's head. */
const quoted = (text: string): string => text.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
