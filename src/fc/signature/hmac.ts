type Hash = "SHA-1" | "SHA-256";

/** Whether a signature is the HMAC of a text under a secret, in constant time; undefined never is. */
export async function verifyHmac(
  hash: Hash,
  secret: string,
  text: string,
  signature: Uint8Array<ArrayBuffer> | undefined,
): Promise<boolean> {
  if (!signature) return false;
  return crypto.subtle.verify("HMAC", await keyOf(hash, secret), signature, new TextEncoder().encode(text));
}

let imported: { readonly hash: Hash; readonly secret: string; readonly key: CryptoKey } | undefined;

/** A secret as a key; the latest is kept, since a sandbox's requests come in runs. */
async function keyOf(hash: Hash, secret: string): Promise<CryptoKey> {
  if (imported?.secret === secret && imported.hash === hash) return imported.key;
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash }, false, ["verify"]);
  imported = { hash, secret, key };
  return key;
}
