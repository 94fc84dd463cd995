import type { ReactNode } from "react";
import { shopAddress } from "#app/console/shop-address.ts";
import { requireUser } from "#app/guard.ts";
import { KeyList } from "#ui/keys/key-list.client.tsx";

/** The list stays where it is while the form for a new key opens and closes over it: so the focus finds its way back. */
export default async function KeyListLayout({ children }: { children: ReactNode }) {
  await requireUser();
  return (
    <>
      <KeyList {...await shopAddress()} />
      {children}
    </>
  );
}
