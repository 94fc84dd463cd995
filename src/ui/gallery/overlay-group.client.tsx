"use client";
import { Plus, RotateCw, Settings2 } from "lucide-react";
import { useState } from "react";
import { Group, Specimen } from "#ui/gallery/specimen.tsx";
import { Button, LinkButton } from "#ui/kit/button.tsx";
import { CopyButton } from "#ui/kit/copy-button.client.tsx";
import { CopyField } from "#ui/kit/copy-field.client.tsx";
import { ConfirmDialog, Dialog } from "#ui/kit/dialog.client.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { TextField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { Menu } from "#ui/kit/menu.client.tsx";
import { Popover } from "#ui/kit/popover.client.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";

export function ButtonGroup() {
  const icon = <Plus size={16} strokeWidth={1.75} aria-hidden="true" />;
  return (
    <Group title="Buttons">
      <Specimen name="Button">
        <Button variant="primary">{icon}{"New key"}</Button><Button>{"Playground"}</Button><Button variant="ghost">{"How keys work"}</Button><Button variant="danger">{"Revoke"}</Button>
      </Specimen>
      <Specimen name="Button, small and large"><Button size="sm">{"Copy"}</Button><Button size="sm" variant="primary">{"Save"}</Button><Button size="lg" variant="primary">{"Top up"}</Button></Specimen>
      <Specimen name="Button, busy and off"><Button variant="primary" busy>{"Saving"}</Button><Button busy>{"Testing"}</Button><Button disabled>{"Off"}</Button><Button variant="primary" disabled>{"Off"}</Button></Specimen>
      <Specimen name="IconButton">
        <IconButton label="Try again"><RotateCw size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>
        <IconButton label="Adjust" variant="secondary"><Settings2 size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>
        <IconButton label="Testing" busy><RotateCw size={16} strokeWidth={1.75} aria-hidden="true" /></IconButton>
      </Specimen>
      <Specimen name="LinkButton, CopyButton"><LinkButton href="#buttons">{"All requests"}</LinkButton><CopyButton text="req_01KAH4Q2VN" /></Specimen>
      <Specimen name="CopyField" bare><CopyField label="Base URL" value="https://api.lantern.example/v1" /></Specimen>
    </Group>
  );
}

type Shown = "dialog" | "confirm" | "heavy" | "failing" | "drawer";

export function OverlayGroup() {
  const [shown, setShown] = useState<Shown>();
  const toast = useToast();
  const props = (which: Shown) => ({ open: shown === which, onOpenChange: (open: boolean) => setShown(open ? which : undefined) });
  return (
    <Group title="What opens">
      <Specimen name="Dialog">
        <Button onClick={() => setShown("dialog")}>{"Open dialog"}</Button>
        <Dialog {...props("dialog")} title="New key" description="A key lets a program spend from your balance." footer={<><Button onClick={() => setShown(undefined)}>{"Cancel"}</Button><Button variant="primary" onClick={() => setShown(undefined)}>{"Make the key"}</Button></>}>
          <TextField label="Key name" />
        </Dialog>
      </Specimen>
      <Specimen name="ConfirmDialog">
        <Button onClick={() => setShown("confirm")}>{"Delete channel"}</Button>
        <Button onClick={() => setShown("heavy")}>{"Refund"}</Button>
        <Button onClick={() => setShown("failing")}>{"Fails"}</Button>
        <ConfirmDialog {...props("confirm")} danger title="Delete channel qwen-intl?" description="Stops 214 requests an hour; 3 other channels serve its models." confirmLabel="Delete channel" onConfirm={() => Promise.resolve(toast.success("Channel deleted"))} />
        <ConfirmDialog {...props("heavy")} title="Refund $12.50 to ann@fieldnotes.example?" description="Corrections are new entries in the ledger; nothing is erased." typed="12.50" reason confirmLabel="Refund" onConfirm={(reason) => Promise.resolve(toast.success("Refunded", reason))} />
        <ConfirmDialog {...props("failing")} title="Publish the price?" description="In force for requests that begin after it." confirmLabel="Publish" onConfirm={() => Promise.reject(new Error("Changed by Jo 2 min ago."))} />
      </Specimen>
      <Specimen name="Drawer">
        <Button onClick={() => setShown("drawer")}>{"Open drawer"}</Button>
        <Drawer {...props("drawer")} title="req_01KAH4…Q2VN" footer={<Button onClick={() => setShown(undefined)}>{"Done"}</Button>}><p>{"The receipt of one request."}</p></Drawer>
      </Specimen>
      <Specimen name="Toast">
        <Button onClick={() => toast.success("Key disabled", "ci-review stops at once.")}>{"Success"}</Button>
        <Button onClick={() => toast.error("The price was not saved", "Changed by Jo 2 min ago.")}>{"Error"}</Button>
        <Button onClick={() => toast.undo("Channel switched off", () => toast.success("Channel switched on again"))}>{"With undo"}</Button>
      </Specimen>
      <Specimen name="Menu">
        <Menu label="Actions of ci-review" items={[{ label: "Edit", onSelect: () => toast.success("Edit") }, { label: "Requests", href: "#requests" }, { label: "Duplicate", disabled: true }, { label: "Revoke", danger: true, apart: true, onSelect: () => toast.error("Revoked") }]} />
      </Specimen>
      <Specimen name="Popover"><Popover trigger={<Button>{"Columns"}</Button>} title="Columns"><p className="text-fg-2">{"A few controls."}</p></Popover></Specimen>
    </Group>
  );
}
