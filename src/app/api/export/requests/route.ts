import { Readable } from "node:stream";
import { currentUser } from "#app/session.ts";
import { shop } from "#app/shop.ts";
import { walletOfUser, walkOwnRequests } from "#reports/index.ts";
import { csvHeaders, csvStream } from "#reports/csv.ts";
import { ownRequestColumns } from "#reports/requests-csv.ts";
import { requestFilter, requestFilterSchema } from "#trpc/console/requests.ts";
import { parametersToFilter } from "#trpc/console/request-parameters.ts";

export const dynamic = "force-dynamic";

/** The signed-in customer's requests that the filters of the address match, as CSV: streamed, so any number of them. */
export async function GET(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return Response.json({ error: { code: "unauthorized", message: "Sign in first." } }, { status: 401 });
  const { pool } = await shop();
  const wallet = await walletOfUser(pool, user.id);
  const parameters = new URL(request.url).searchParams;
  const filter = requestFilterSchema.safeParse(parametersToFilter(parameters));
  if (!wallet || !filter.success) return Response.json({ error: { code: "invalid_request", message: "The filters could not be read." } }, { status: 400 });
  const rows = walkOwnRequests(pool, wallet.id, requestFilter(filter.data));
  const body = csvStream(ownRequestColumns, rows, { bom: parameters.get("bom") === "1" });
  const name = `requests-${new Date().toISOString().slice(0, 10)}`;
  return new Response(Readable.toWeb(body) as ReadableStream<Uint8Array>, { headers: csvHeaders(name) });
}
