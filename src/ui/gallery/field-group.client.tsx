"use client";
import { useState } from "react";
import { Group, Specimen } from "#ui/gallery/specimen.tsx";
import { Button } from "#ui/kit/button.tsx";
import {
  Checkbox, CheckboxField, ComboboxField, MoneyField, NumberField, PriceField, RadioCards, SecretField, SegmentedControl, SelectField, SwitchField, TagInput, TextArea,
  TextField, type Option,
} from "#ui/kit/fields.client.tsx";
import { FormErrors, SaveBar, useLeaveGuard } from "#ui/kit/form.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";

const VENDORS = ["OpenAI", "Anthropic", "Google", "DeepSeek", "Qwen", "xAI", "Mistral", "Cohere"];
const OPTIONS: readonly Option[] = VENDORS.map((label) => ({ value: label.toLowerCase(), label, icon: <VendorMark name={label} size={20} /> }));
const find = (query: string): Promise<readonly Option[]> => Promise.resolve(OPTIONS.filter(({ label }) => label.toLowerCase().includes(query.toLowerCase())));

export function FieldGroup() {
  const [dirty, setDirty] = useState(0);
  const [saving, setSaving] = useState(false);
  useLeaveGuard(dirty > 0);
  return (
    <Group title="Text fields">
      <Specimen name="TextField" bare><TextField label="Name" hint="Up to 64 characters; customers never see it." placeholder="ci-review" /></Specimen>
      <Specimen name="TextField with unit, optional" bare><TextField label="Requests" optional unit="per minute" defaultValue="60" /></Specimen>
      <Specimen name="TextField, wrong" bare><TextField label="E-mail" type="email" defaultValue="ann@" error="That is not an e-mail address." /></Specimen>
      <Specimen name="TextField, off" bare><TextField label="Base URL" disabled defaultValue="https://api.example.com" /></Specimen>
      <Specimen name="TextArea" bare><TextArea label="Note" hint="Staff see it." rows={2} defaultValue="Paid by bank transfer." /></Specimen>
      <Specimen name="SecretField" bare><SecretFields /></Specimen>
      <Specimen name="FormErrors" bare><FormErrors errors={[{ field: "name", text: "Name is missing" }, { text: "The limit is above the balance" }]} /></Specimen>
      <Specimen name="SaveBar" wide bare>
        <Button onClick={() => setDirty(dirty + 1)}>{"Change something"}</Button>
        <SaveBar changes={dirty} busy={saving} onDiscard={() => setDirty(0)} onSave={() => { setSaving(true); setTimeout(() => { setSaving(false); setDirty(0); }, 1_000); }} />
      </Specimen>
    </Group>
  );
}

function SecretFields() {
  const [keys, setKeys] = useState("sk-first\nsk-second");
  const [token, setToken] = useState("");
  return (
    <div className="flex flex-col gap-4">
      <SecretField label="Upstream keys" hint="One a line." multiple rows={3} value={keys} onChange={setKeys} />
      <SecretField label="Webhook secret" stored="whsec_…7K3F" value={token} onChange={setToken} />
    </div>
  );
}

export function TypedGroup() {
  const [money, setMoney] = useState<bigint | undefined>(12_500_000_000n);
  const [price, setPrice] = useState<bigint | undefined>(3_000_000n);
  const [count, setCount] = useState<number | undefined>(60);
  return (
    <Group title="Numbers">
      <Specimen name="MoneyField" bare><MoneyField label="Amount" hint={`= ${money ?? "—"} nano-USD`} value={money} onChange={setMoney} /></Specimen>
      <Specimen name="PriceField, USD" bare><PriceField label="Input" notation="usd" value={price} onChange={setPrice} hint={`= ${price ?? "—"} pico-USD a token`} /></Specimen>
      <Specimen name="PriceField, ratio" bare><PriceField label="Input" notation="ratio" value={price} onChange={setPrice} /></Specimen>
      <Specimen name="NumberField" bare><NumberField label="Limit" unit="requests/min" min={1} max={10_000} step={10} value={count} onChange={setCount} /></Specimen>
      <Specimen name="MoneyField, wrong" bare><MoneyField label="Refund" error="At most $12.50 can go back." value={20_000_000_000n} onChange={() => undefined} /></Specimen>
    </Group>
  );
}

export function ComboGroup() {
  const [vendor, setVendor] = useState<string>();
  const [one, setOne] = useState<string | undefined>("openai");
  const [many, setMany] = useState<string[]>(["openai", "qwen"]);
  const [tags, setTags] = useState<string[]>(["prod", "eu"]);
  return (
    <Group title="Lists">
      <Specimen name="SelectField" bare><SelectField label="Provider" value={vendor} onChange={setVendor} options={OPTIONS} hint="What the channel speaks." /></Specimen>
      <Specimen name="SelectField, off" bare><SelectField label="Group" value="default" onChange={() => undefined} options={[{ value: "default", label: "default" }]} disabled /></Specimen>
      <Specimen name="SelectField, wrong" bare><SelectField label="Role" value={undefined} onChange={() => undefined} options={OPTIONS} error="Choose a role." /></Specimen>
      <Specimen name="ComboboxField" bare><ComboboxField label="Model" value={one} onChange={setOne} options={OPTIONS} optional /></Specimen>
      <Specimen name="ComboboxField, several, searched" bare><ComboboxField label="Models" multiple value={many} onChange={setMany} options={OPTIONS} search={find} placeholder="All models" /></Specimen>
      <Specimen name="TagInput" bare><TagInput label="Tags" value={tags} onChange={setTags} hint="Enter or comma ends one." /></Specimen>
    </Group>
  );
}

export function ChoiceGroup() {
  const [range, setRange] = useState<"24h" | "7d" | "30d">("30d");
  const [plan, setPlan] = useState<"block" | "warn">("block");
  const [on, setOn] = useState(true);
  const [rows, setRows] = useState(false);
  return (
    <Group title="Choices">
      <Specimen name="CheckboxField" bare>
        <div className="flex flex-col gap-3">
          <CheckboxField label="I have stored it" />
          <CheckboxField label="Send a mail at 80 and 100 %" hint="To the address of the account." defaultChecked />
          <CheckboxField label="Cannot be changed" disabled defaultChecked />
          <CheckboxField label="I have read the terms" error="Without it there is no account." />
        </div>
      </Specimen>
      <Specimen name="SwitchField, Checkbox" bare>
        <div className="flex flex-col gap-3">
          <SwitchField label="Channel serves" hint="Acts at once." checked={on} onChange={setOn} />
          <SwitchField label="Cannot be changed" disabled />
          <span className="flex gap-3"><Checkbox label="All rows" checked={rows} mixed={!rows} onChange={setRows} /><Checkbox label="First row" checked={rows} onChange={setRows} /></span>
        </div>
      </Specimen>
      <Specimen name="SegmentedControl"><SegmentedControl label="Range" value={range} onChange={setRange} options={[{ value: "24h", label: "24 h" }, { value: "7d", label: "7 d" }, { value: "30d", label: "30 d" }]} /></Specimen>
      <Specimen name="RadioCards" bare>
        <RadioCards label="When the budget is used up" value={plan} onChange={setPlan} options={[{ value: "block", label: "Block", hint: "Requests are answered with 402." }, { value: "warn", label: "Warn", hint: "A mail; requests go on." }]} />
      </Specimen>
    </Group>
  );
}
