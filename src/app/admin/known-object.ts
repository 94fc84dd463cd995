import "server-only";
import { notFound } from "next/navigation";
import { shop } from "#app/shop.ts";
import { OBJECT_KINDS, objectExists } from "#reports/object-exists.store.ts";

/** Addresses under a list that are no object of it. */
const WORDS: ReadonlySet<string> = new Set(["new"]);

/**
 * Refuses the address of an object that is not there. For the layout: once a page's loading state has been sent, its
 * answer is 200, whatever the page finds out afterwards.
 */
export async function requireKnownObject(pathname: string): Promise<void> {
  const kind = OBJECT_KINDS.find((name) => pathname.startsWith(`/admin/${name}/`));
  const [id = ""] = kind === undefined ? [] : pathname.slice(`/admin/${kind}/`.length).split("/");
  if (kind === undefined || id === "" || WORDS.has(id)) return;
  const { pool } = await shop();
  if (!(await objectExists(pool, kind, decoded(id)))) notFound();
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
