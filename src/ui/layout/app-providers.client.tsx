"use client";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { ToastProvider } from "#ui/kit/toast.client.tsx";
import { RouteFocus } from "#ui/layout/page-title.client.tsx";
import { LiveProvider } from "#ui/live/live-provider.client.tsx";
import { TrpcProvider } from "#ui/trpc/client.client.tsx";

/** What the screens of console and back office stand on. */
export function AppProviders({ children }: { children: ReactNode }) {
  return (
    <TrpcProvider>
      <NuqsAdapter>
        <LiveProvider><ToastProvider><RouteFocus>{children}</RouteFocus></ToastProvider></LiveProvider>
      </NuqsAdapter>
    </TrpcProvider>
  );
}
