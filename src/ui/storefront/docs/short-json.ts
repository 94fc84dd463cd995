const WIDTH = 76;

/**
 * JSON for readers: what fits on a line stands on one.
 *
 * @param before characters that stand before it on its line, the indent apart
 */
export function shortJson(value: unknown, indent = "", before = 0): string {
  const flat = oneLine(value);
  if (typeof value !== "object" || value === null || indent.length + before + flat.length <= WIDTH) return flat;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const members = Array.isArray(value)
    ? value.map((member) => shortJson(member, inner))
    : Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${shortJson(member, inner, name.length + 4)}`);
  return `${open}\n${members.map((member) => inner + member).join(",\n")}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value === "object" && value !== null) return `{${Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${oneLine(member)}`).join(", ")}}`;
  return JSON.stringify(value);
}
