import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { requireStaff } from "#app/guard.ts";
import { shop } from "#app/shop.ts";
import { Gallery } from "#ui/gallery/gallery.tsx";

export const metadata: Metadata = { title: "Components", robots: { index: false } };

/**
 * Every component in every state: for people who build the shop, and for the browser tests. Its samples and the names of
 * components are not translated: no shop shows them (404 unless MODELMART_DEV_PAGES), and what the kit itself says is.
 */
export default async function GalleryPage() {
  const user = await requireStaff();
  const { env } = await shop();
  if (user.role !== "owner" || !env.devPages) notFound();
  return <Gallery />;
}
