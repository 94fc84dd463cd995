import type { ApiCall } from "#ui/storefront/docs/open-api.ts";
import { shortJson } from "#ui/storefront/docs/short-json.ts";

type Titled = Readonly<{ title: string; text: string }>;

/** What is said of the management interface in one language: of its groups, calls, members and errors. */
export type ManagementText = Readonly<{
  sections: Readonly<Record<"auth" | "amounts" | "paging" | "repeat", Titled>>;
  groups: Readonly<Record<string, Titled>>;
  /** By the call's name in the description. */
  calls: Readonly<Record<string, Titled>>;
  /** By the member's name; with `call:` or `group:` before it where it means something else there. */
  fields: Readonly<Record<string, string>>;
  errors: Readonly<Record<string, string>>;
}>;

/** What a member means: the narrower word wins. */
export function fieldText({ fields }: ManagementText, { id, tag }: Pick<ApiCall, "id" | "tag">, name: string): string | undefined {
  const short = name.replace(/^data\[\]\./, "");
  const last = short.split(".").at(-1)!;
  return [`${id}:${short}`, `${tag}:${short}`, `${id}:${last}`, `${tag}:${last}`, short, last].map((key) => fields[key]).find((text) => text !== undefined);
}

export type CallGroup = Readonly<{ tag: string; calls: readonly ApiCall[] }>;

/** Calls by what they are about, in the description's order. */
export function callGroups(calls: readonly ApiCall[]): readonly CallGroup[] {
  return [...new Set(calls.map(({ tag }) => tag))].map((tag) => ({ tag, calls: calls.filter((call) => call.tag === tag) }));
}

export const TOKEN_VARIABLE = "MM_ADMIN_TOKEN";

/** The call as it is typed into a terminal. */
export function curlOf({ method, permission, shown: { address, body } }: ApiCall, base: string): string {
  const url = `${base}${address}`;
  const parts = [
    `curl ${method === "GET" ? "" : `-X ${method} `}${/[?&{}]/.test(url) ? `"${url}"` : url}`,
    ...(permission === undefined ? [] : [`-H "Authorization: Bearer $${TOKEN_VARIABLE}"`]),
    ...(body === undefined ? [] : [`-H "Content-Type: application/json"`, `-d '${shortJson(body, "  ").replaceAll("'", "'\\''")}'`]),
  ];
  return parts.join(" \\\n  ");
}
