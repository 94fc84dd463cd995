"use client";
import { useTranslations } from "next-intl";
import type { ChannelSettings } from "#channels/channel-settings.ts";
import { TextArea, TextField } from "#ui/kit/fields.client.tsx";

/** Whose account at a cloud, and where its models run, as it is typed. */
export type PlaceDraft = Readonly<{ project: string; location: string; /** One model and its place a line. */ locations: string; bucket: string }>;
type Stored = Pick<ChannelSettings, "project" | "location" | "locations" | "bucket">;

const BUCKET = /^gs:\/\/[a-z0-9][a-z0-9._-]+(?:\/[\w./-]*)?$/;
const WORD = /^[a-z0-9][a-z0-9.:-]*$/;
export const NO_PLACE: PlaceDraft = { project: "", location: "", locations: "", bucket: "" };

export const placeDraft = ({ project = "", location = "", locations = {}, bucket = "" }: Stored): PlaceDraft =>
  ({ project, location, locations: Object.entries(locations).map(([model, place]) => `${model} ${place}`).join("\n"), bucket });

const linesOf = (text: string): readonly (readonly string[])[] => text.split("\n").map((line) => line.trim().split(/\s+/)).filter(([first]) => first !== "");

/** What of it cannot be part of an address. */
export const wrongPlaces = ({ project, location, locations, bucket }: PlaceDraft): ReadonlySet<keyof PlaceDraft> => new Set([
  ...(project.trim() === "" || WORD.test(project.trim()) ? [] : ["project" as const]),
  ...(location.trim() === "" || WORD.test(location.trim()) ? [] : ["location" as const]),
  ...(linesOf(locations).every((words) => words.length === 2 && WORD.test(words[1]!)) ? [] : ["locations" as const]),
  ...(bucket.trim() === "" || BUCKET.test(bucket.trim()) ? [] : ["bucket" as const]),
]);

/** The settings that are meant; what is empty is left to the key and to the vendor. */
export function placeSettings({ project, location, locations, bucket }: PlaceDraft): Stored {
  const places = linesOf(locations).map(([model, place]) => [model!, place!] as const);
  return {
    ...(project.trim() !== "" && { project: project.trim() }), ...(location.trim() !== "" && { location: location.trim() }),
    ...(places.length > 0 && { locations: Object.fromEntries(places) }), ...(bucket.trim() !== "" && { bucket: bucket.trim() }),
  };
}

type Props = { asks: readonly ("project" | "location")[]; value: PlaceDraft; onChange: (change: Partial<PlaceDraft>) => void; /** Also where single models run, and where their films are put. */ byModel?: boolean };

/** A project and a region, for vendors whose addresses name them. */
export function PlaceFields({ asks, value, onChange, byModel = false }: Props) {
  const t = useTranslations("channels.place");
  const wrong = wrongPlaces(value), isGoogle = asks.includes("project");
  return (
    <>
      {isGoogle ? (
        <TextField label={t("project")} mono optional maxLength={100} value={value.project} placeholder="my-project-123" onChange={(event) => onChange({ project: event.target.value })}
          error={wrong.has("project") ? t("wrong") : undefined} hint={t("projectHint")} />
      ) : null}
      <TextField label={t("location")} mono optional maxLength={100} value={value.location} placeholder={isGoogle ? "global" : "us-east-1"} onChange={(event) => onChange({ location: event.target.value })}
        error={wrong.has("location") ? t("wrong") : undefined} hint={t(isGoogle ? "locationHint" : "regionHint")} />
      {byModel && isGoogle ? (
        <TextArea className="sm:col-span-2" label={t("locations")} mono optional rows={3} maxLength={20_000} value={value.locations} placeholder="claude-opus-4-1 us-east5" onChange={(event) => onChange({ locations: event.target.value })}
          error={wrong.has("locations") ? t("locationsWrong") : undefined} hint={t("locationsHint")} />
      ) : null}
      {byModel && isGoogle ? (
        <TextField label={t("bucket")} mono optional maxLength={500} value={value.bucket} placeholder="gs://my-films/shop" onChange={(event) => onChange({ bucket: event.target.value })}
          error={wrong.has("bucket") ? t("bucketWrong") : undefined} hint={t("bucketHint")} />
      ) : null}
    </>
  );
}
