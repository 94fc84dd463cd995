/** Where to go after signing in: a path of this site only, as `//host` and `/\host` leave it. */
export function safeNext(next: string | string[] | undefined): string {
  return typeof next === "string" && /^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(next) ? next : "/console";
}
