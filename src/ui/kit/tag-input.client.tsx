"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState, type ClipboardEvent, type KeyboardEvent } from "react";
import { Field, type FieldText } from "#ui/kit/field.client.tsx";

type Props = FieldText & { value: readonly string[]; onChange: (value: string[]) => void; placeholder?: string; maxLength?: number };

/** Several short words: Enter, comma or leaving the box makes one of what was typed, Backspace takes the last away. */
export function TagInput({ value, onChange, placeholder, maxLength = 64, ...text }: Props) {
  const t = useTranslations("kit");
  const [typed, setTyped] = useState("");
  const add = (words: string) => {
    const fresh = words.split(/[,\n，]/).map((word) => word.trim().slice(0, maxLength)).filter((word) => word !== "");
    setTyped("");
    if (fresh.length > 0) onChange([...new Set([...value, ...fresh])]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add(typed);
    } else if (event.key === "Backspace" && typed === "") {
      onChange(value.slice(0, -1));
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData.getData("text");
    if (!/[,\n，]/.test(pasted)) return;
    event.preventDefault();
    add(typed + pasted);
  };
  return (
    <Field {...text}>
      {(control) => (
        <span className="field field-tags">
          {value.map((tag) => (
            <span key={tag} className="badge max-w-full pr-0.5!">
              <span className="truncate">{tag}</span>
              <button type="button" className="grid size-5 place-items-center rounded-full hover:text-fg" aria-label={t("remove", { name: tag })} onClick={() => onChange(value.filter((other) => other !== tag))}>
                <X size={12} strokeWidth={2} aria-hidden="true" />
              </button>
            </span>
          ))}
          <input {...control} value={typed} placeholder={value.length === 0 ? placeholder : undefined} onChange={(event) => setTyped(event.target.value)} onKeyDown={onKeyDown} onPaste={onPaste} onBlur={() => add(typed)} className="h-6! min-w-24 px-1" />
        </span>
      )}
    </Field>
  );
}
