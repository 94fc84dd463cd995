/**
 * What a request beyond text asks for, as far as the reading and the price of its answer depend on it. Read once, with
 * the request.
 */
export type MediaAsk = Readonly<{
  /** Pictures to be made; size and quality as the client said them. */
  images?: Readonly<{ count: number; size?: string; quality?: string; /** Unfinished ones to be shown on the way. */ partial: number }>;
  /** Pictures that come with the request. */
  imagesIn?: number;
  /** Characters to be spoken. */
  characters?: number;
  /** Sound wrapped in events instead of bare bytes. */
  events?: boolean;
  /** How fast they are to be spoken; 1 = as people do. */
  speed?: number;
  /** The sound or the form of text that is asked for. */
  format?: string;
  /** Length of the recording in milliseconds. */
  audioMs?: number;
  /** The length is a guess from above: the recording's head could not be read. */
  audioGuessed?: boolean;
  /** Bytes of all text that comes with the request. */
  textBytes?: number;
  /** Documents to be ranked, and how many of them are wanted back. */
  documents?: number;
  topN?: number;
  returnDocuments?: boolean;
  /** The document of this place, as the client sent it. */
  documentAt?: (index: number) => unknown;
  /** The most units of search that they can be. */
  unitsMax?: number;
  /** The model is sold by tokens: they are estimated where the vendor does not tell them. */
  byTokens?: boolean;
}>;
