import { accessKeyIdOf, BASE32, MAC_CHARACTERS, partsOf, RANDOM_CHARACTERS } from "./sandboxId.ts";

/** A sandbox's credentials: clients sign with the access key, and the owner sends the control token. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly controlToken: string;
}

/** Creates a sandbox, without storing anything: its id contains a MAC, so nobody can forge an id. */
export async function createSandboxId(rootSecret: string, label: string | undefined): Promise<string> {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_CHARACTERS));
  const random = Array.from(bytes, (byte) => BASE32[byte % 32]).join("");
  return `${label ? `${label}-` : ""}${random}${await idMac(rootSecret, label, random)}`;
}

/** Whether this deployment created the id. Reads no storage. */
export async function isSandboxId(rootSecret: string, id: string): Promise<boolean> {
  const parts = partsOf(id);
  return parts !== undefined && equalSecrets(parts.mac, await idMac(rootSecret, parts.label, parts.random));
}

/** A sandbox's access key, derived from the root secret and the sandbox's id, without a look-up. */
export async function accessKeyOf(
  rootSecret: string,
  id: string,
): Promise<Pick<Credentials, "accessKeyId" | "accessKeySecret">> {
  const accessKeySecret = await derived(rootSecret, "access key secret", id);
  return { accessKeyId: accessKeyIdOf(id), accessKeySecret };
}

/** All credentials of a sandbox, derived from the root secret and the sandbox's id. */
export async function credentialsOf(rootSecret: string, id: string): Promise<Credentials> {
  const controlToken = await derived(rootSecret, "control token", id);
  return { ...(await accessKeyOf(rootSecret, id)), controlToken };
}

async function derived(rootSecret: string, purpose: string, id: string): Promise<string> {
  return (await mac(rootSecret, purpose, id)).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Compares two secrets in a time that does not depend on where they differ. */
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

/**
 * The MAC over a text for a purpose. The latest MACs are cached, because requests to one sandbox often follow
 * each other.
 */
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

// The cache holds a value, never a promise: in Workers, a request must not await another request's I/O.
let imported: { readonly secret: string; readonly key: CryptoKey } | undefined;

/** Imports the root secret as a key, once: a deployment has only one root secret. */
async function rootKey(secret: string): Promise<CryptoKey> {
  if (imported?.secret === secret) return imported.key;
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  imported = { secret, key };
  return key;
}
