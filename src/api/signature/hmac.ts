const HMAC_SHA256 = { name: "HMAC", hash: "SHA-256" };

/** Whether a signature is the HMAC-SHA256 of a text under a secret, in constant time; undefined never is. */
export async function verifyHmac(
  secret: string,
  text: string,
  signature: Uint8Array<ArrayBuffer> | undefined,
): Promise<boolean> {
  if (!signature) return false;
  return crypto.subtle.verify("HMAC", await keyOf(secret), signature, new TextEncoder().encode(text));
}

let imported: { readonly secret: string; readonly key: CryptoKey } | undefined;

/** A secret as a key; the latest is kept, since a sandbox's requests come in runs. */
async function keyOf(secret: string): Promise<CryptoKey> {
  if (imported?.secret === secret) return imported.key;
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, HMAC_SHA256, false, ["verify"]);
  imported = { secret, key };
  return key;
}
