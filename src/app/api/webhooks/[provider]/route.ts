import { shop } from "#app/shop.ts";

export const dynamic = "force-dynamic";

/** A payment provider's notifications. They carry a signature and no cookie; what they say is judged in `payments/`. */
export async function POST(request: Request, { params }: Readonly<{ params: Promise<{ provider: string }> }>): Promise<Response> {
  const [{ payments }, { provider }] = await Promise.all([shop(), params]);
  const { status, body } = await payments.webhooks.receive(provider, request);
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" } });
}
