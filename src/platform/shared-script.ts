import { createHash } from "node:crypto";

/** A Lua script for the store that nodes share. `sha` is the name by which the store knows one that it has seen. */
export type SharedScript = Readonly<{ lua: string; sha: string }>;

export const sharedScript = (lua: string): SharedScript => ({ lua, sha: createHash("sha1").update(lua).digest("hex") });
