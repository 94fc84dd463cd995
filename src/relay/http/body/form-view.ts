import { isFile, plainName, type Form } from "#relay/http/body/form.ts";
import { RelayError } from "#relay/errors.ts";
import { invalid } from "#relay/http/body/top-values.ts";

/** Fields that are numbers in JSON; forms know only text. */
const NUMBERS: ReadonlySet<string> = new Set(["n", "partial_images", "output_compression", "temperature", "speed"]);
const BOOLEANS: ReadonlySet<string> = new Set(["stream"]);

/**
 * A form as the JSON that would say the same, files by their names: what the shop must know of a request is read from it
 * as from any other. @throws RelayError invalid_value for what cannot be said, invalid_json for a field given twice
 */
export function formView(form: Form): Buffer {
  const members = new Map<string, unknown>();
  for (const part of form.parts) {
    const name = plainName(part.name), isList = part.name !== name || (isFile(part) && name === "image");
    const value = isFile(part) ? part.fileName : valueOf(name, part.value);
    const before = members.get(name);
    if (Array.isArray(before)) before.push(value);
    else if (before !== undefined) throw new RelayError("invalid_json", `The field '${name}' stands there twice.`, { param: name });
    else members.set(name, isList ? [value] : value);
  }
  return Buffer.from(JSON.stringify(Object.fromEntries(members)));
}

function valueOf(name: string, text: string): unknown {
  if (NUMBERS.has(name)) {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (!Number.isFinite(value)) throw invalid(name, "a number");
    return value;
  }
  if (!BOOLEANS.has(name)) return text;
  const word = text.trim().toLowerCase();
  if (word !== "true" && word !== "false") throw invalid(name, "true or false");
  return word === "true";
}
