/** next-auth's own addresses, called without its client library: two requests do not need 20 kB. */

export type SignInOutcome = Readonly<{ kind: "signed-in" } | { kind: "wrong" } | { kind: "wait"; seconds: number } | { kind: "failed" }>;

async function postWithCsrf(path: string, fields: Readonly<Record<string, string>>): Promise<{ ok: boolean; url: string }> {
  const { csrfToken } = (await (await fetch("/api/auth/csrf")).json()) as { csrfToken: string };
  const response = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...fields, csrfToken, json: "true" }),
  });
  const { url = "" } = (await response.json().catch(() => ({}))) as { url?: string };
  return { ok: response.ok, url };
}

/** Never throws: a form has to say something in every case. */
export async function postSignIn(email: string, password: string): Promise<SignInOutcome> {
  try {
    const { ok, url } = await postWithCsrf("/api/auth/callback/credentials", { email, password });
    const error = URL.canParse(url) ? new URL(url).searchParams.get("error") : null;
    const seconds = /^wait:(\d+)$/.exec(error ?? "")?.[1];
    if (seconds) return { kind: "wait", seconds: Number(seconds) };
    if (ok && error === null) return { kind: "signed-in" };
    return { kind: error === "CredentialsSignin" ? "wrong" : "failed" };
  } catch {
    return { kind: "failed" };
  }
}

export async function postSignOut(): Promise<void> {
  await postWithCsrf("/api/auth/signout", { callbackUrl: "/" });
}
