type Hash = "SHA-1" | "SHA-256";

/**
 * Whether a signature is the HMAC of a text with a secret, compared in constant time; false for undefined.
 */
export async function verifyHmac(
  hash: Hash,
  secret: string,
  text: string,
  signature: Uint8Array<ArrayBuffer> | undefined,
): Promise<boolean> {
  if (!signature) return false;
  return crypto.subtle.verify("HMAC", await keyOf(hash, secret), signature, new TextEncoder().encode(text));
}

/** The HMAC of a text with a secret. */
export async function hmac(hash: Hash, secret: string, text: string): Promise<ArrayBuffer> {
  return crypto.subtle.sign("HMAC", await keyOf(hash, secret), new TextEncoder().encode(text));
}

let imported: { readonly hash: Hash; readonly secret: string; readonly key: CryptoKey } | undefined;

/**
 * Imports a secret as a key. The last key is cached, because requests to one sandbox often follow each other.
 */
async function keyOf(hash: Hash, secret: string): Promise<CryptoKey> {
  if (imported?.secret === secret && imported.hash === hash) return imported.key;
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["sign", "verify"]);
  imported = { hash, secret, key };
  return key;
}
