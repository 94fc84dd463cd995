import type { ReactNode } from "react";
import { cn } from "#ui/kit/cn.ts";

/** One group of components; its id can be linked to. */
export function Group({ title, children }: { title: string; children: ReactNode }) {
  const id = title.toLowerCase().replaceAll(/[^a-z]+/g, "-");
  return (
    <section id={id} className="border-t py-8 first-of-type:border-t-0" aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} className="mb-4 text-16 font-semibold">{title}</h2>
      <div className="grid gap-6 lg:grid-cols-2 xl:grid-cols-3">{children}</div>
    </section>
  );
}

/** One component in one state. */
export function Specimen({ name, children, wide = false, bare = false }: { name: string; children: ReactNode; wide?: boolean; bare?: boolean }) {
  return (
    <div className={cn("min-w-0", wide && "lg:col-span-2 xl:col-span-3")}>
      <h3 className="mb-2 text-12 text-fg-3">{name}</h3>
      {bare ? children : <div className="flex flex-wrap items-center gap-3">{children}</div>}
    </div>
  );
}
