import { RelayError } from "#relay/errors.ts";
import { isServiceAccount, projectOf } from "#relay/providers/kit/google-token.ts";
import type { Place, Placing } from "#relay/providers/provider.ts";

const HOST = "aiplatform.googleapis.com";
const LOCATION_DEFAULT = "global";
/** `us-east5-aiplatform…`, `aiplatform.eu.rep…`. */
const LOCATION_OF_HOST = /^(?:([a-z0-9-]+)-aiplatform|aiplatform\.([a-z]+)\.rep)\.googleapis\.com$/;
const GOOGLES = /(?:^|\.)googleapis\.com$/;
/** What people paste along with a base, and what it tells. */
const PROJECT_IN_PATH = /\/projects\/([^/{}]+)/;
const LOCATION_IN_PATH = /\/locations\/([^/{}]+)/;

/** Continents have hosts of another form than regions; the whole world has the bare one. */
const hostOf = (location: string): string => {
  if (location === LOCATION_DEFAULT) return HOST;
  return location === "us" || location === "eu" ? `aiplatform.${location}.rep.googleapis.com` : `${location}-${HOST}`;
};

/**
 * Where a model is spoken to: the channel says in which project and place, by model or for all, else the base or the
 * account's own file does. An API key without a project reaches Google's own models by an address without either.
 */
export function place({ secret, settings, upstreamModel, baseUrl }: Placing): Place {
  const url = baseUrl === undefined ? null : URL.parse(baseUrl.trim());
  const host = url?.hostname ?? HOST, path = url?.pathname ?? "";
  const ofHost = LOCATION_OF_HOST.exec(host);
  const location = settings.locations?.[upstreamModel] ?? settings.location ?? LOCATION_IN_PATH.exec(path)?.[1] ?? ofHost?.[1] ?? ofHost?.[2] ?? LOCATION_DEFAULT;
  const project = settings.project ?? PROJECT_IN_PATH.exec(path)?.[1] ?? projectOf(secret);
  const own = GOOGLES.test(host) ? { baseUrl: `https://${hostOf(location)}` } : {};
  if (project !== undefined) return { ...own, fill: { scope: `projects/${encodeURIComponent(project)}/locations/${encodeURIComponent(location)}/` } };
  if (isServiceAccount(secret)) throw new RelayError("no_available_channel", "The channel names no project, and its key names none either.");
  return { ...own, fill: { scope: "" } };
}
