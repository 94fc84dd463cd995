"use client";
/** All fields under one roof. */
export { Field, FieldError, type ControlProps, type FieldText } from "#ui/kit/field.client.tsx";
export { TextArea, TextField } from "#ui/kit/text-field.client.tsx";
export { MoneyField, NumberField, PriceField } from "#ui/kit/amount-fields.client.tsx";
export { SecretField } from "#ui/kit/secret-field.client.tsx";
export { Select, SelectField, type Option } from "#ui/kit/select-field.client.tsx";
export { ComboboxField } from "#ui/kit/combobox-field.client.tsx";
export { Checkbox, CheckboxField, RadioCards, SegmentedControl, SwitchField, type Choice } from "#ui/kit/choice-fields.client.tsx";
export { TagInput } from "#ui/kit/tag-input.client.tsx";
