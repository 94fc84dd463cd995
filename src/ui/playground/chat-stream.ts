/** One step of a streamed answer. */
export type Delta = Readonly<{ text: string; reasoning: string }>;
export type StreamProblem = Readonly<{ message: string }>;

/**
 * Reads a streamed answer in the OpenAI form.
 *
 * @param onDelta called with each piece of text
 * @throws Error with the relay's words when the stream says that something failed
 */
export async function readChatStream(body: ReadableStream<Uint8Array>, onDelta: (delta: Delta) => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const delta = readLine(line);
      if (delta) onDelta(delta);
    }
  }
}

/** @throws Error when the line carries an error */
export function readLine(line: string): Delta | undefined {
  if (!line.startsWith("data:")) return undefined;
  const data = line.slice(5).trim();
  if (data === "" || data === "[DONE]") return undefined;
  const event = parse(data);
  if (event?.error) throw new Error(event.error.message ?? "");
  const delta = event?.choices?.[0]?.delta;
  if (!delta) return undefined;
  const [text, reasoning] = [delta.content ?? "", delta.reasoning_content ?? delta.reasoning ?? ""];
  return text === "" && reasoning === "" ? undefined : { text, reasoning };
}

type Event = Readonly<{
  error?: Readonly<{ message?: string }>;
  choices?: readonly Readonly<{ delta?: Readonly<{ content?: string | null; reasoning_content?: string | null; reasoning?: string | null }> }>[];
}>;

function parse(data: string): Event | undefined {
  try {
    return JSON.parse(data) as Event;
  } catch {
    return undefined;
  }
}
