"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { useState, type ReactNode } from "react";
import superjson from "superjson";
import type { AppRouter } from "#trpc/root.ts";
import { createQueryClient } from "#ui/trpc/query-client.ts";

const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
export { useTRPC, useTRPCClient };

/** The route refuses longer batches and addresses that proxies would cut. */
const BATCH_MAX = 10;
const URL_MAX = 4_000;

/** Procedures for the components below; the header `x-mm` says that the request is the shop's own. */
export function TrpcProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(() => createQueryClient(toSignIn));
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [httpBatchLink({ url: "/api/trpc", transformer: superjson, headers: { "x-mm": "1" }, maxItems: BATCH_MAX, maxURLLength: URL_MAX })],
    }));
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>{children}</TRPCProvider>
    </QueryClientProvider>
  );
}

/** The session ended while the page was open: back to where one was, after signing in. */
function toSignIn(): void {
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}
