import { z } from "zod";
import { permissionsOfRole, VERIFIED_ONLY, type ConsolePermission, type Permission, type Role } from "#accounts/index.ts";
import { appRouter } from "#trpc/root.ts";

export type Procedure = Readonly<{ name: string; area: "public" | "console" | "admin"; permission: string; sudo: boolean; type: string; input: z.ZodType | undefined }>;

type Definition = { _def: { meta?: { permission?: string; sudo?: boolean }; type?: string; inputs?: z.ZodType[] } };

/** Every procedure of the router, with what it states about itself. */
export const allProcedures = (): readonly Procedure[] =>
  Object.entries(appRouter._def.procedures as unknown as Record<string, Definition>).map(([name, { _def }]) => ({
    name, area: name.split(".")[0] as Procedure["area"], permission: _def.meta?.permission ?? "", sudo: _def.meta?.sudo ?? false, type: _def.type ?? "", input: _def.inputs?.[0],
  }));

/** Calls a procedure of a caller by its name; `none` when nothing was thrown. */
export async function callByName(caller: object, name: string, input: unknown): Promise<{ code: string; reason: string | undefined; value: unknown; message: string }> {
  const found = name.split(".").reduce<unknown>((here, part) => (here as Record<string, unknown>)[part], caller) as (input: unknown) => Promise<unknown>;
  try {
    return { code: "none", reason: undefined, value: await found(input), message: "" };
  } catch (error) {
    const { code = "ERROR", reason, message = "" } = error as { code?: string; reason?: string; message?: string };
    return { code, reason, value: undefined, message };
  }
}

export type Verdict = "allowed" | "UNAUTHORIZED" | "FORBIDDEN" | "FORBIDDEN sudo" | "FORBIDDEN verify";

/** What must happen, from the table of permissions alone. */
export function expectedVerdict({ area, permission, sudo }: Procedure, who: Readonly<{ role: Role; renewed: boolean; mustVerify: boolean }> | undefined): Verdict {
  if (area === "public") return "allowed";
  if (!who) return "UNAUTHORIZED";
  if (area === "admin" && !permissionsOfRole(who.role).has(permission as Permission)) return "FORBIDDEN";
  if (area === "console" && who.mustVerify && VERIFIED_ONLY.has(permission as ConsolePermission)) return "FORBIDDEN verify";
  return sudo && !who.renewed ? "FORBIDDEN sudo" : "allowed";
}

type Shape = {
  type?: string; format?: string; properties?: Record<string, Shape>; required?: string[]; items?: Shape; enum?: unknown[]; const?: unknown; anyOf?: Shape[]; oneOf?: Shape[]; allOf?: Shape[];
  minLength?: number; minItems?: number; minimum?: number; pattern?: string; default?: unknown;
};

/** The least input that the schema takes, with ids from `ids` by turns; good enough to get past most parsers. */
export function sampleInput(schema: z.ZodType | undefined, id: string): unknown {
  if (!schema) return undefined;
  return sample(z.toJSONSchema(schema, { io: "input", unrepresentable: "any", override: ({ zodSchema, jsonSchema }) => void special(zodSchema, jsonSchema as Shape) }) as Shape, id, "");
}

/** Types that JSON has no word for. */
function special(schema: unknown, shape: Shape): void {
  const kind = (schema as { _zod?: { def?: { type?: string } } })._zod?.def?.type;
  if (kind === "bigint") shape.format = "bigint";
  if (kind === "date") shape.format = "date";
}

function sample(shape: Shape, id: string, name: string): unknown {
  if (shape.format === "bigint") return 1n;
  if (shape.format === "date") return new Date();
  if (shape.const !== undefined) return shape.const;
  if (shape.enum) return shape.enum[0];
  const choice = shape.anyOf ?? shape.oneOf;
  if (choice) return sample(choice[0]!, id, name);
  if (shape.allOf) return Object.assign({}, ...shape.allOf.map((each) => sample(each, id, name)));
  if (shape.type === "object") {
    const all = Object.entries(shape.properties ?? {}).filter(([key]) => shape.required?.includes(key) || /id$|key|wallet/i.test(key));
    return Object.fromEntries(all.map(([key, inner]) => [key, sample(inner, id, key)]));
  }
  if (shape.type === "array") return Array.from({ length: shape.minItems ?? 0 }, () => sample(shape.items ?? {}, id, name));
  if (shape.type === "boolean") return true;
  if (shape.type === "number" || shape.type === "integer") return Math.max(1, shape.minimum ?? 1);
  if (shape.format === "uuid") return id;
  if (shape.format === "email") return "nobody@example.com";
  if (shape.format === "date-time") return new Date().toISOString();
  if (/id$|key/i.test(name)) return id;
  return "x".repeat(Math.max(8, shape.minLength ?? 0));
}
