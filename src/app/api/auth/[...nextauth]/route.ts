import NextAuth from "next-auth";
import { authOptions } from "../options.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

async function handler(request: Request, context: Context): Promise<Response> {
  return NextAuth(await authOptions())(request, context) as Promise<Response>;
}

export { handler as GET, handler as POST };
