/** What a form's brackets can build. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = { [key: string]: FormValue };

/** Reads `a[b][0][c]=1` into objects and lists, as the API's bodies and queries are written. */
export function parseForm(text: string): Form {
  const root: Form = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = [name.replace(/\[.*$/, ""), ...[...name.matchAll(/\[([^\]]*)\]/g)].map(([, part]) => part!)];
    set(root, path, value);
  }
  return lists(root) as Form;
}

function set(node: Form, [head, ...rest]: string[], value: string): void {
  const key = head === "" ? String(Object.keys(node).length) : head!;
  if (rest.length === 0) {
    node[key] = value;
    return;
  }
  const next = (node[key] ??= Object.create(null) as Form);
  set(next as Form, rest, value);
}

/** Objects whose keys count from 0 are lists. */
function lists(value: FormValue): FormValue {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  if (keys.length > 0 && keys.every((key, i) => key === String(i))) return keys.map((key) => lists(value[key]!));
  return Object.fromEntries(keys.map((key) => [key, lists(value[key]!)]));
}

export const text = (form: Form, ...path: string[]): string | undefined => {
  let node: FormValue | undefined = form;
  for (const key of path) node = typeof node === "object" ? (node as Form)[key] : undefined;
  return typeof node === "string" ? node : undefined;
};

export const whole = (form: Form, ...path: string[]): number | undefined => {
  const found = text(form, ...path);
  return found !== undefined && /^-?\d+$/.test(found) ? Number(found) : undefined;
};

/** A map of texts such as `metadata`. */
export const texts = (form: Form, key: string): Record<string, string> => {
  const node = form[key];
  if (typeof node !== "object" || Array.isArray(node)) return {};
  return Object.fromEntries(Object.entries(node).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
};
