import { shop } from "#app/shop.ts";

export const dynamic = "force-dynamic";

/** Management REST; what is answered, and to whom, is decided in `management/`. */
async function handler(request: Request): Promise<Response> {
  return (await shop()).management(request);
}

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST, handler as PUT };
