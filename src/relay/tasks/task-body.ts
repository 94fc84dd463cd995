import { Busboy, type BusboyInstance } from "@fastify/busboy";
import { RelayError } from "#relay/errors.ts";
import type { JsonObject } from "#relay/providers/provider.ts";
import type { Upload } from "#relay/tasks/task.ts";

/** What a client sent: JSON's members or a form's fields, and files. */
export type TaskBody = Readonly<{ fields: JsonObject; uploads: readonly Upload[] }>;

const FILES_MAX = 16;
const FIELDS_MAX = 200;
const DEPTH = /^(\w+)\[(\w+)\]$/;

/** @throws RelayError invalid_json, unsupported_media_type, invalid_value */
export async function readTaskBody(body: Buffer, contentType: string | undefined): Promise<TaskBody> {
  if (contentType?.toLowerCase().startsWith("multipart/form-data")) return readForm(body, contentType);
  if (contentType?.toLowerCase().startsWith("application/x-www-form-urlencoded")) {
    throw new RelayError("unsupported_media_type", "Send JSON or multipart/form-data.");
  }
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw new RelayError("invalid_json", "The request body is not valid JSON.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new RelayError("invalid_json", "The request body must be a JSON object.");
  return { fields: value as JsonObject, uploads: [] };
}

function readForm(body: Buffer, contentType: string): Promise<TaskBody> {
  return new Promise((resolve, reject) => {
    const bad = (why: string): void => reject(new RelayError("invalid_value", `The form could not be read: ${why}.`));
    const fields: Record<string, unknown> = {};
    const uploads: Upload[] = [];
    let form: BusboyInstance;
    try {
      form = new Busboy({ headers: { "content-type": contentType }, limits: { files: FILES_MAX, fields: FIELDS_MAX, fieldSize: body.length, fileSize: body.length + 1 } });
    } catch (error) {
      bad((error as Error).message);
      return;
    }
    form.on("field", (name, value) => put(fields, name, value));
    form.on("file", (name, file, filename, _encoding, type) => {
      const chunks: Buffer[] = [];
      file.on("data", (chunk: Buffer) => chunks.push(chunk));
      file.on("end", () => uploads.push({ name, filename: filename || "file", type: type || "application/octet-stream", bytes: Buffer.concat(chunks) }));
    });
    form.on("error", (error: unknown) => bad((error as Error).message));
    form.on("finish", () => resolve({ fields, uploads }));
    form.end(body);
  });
}

/** SDKs write the members of an object as `input_reference[image_url]`. */
function put(fields: Record<string, unknown>, name: string, value: string): void {
  const nested = DEPTH.exec(name);
  if (!nested) fields[name] = value;
  else fields[nested[1]!] = { ...(fields[nested[1]!] as object | undefined), [nested[2]!]: value };
}
