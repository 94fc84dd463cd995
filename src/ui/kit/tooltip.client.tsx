"use client";
import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";

type Props = { text: ReactNode; children: ReactElement; side?: "top" | "bottom" | "left" | "right" };

/** A word about the element inside. Nothing essential: a touch screen may never show it. */
export function Tooltip({ text, children, side = "top" }: Props) {
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={400} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="z-50">
          <Base.Popup className="tip">{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
