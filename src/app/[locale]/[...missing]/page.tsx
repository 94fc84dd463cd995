import { headers } from "next/headers";
import { notFound } from "next/navigation";
import NotFound from "#app/[locale]/not-found.tsx";

/**
 * Addresses below a language that nothing else answers. The framework leaves the words of a 404 to the browser; the web
 * process asks for them here, by this header, and sends them with the status.
 */
export default async function Missing() {
  if ((await headers()).get("x-mm-missing") === null) notFound();
  return <NotFound />;
}
