import type { Json } from "#channels/override-fields.ts";

/** A body that may be changed in place. */
export type Tree = { [key: string]: Json };
type Container = Tree | Json[];

/** The parts of a pointer: `/messages/0` → messages, 0. */
export const partsOf = (pointer: string): readonly string[] => pointer.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

const isContainer = (value: Json | undefined): value is Container & Json => typeof value === "object" && value !== null;

/** Where an element of an array is; undefined = nowhere. `-` is the place behind the last, `-1` the last. */
function indexOf(list: readonly Json[], part: string, adding: boolean): number | undefined {
  if (part === "-") return adding ? list.length : undefined;
  if (!/^-?\d{1,6}$/.test(part)) return undefined;
  const index = Number(part) < 0 ? list.length + Number(part) : Number(part);
  return index >= 0 && index < list.length ? index : undefined;
}

/** @returns what stands there; undefined = nothing */
export function valueAt(tree: Tree, parts: readonly string[]): Json | undefined {
  let value: Json | undefined = tree;
  for (const part of parts) {
    if (!isContainer(value)) return undefined;
    if (Array.isArray(value)) {
      const index = indexOf(value, part, false);
      value = index === undefined ? undefined : value[index];
    } else value = Object.hasOwn(value, part) ? (value as Tree)[part] : undefined;
  }
  return value;
}

/** Puts a value somewhere; objects on the way are made, elements of arrays are not. @returns whether it could be put */
export function putAt(tree: Tree, parts: readonly string[], value: Json): boolean {
  const last = parts.at(-1)!;
  const parent = parentOf(tree, parts, true);
  if (parent === undefined) return false;
  if (!Array.isArray(parent)) {
    parent[last] = value;
    return true;
  }
  const index = indexOf(parent, last, true);
  if (index === undefined) return false;
  parent[index] = value;
  return true;
}

/** @returns whether there was something to take away */
export function removeAt(tree: Tree, parts: readonly string[]): boolean {
  const last = parts.at(-1)!;
  const parent = parentOf(tree, parts, false);
  if (parent === undefined) return false;
  if (!Array.isArray(parent)) return Object.hasOwn(parent, last) && delete parent[last];
  const index = indexOf(parent, last, false);
  if (index === undefined) return false;
  parent.splice(index, 1);
  return true;
}

function parentOf(tree: Tree, parts: readonly string[], make: boolean): Container | undefined {
  let at: Container = tree;
  for (const part of parts.slice(0, -1)) {
    let next: Json | undefined;
    if (Array.isArray(at)) {
      const index = indexOf(at, part, false);
      next = index === undefined ? undefined : at[index];
    } else {
      next = Object.hasOwn(at, part) ? at[part] : undefined;
      if (next === undefined && make) next = at[part] = {};
    }
    if (!isContainer(next)) return undefined;
    at = next as Container;
  }
  return at;
}
