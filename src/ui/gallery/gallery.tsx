import { ChoiceGroup, ComboGroup, FieldGroup, TypedGroup } from "#ui/gallery/field-group.client.tsx";
import { ButtonGroup, OverlayGroup } from "#ui/gallery/overlay-group.client.tsx";
import { StateGroup } from "#ui/gallery/state-group.client.tsx";
import { CardGroup, StatusGroup, TokenGroup } from "#ui/gallery/static-group.tsx";
import { PageHeader } from "#ui/layout/page-header.tsx";

/** Every component of the kit in every state, on one page. */
export function Gallery() {
  return (
    <div className="max-w-[1160px]">
      <PageHeader title="Components" description="Every component in every state" />
      <TokenGroup />
      <ButtonGroup />
      <FieldGroup />
      <TypedGroup />
      <ComboGroup />
      <ChoiceGroup />
      <StatusGroup />
      <CardGroup />
      <StateGroup />
      <OverlayGroup />
    </div>
  );
}
