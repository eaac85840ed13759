/** A value as JSON text. RPC copies text at a fraction of what it costs to clone an object: see bench/. */
export type Json<T> = string & { readonly value?: T };

export function toJson<T>(value: T): Json<T> {
  return JSON.stringify(value);
}

export function fromJson<T>(json: Json<T>): T {
  return JSON.parse(json);
}

/** A value as JSON with a text after it, which stays as it is: nothing is escaped, or read, that need not be. */
export type JsonAndText<T> = string & { readonly head?: T };

/** `splitText` takes both apart again. */
export function joinText<T>(value: T, text: string): JsonAndText<T> {
  // JSON on one line has no line feed, so the first one ends it.
  return `${JSON.stringify(value)}\n${text}`;
}

export function splitText<T>(joined: JsonAndText<T>): { readonly value: T; readonly text: string } {
  const end = joined.indexOf("\n");
  return { value: JSON.parse(joined.slice(0, end)), text: joined.slice(end + 1) };
}
