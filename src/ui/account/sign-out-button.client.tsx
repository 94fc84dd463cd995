"use client";
import { useState } from "react";
import { postSignOut } from "#ui/account/auth.client.ts";

export function SignOutButton({ label, to }: { label: string; to: string }) {
  const [busy, setBusy] = useState(false);
  const leave = async () => {
    setBusy(true);
    await postSignOut().catch(() => undefined);
    location.assign(to);
  };
  return <button type="button" className="btn btn-ghost" disabled={busy} onClick={() => void leave()}>{label}</button>;
}
