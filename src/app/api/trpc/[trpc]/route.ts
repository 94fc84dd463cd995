import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { shop } from "#app/shop.ts";
import { trpcContext } from "#app/trpc-context.ts";
import { appRouter } from "#trpc/root.ts";
import { isSameSite } from "#trpc/same-site.ts";

export const dynamic = "force-dynamic";

/** More would let one request ask the database as often as it likes. */
const BATCH_MAX = 10;

async function handler(request: Request): Promise<Response> {
  const { baseUrl } = await shop();
  const procedures = new URL(request.url).pathname.split("/").pop() ?? "";
  if (decodeURIComponent(procedures).split(",").length > BATCH_MAX) return refuse(400, "too many procedures in one request");
  const { headers } = request;
  const own = [await baseUrl(), `${headers.get("x-mm-proto") ?? "http"}://${headers.get("x-mm-host") ?? headers.get("host") ?? ""}`];
  const origins = { origin: headers.get("origin"), site: headers.get("sec-fetch-site"), mark: headers.get("x-mm"), contentType: headers.get("content-type") };
  if (request.method === "POST" && !isSameSite(origins, own)) return refuse(403, "this request did not come from the shop's own pages");
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: () => trpcContext(headers),
    responseMeta: () => ({ headers: new Headers({ "cache-control": "no-store" }) }),
  });
}

const refuse = (status: number, message: string): Response => Response.json({ error: { code: "refused", message } }, { status });

export { handler as GET, handler as POST };
