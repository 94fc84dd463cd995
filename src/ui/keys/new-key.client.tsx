"use client";
import { useRouter } from "next/navigation";
import { CreateKey } from "#ui/keys/create-key.client.tsx";

/** The form for a new key at an address of its own; closed, it leads back to the list. */
export function NewKey({ base, shopName }: { base: string; shopName: string }) {
  const router = useRouter();
  return <CreateKey base={base} shopName={shopName} onClose={() => router.push("/console/keys")} />;
}
