/** What a key is told apart by on screens: its last letters, or those of the number that a service account's file gives its key. */
export function keySuffix(secret: string): string {
  const number = secret.startsWith("{") ? /"private_key_id"\s*:\s*"([^"\\]{4,})"/.exec(secret)?.[1] : undefined;
  return (number ?? secret).slice(-4);
}
