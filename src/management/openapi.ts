import { z } from "zod";
import type { Route } from "#management/route.ts";

const errorSchema = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string(), details: z.unknown().optional() }) });

/** The OpenAPI 3.1 description of the routes, from the schemas that they are checked with. */
export function openApi(base: string, routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    (paths[`${base}${route.path}`] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  paths[`${base}/openapi.json`] = { get: { summary: "This description", security: [], responses: { 200: { description: "OpenAPI" } } } };
  return {
    openapi: "3.1.0",
    info: { title: "Modelmart management", version: "1", description: "Amounts: integers in nano-USD (_nano_usd) or decimal text in USD (_usd)." },
    components: { securitySchemes: { token: { type: "http", scheme: "bearer", description: "A management token, mm-admin-..." } } },
    security: [{ token: [] }],
    paths,
  };
}

function operation(route: Route): object {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: "path", required: true, schema: { type: "string" } }));
  const query = route.query ? (toSchema(route.query, "input") as { properties?: Record<string, object>; required?: string[] }) : {};
  const inQuery = Object.entries(query.properties ?? {}).map(([name, schema]) => ({ name, in: "query", required: query.required?.includes(name) ?? false, schema }));
  return {
    summary: route.summary,
    operationId: `${route.method.toLowerCase()}${route.path.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, "")}`,
    "x-permission": route.permission,
    parameters: [...inPath, ...inQuery],
    ...(route.body && { requestBody: { required: true, content: json(toSchema(route.body, "input")) } }),
    responses: {
      200: { description: "Done", content: json(toSchema(route.response, "output")) },
      default: { description: "Error", content: json(toSchema(errorSchema, "output")) },
    },
  };
}

const json = (schema: object): object => ({ "application/json": { schema } });

/** What has no JSON form of its own (dates, big integers after a transform) is described by what goes in. */
const toSchema = (schema: z.ZodType, io: "input" | "output"): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
};
