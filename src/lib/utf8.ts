const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as the text that they are in UTF-8. Throws a TypeError when they are none. */
export function decodeUtf8(bytes: Uint8Array): string {
  return strict.decode(bytes);
}
