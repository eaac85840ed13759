const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** Bytes as text: bytes that are not UTF-8 become U+FFFD, and a byte order mark stays. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
