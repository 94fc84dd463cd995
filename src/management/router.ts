import { z } from "zod";
import { permissionsOfToken, writeAudit, type AuditActor, type ManagementToken } from "#accounts/index.ts";
import { authenticate, clientAddress } from "#management/auth.ts";
import { channelRoutes } from "#management/channels.ts";
import { codeRoutes } from "#management/codes.ts";
import { ManagementError } from "#management/errors.ts";
import { jsonResponse } from "#management/json.ts";
import { ledgerRoutes } from "#management/ledger.ts";
import { openApi } from "#management/openapi.ts";
import { requestRoutes } from "#management/requests.ts";
import { orderRoutes } from "#management/orders.ts";
import type { ManagementDeps, Route } from "#management/route.ts";
import { userRoutes } from "#management/users.ts";
import { hintOf } from "#payments/index.ts";
import { withTransaction } from "#platform/db/tx.ts";
import { requestIdText, uuidv7 } from "#platform/ids.ts";

const BASE = "/api/v1";
const BODY_BYTES_MAX = 1024 * 1024; // the largest body there is, a code, has some hundred bytes

export const MANAGEMENT_ROUTES: readonly Route[] = [...userRoutes, ...requestRoutes, ...ledgerRoutes, ...channelRoutes, ...codeRoutes, ...orderRoutes];

/** Answers everything below `/api/v1`. Framework-free; never throws. */
export function createManagementApi(deps: ManagementDeps): (request: Request) => Promise<Response> {
  const description = openApi(BASE, MANAGEMENT_ROUTES);
  return async (request) => {
    const requestId = request.headers.get("x-mm-request-id") ?? requestIdText(uuidv7());
    const headers = { "x-request-id": requestId };
    try {
      const path = new URL(request.url).pathname;
      if (path === `${BASE}/openapi.json`) return jsonResponse(200, description, headers);
      const { status, body } = await serve(request, path, requestId, deps);
      return jsonResponse(status, body, headers);
    } catch (error) {
      const known = error instanceof ManagementError ? error : new ManagementError("internal_error", "The shop could not answer this call.");
      if (known !== error) deps.log.error({ err: error, requestId }, "a management call failed");
      const details = known.details === undefined ? {} : { details: known.details };
      return jsonResponse(known.status, { error: { code: known.code, message: known.message, ...details } }, { ...headers, ...known.headers });
    }
  };
}

async function serve(request: Request, path: string, requestId: string, deps: ManagementDeps): Promise<{ status: number; body: unknown }> {
  const token = await authenticate(request, deps);
  const { route, params } = match(request.method, path);
  const address = clientAddress(request);
  const actor: AuditActor = { type: "token", id: token.name, ...(address !== undefined && { ip: address }) };
  await mayCall(route, token, actor, requestId, deps);
  const event = { actor, action: nameOf(route), requestId, after: auditedParams(params) };
  try {
    const query = parse(route.query ?? z.strictObject({}), Object.fromEntries(new URL(request.url).searchParams), "query");
    const body = route.body ? parse(route.body, await readJson(request), "body") : undefined;
    const answer = await route.handle({ deps, token, actor, params, query, body, requestId });
    if (!answer.audited) await audit(deps, event);
    return { status: answer.status ?? 200, body: answer.body };
  } catch (error) {
    await audit(deps, { ...event, reason: error instanceof ManagementError ? error.code : "internal_error" });
    throw error;
  }
}

/** A code is money: the log may know only its hint. */
const auditedParams = ({ code, ...params }: Readonly<Record<string, string>>): object | undefined =>
  (code === undefined && Object.keys(params).length === 0 ? undefined : { ...params, ...(code !== undefined && { code: hintOf(code) }) });

async function mayCall(route: Route, token: ManagementToken, actor: AuditActor, requestId: string, deps: ManagementDeps): Promise<void> {
  if (permissionsOfToken(token.role).has(route.permission)) return;
  await audit(deps, { actor, action: nameOf(route), requestId, reason: "refused" });
  throw new ManagementError("forbidden", `The token's role, ${token.role}, does not allow this call.`, { permission: route.permission });
}

/** `GET /users/{email}` */
const nameOf = ({ method, path }: Route): string => `api ${method} ${path}`;

const audit = (deps: ManagementDeps, event: Parameters<typeof writeAudit>[3][number]): Promise<void> =>
  withTransaction(deps.pool, (tx) => writeAudit(tx, deps.keys.auditKey, new Date(), [event]));

function match(method: string, path: string): { route: Route; params: Record<string, string> } {
  const found = MANAGEMENT_ROUTES.flatMap((route) => {
    const params = paramsOf(route.path, path);
    return params ? [{ route, params }] : [];
  });
  const asked = method === "HEAD" ? "GET" : method;
  const exact = found.find(({ route }) => route.method === asked);
  if (exact) return exact;
  if (found.length === 0) throw new ManagementError("not_found", "There is no such address.");
  const taken = found.map(({ route }) => route.method);
  const allow = taken.flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name])).join(", ");
  throw new ManagementError("method_not_allowed", `This address takes ${taken.join(" and ")}, not ${method.slice(0, 20)}.`, undefined, { allow });
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = `${BASE}${pattern}`.split("/");
  const given = path.replace(/\/$/, "").split("/");
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const segment = given[index]!;
    if (!part.startsWith("{")) {
      if (part !== segment) return undefined;
      continue;
    }
    try {
      params[part.slice(1, -1)] = decodeURIComponent(segment);
    } catch {
      return undefined;
    }
  }
  return params;
}

function parse<T extends z.ZodType>(schema: T, value: unknown, where: string): z.output<T> {
  const parsed = schema.safeParse(value, { error: ({ input }) => (input === undefined ? "is required" : undefined) });
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [{ field: issue.path.join("."), message: issue.message }];
    return issue.keys.map((key) => ({ field: [...issue.path, key].join("."), message: "is not known here" }));
  });
  throw new ManagementError("invalid_request", `The ${where} is not valid: ${details.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join("; ")}.`, details);
}

async function readJson(request: Request): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > BODY_BYTES_MAX) throw new ManagementError("request_too_large", "The body is larger than 1 MiB.");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new ManagementError("invalid_request", "The body is not JSON.");
  }
}
