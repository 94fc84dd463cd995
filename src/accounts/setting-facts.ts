import { z } from "zod";
import type { Permission } from "#accounts/permissions.ts";
import { SETTINGS, type SettingPath } from "#accounts/settings.ts";

/** How a setting is written on a screen; read off its schema, so that no setting can be without a field. */
export type SettingKind = "switch" | "choice" | "number" | "usd" | "text" | "url" | "color" | "logo" | "localized" | "markdown" | "json";

export type SettingFacts = Readonly<{
  path: SettingPath;
  /** First word of the path: the page of the settings where it stands. */
  area: string;
  kind: SettingKind;
  options: readonly string[];
  initial: unknown;
  min?: number;
  max?: number;
  maxLength?: number;
}>;

type Shape = { type?: string; enum?: unknown[]; format?: string; pattern?: string; anyOf?: Shape[]; minimum?: number; maximum?: number; maxLength?: number; properties?: Record<string, Shape> };

/** Longer texts of the operator get an editor. */
const MARKDOWN_FROM = 5_000;

/** Settings that a schema alone does not tell apart from plain text. */
const OWN_KIND: Readonly<Partial<Record<string, SettingKind>>> = { "brand.color": "color", "brand.logo": "logo" };

function kindOf(path: string, shape: Shape): SettingKind {
  const own = OWN_KIND[path];
  if (own) return own;
  if (SETTINGS[path as SettingPath].schema.meta()?.["unit"] === "usd") return "usd";
  if (shape.type === "boolean") return "switch";
  if (shape.enum) return "choice";
  if (shape.type === "number" || shape.type === "integer") return "number";
  if (shape.type === "object" && shape.properties && "en" in shape.properties && "zh" in shape.properties) return (shape.properties["en"]?.maxLength ?? 0) >= MARKDOWN_FROM ? "markdown" : "localized";
  if (shape.type === "object" || shape.type === "array") return "json";
  return shape.format === "uri" ? "url" : "text";
}

/** What there is to know about each setting, in the order in which they are declared. */
export function settingFacts(): readonly SettingFacts[] {
  return Object.entries(SETTINGS).map(([path, { schema, initial }]): SettingFacts => {
    const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Shape;
    const kind = kindOf(path, shape);
    const lengths = shape.maxLength ?? shape.properties?.["en"]?.maxLength;
    return {
      path: path as SettingPath, area: path.split(".")[0]!, kind, initial,
      options: (shape.enum ?? []).map(String),
      ...(shape.minimum !== undefined && { min: shape.minimum }), ...(shape.maximum !== undefined && { max: shape.maximum }), ...(lengths !== undefined && { maxLength: lengths }),
    };
  });
}

/**
 * Finance looks at how customers pay; what one person may do alone is set by whoever makes staff; all else belongs to
 * those who run the shop.
 */
export const maySeeSettings = (held: ReadonlySet<Permission>, area: string): boolean =>
  area === "approvals" ? held.has("staff:write") : held.has("settings:write") || (held.has("settings:read") && area === "payments");
