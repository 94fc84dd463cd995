import type { Queryable } from "#platform/db/queryable.ts";
import type { PictureKind } from "#accounts/shop-file.ts";

/** Keeps a picture under the hash of its content; the same one twice is one. */
export async function saveShopFile(tx: Queryable, file: Readonly<{ id: string; kind: PictureKind; content: Uint8Array }>): Promise<void> {
  await tx.query("INSERT INTO shop_files (id, media_type, content) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING", [file.id, file.kind, Buffer.from(file.content)]);
}

/** A picture by its hash. */
export async function findShopFile(db: Queryable, id: string): Promise<{ kind: string; content: Buffer } | undefined> {
  const { rows } = await db.query<{ kind: string; content: Buffer }>("SELECT media_type AS kind, content FROM shop_files WHERE id = $1", [id]);
  return rows[0];
}
