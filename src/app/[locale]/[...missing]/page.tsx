import { notFound } from "next/navigation";

/** Addresses below a language that nothing else answers: the storefront's own page for that, in the reader's language. */
export default function Missing(): never {
  notFound();
}
