/** `GET`, `POST`: reading and changing look different. */
export function MethodBadge({ method }: { method: string }) {
  return <span className={`badge flex-none justify-self-start font-mono ${method === "GET" ? "badge-info" : "badge-accent"}`}>{method}</span>;
}
