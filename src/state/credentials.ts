import { accessKeyIdOf, BASE32, MAC_CHARACTERS, partsOf, RANDOM_CHARACTERS } from "./sandboxId.ts";

/** What a sandbox's clients and its owner prove themselves with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly controlToken: string;
}

/** Makes a sandbox, by computation alone: an id that carries a MAC over itself, so none can be made up. */
export async function createSandboxId(rootSecret: string, label: string | undefined): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_CHARACTERS));
  const random = Array.from(bytes, (byte) => BASE32[byte % 32]).join("");
  return `${label ? `${label}-` : ""}${random}${await idMac(rootSecret, label, random)}`;
}

/** Whether this deployment made that id. Touches no storage. */
export async function isSandboxId(rootSecret: string, id: string): Promise<boolean> {
  const parts = partsOf(id);
  return parts !== undefined && equalSecrets(parts.mac, await idMac(rootSecret, parts.label, parts.random));
}

/** A sandbox's access key, derived from the root secret and its id: nothing is looked up. */
export async function accessKeyOf(
  rootSecret: string,
  id: string,
): Promise<Pick<Credentials, "accessKeyId" | "accessKeySecret">> {
  const accessKeySecret = await derived(rootSecret, "access key secret", id);
  return { accessKeyId: accessKeyIdOf(id), accessKeySecret };
}

/** All of a sandbox's credentials, derived likewise. */
export async function credentialsOf(rootSecret: string, id: string): Promise<Credentials> {
  const controlToken = await derived(rootSecret, "control token", id);
  return { ...(await accessKeyOf(rootSecret, id)), controlToken };
}

async function derived(rootSecret: string, purpose: string, id: string): Promise<string> {
  return (await mac(rootSecret, purpose, id)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Compares two secrets in a time that tells nothing of where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  return left.length === right.length && crypto.subtle.timingSafeEqual(left, right);
}

async function idMac(rootSecret: string, label: string | undefined, random: string): Promise<string> {
  const bytes = await mac(rootSecret, "sandbox id", `${label ?? ""}/${random}`);
  return Array.from(bytes.subarray(0, MAC_CHARACTERS), (byte) => BASE32[byte % 32]).join("");
}

const MACS_KEPT = 1024;
const macs = new Map<string, Uint8Array>();

/** The MAC over a text for a purpose; the latest ones are kept, since a sandbox's requests come in runs. */
async function mac(rootSecret: string, purpose: string, text: string): Promise<Uint8Array> {
  const key = `${rootSecret}/${purpose}/${text}`;
  const known = macs.get(key);
  if (known) return known;
  const data = new TextEncoder().encode(`${purpose}/${text}`);
  const made = new Uint8Array(await crypto.subtle.sign("HMAC", await rootKey(rootSecret), data));
  const [oldest] = macs.keys();
  if (oldest !== undefined && macs.size >= MACS_KEPT) macs.delete(oldest);
  macs.set(key, made);
  return made;
}

// Values are kept, never promises: one request must not wait for what another has begun.
let imported: { readonly secret: string; readonly key: CryptoKey } | undefined;

/** The root secret as a key, imported once: a deployment has just one. */
async function rootKey(secret: string): Promise<CryptoKey> {
  if (imported?.secret === secret) return imported.key;
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  imported = { secret, key };
  return key;
}
