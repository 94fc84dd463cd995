/**
 * Models without structured output are made to answer through a tool of this name, whose input is then the text of the
 * reply. A client's own tool of this name travels under another.
 */
export const JSON_TOOL = "structured_reply";
