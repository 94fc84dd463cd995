import { NO_PARTS } from "#relay/conversion/calls/call-codec.ts";
import type { CallAsked, CallPlan } from "#relay/conversion/calls/call-codec.ts";
import { jsonBody } from "#relay/conversion/calls/vendor-reply.ts";
import { predictions } from "#relay/conversion/images/gemini-images.ts";
import { MediaFacts } from "#relay/dialects/media-kit/media-facts.ts";
import { imagesUsage } from "#relay/dialects/media-kit/usage.ts";

/** A client of Imagen before Imagen: its own words go there, and the answer comes back as it is. */
export function nativePredict({ dialect }: CallAsked): CallPlan {
  const { body } = dialect.asked!()!;
  let made = 0;
  return {
    warnings: [], parts: NO_PARTS,
    async script(send, call) {
      const url = new URL(call.url);
      url.pathname = url.pathname.replace(/:\w+$/, ":predict");
      const reply = await send({ url, body: jsonBody(body) });
      made = predictions(reply).pictures.length;
      return reply.body;
    },
    reader: {
      passStream: (options) => dialect.passStream(options),
      passBody(reply, { media = {}, flags }) {
        const facts = new MediaFacts();
        facts.content = facts.complete = true;
        facts.use(imagesUsage(undefined, { count: made }, media, flags));
        return { facts, body: reply };
      },
    },
  };
}
