import { z } from "zod";
import { EXAMPLES, type Example } from "#management/examples.ts";
import type { Route } from "#management/route.ts";

const errorSchema = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string(), details: z.unknown().optional() }) });

/** The OpenAPI 3.1 description of the routes, from the schemas that they are checked with. */
export function openApi(base: string, routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    (paths[`${base}${route.path}`] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  paths[`${base}/openapi.json`] = { get: { tags: ["openapi"], summary: "This description", operationId: "getOpenapi", security: [], responses: { 200: { description: "OpenAPI" } } } };
  return {
    openapi: "3.1.0",
    info: { title: "Modelmart management", version: "1", description: "Amounts: integers in nano-USD (_nano_usd) or decimal text in USD (_usd)." },
    components: { securitySchemes: { token: { type: "http", scheme: "bearer", description: "A management token, mm-admin-..." } } },
    tags: [...new Set([...routes.map(tagOf), "openapi"])].map((name) => ({ name })),
    security: [{ token: [] }],
    paths,
  };
}

/** Calls about one thing share the first word of their address. */
const tagOf = ({ path }: Route): string => path.split("/")[1] ?? "";

function operation(route: Route): object {
  const shown: Example | undefined = EXAMPLES[`${route.method} ${route.path}`];
  const exampleOf = (examples: Readonly<Record<string, string>> | undefined, name: string): { example?: string } => (examples?.[name] === undefined ? {} : { example: examples[name] });
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({ name, in: "path", required: true, schema: { type: "string" }, ...exampleOf(shown?.path, name) }));
  const query = route.query ? (toSchema(route.query, "input") as { properties?: Record<string, object>; required?: string[] }) : {};
  const inQuery = Object.entries(query.properties ?? {}).map(([name, schema]) => ({ name, in: "query", required: query.required?.includes(name) ?? false, schema, ...exampleOf(shown?.query, name) }));
  return {
    tags: [tagOf(route)],
    summary: route.summary,
    operationId: `${route.method.toLowerCase()}${route.path.replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase()).replace(/\W/g, "")}`,
    "x-permission": route.permission,
    parameters: [...inPath, ...inQuery],
    ...(route.body && { requestBody: { required: true, content: json(toSchema(route.body, "input"), shown?.body) } }),
    responses: {
      200: { description: "Done", content: json(toSchema(route.response, "output"), shown?.answer) },
      default: { description: "Error", content: json(toSchema(errorSchema, "output")) },
    },
  };
}

const json = (schema: object, example?: unknown): object => ({ "application/json": { schema, ...(example !== undefined && { example }) } });

/** What has no JSON form of its own (dates, big integers after a transform) is described by what goes in. */
const toSchema = (schema: z.ZodType, io: "input" | "output"): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
};
