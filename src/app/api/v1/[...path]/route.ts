import { shop } from "#app/shop.ts";

export const dynamic = "force-dynamic";

/** The management REST: who may do what, and what it does, is all in `src/management`. */
const handler = async (request: Request): Promise<Response> => (await shop()).management(request);

export { handler as DELETE, handler as GET, handler as PATCH, handler as POST, handler as PUT };
