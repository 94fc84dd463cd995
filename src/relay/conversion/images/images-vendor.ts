import type { Loss } from "#relay/canonical/losses.ts";
import type { ImagesAsked } from "#relay/conversion/images/images-asked.ts";
import type { Wire } from "#relay/dialects/stream-kit/wire.ts";
import type { SendStep, Step, StepReply } from "#relay/upstream/scripted.ts";

/** A picture as a vendor gives it: by address or in base64. */
export type Picture = Readonly<{ url?: string; base64?: string; type?: string; revisedPrompt?: string }>;

export type ImagesReply = Readonly<{
  pictures: readonly Picture[];
  /** In the words of OpenAI's pictures. */
  usage?: Wire | undefined;
  size?: string | undefined;
}>;

export type ImagesMaker = Readonly<{
  /** Pictures that one call makes; what is wanted beyond it takes further calls. */
  most: number;
  /** Pictures come in base64, whatever is asked for. */
  givesBase64?: boolean;
  /** @param count pictures of this call */
  step(count: number): Omit<Step, "outside"> & Readonly<{ path?: (pathname: string) => string }>;
  /** Where the reply is only the promise of a picture: waits for it, by further calls. @param call the address that was called */
  settle?(reply: StepReply, send: SendStep, call: URL): Promise<StepReply>;
  /** @throws RelayError, StepRefused */
  reply(reply: StepReply): ImagesReply;
}>;

/** How one vendor wants to be asked for pictures. @throws RelayError where it cannot be */
export type ImagesVendor = (asked: ImagesAsked, upstreamModel: string, warn: (code: Loss) => void) => ImagesMaker;
