const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Encodes bytes as lower-case hex digits. */
export function hex(bytes: ArrayBuffer): string {
  let digits = "";
  for (const byte of new Uint8Array(bytes)) digits += HEX[byte];
  return digits;
}

/** Encodes bytes as base64. */
export function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}

/** Decodes a 32-byte signature from 64 lower-case hex digits; undefined for other text. */
export function bytesOfHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[0-9a-f]{64}$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}

const BASE64 = /^[A-Za-z0-9+/]*[AEIMQUYcgkosw048]=$/;

/** Decodes a signature of 20 or 32 bytes from its canonical base64; undefined for other text. */
export function bytesOfBase64(text: string, length: 20 | 32): Uint8Array<ArrayBuffer> | undefined {
  if (text.length !== 4 * Math.ceil(length / 3) || !BASE64.test(text)) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
