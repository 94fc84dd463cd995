"use client";
import { useTranslations } from "next-intl";

export type KeyProblem = Readonly<{ name?: string; cidrs?: string; general?: string }>;

/** What a refusal means for the form: beside the field it is about, else above all. */
export function useKeyProblem(): (error: { message: string; data?: { code?: string; reason?: string | undefined } | null } | null) => KeyProblem | undefined {
  const t = useTranslations("keys.problem");
  return (error) => {
    if (!error) return undefined;
    const code = error.data?.code;
    if (code === "CONFLICT") return { name: t("nameTaken") };
    if (code === "PRECONDITION_FAILED") return { general: t("tooMany") };
    if (code === "BAD_REQUEST" && error.message.includes("cidrs")) return { cidrs: t("cidrs") };
    if (code === "BAD_REQUEST") return { general: t("invalid") };
    if (error.data?.reason === "verify") return { general: t("verify") };
    return { general: t("failed") };
  };
}
