import type { ReactNode } from "react";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";

type Props = { id: string; title: string; note?: ReactNode; query: Readonly<{ isError: boolean; data: unknown; refetch: () => unknown }>; children: ReactNode };

/** One card of the page with its own loading and failing: what is broken must not hide what works. */
export function Part({ id, title, note, query, children }: Props) {
  return (
    <section className="card min-w-0" aria-labelledby={id}>
      <div className="flex flex-wrap items-baseline gap-x-3 p-4 pb-3"><h2 id={id} className="font-semibold">{title}</h2>{note ? <p className="text-13 text-fg-3">{note}</p> : null}</div>
      {query.isError && query.data === undefined ? <ErrorState onRetry={() => void query.refetch()} /> : query.data === undefined ? <div className="border-t p-4"><SkeletonText lines={3} /></div> : children}
    </section>
  );
}
