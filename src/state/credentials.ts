import { toBase64url } from "../lib/base64url.ts";
import { BoundedMap } from "../lib/boundedMap.ts";
import type { Generations, TokenRole } from "./credentialKinds.ts";
import {
  accessKeyIdOf,
  BASE32,
  DEFAULT_SANDBOX_ID,
  MAC_CHARACTERS,
  partsOf,
  RANDOM_CHARACTERS,
} from "./sandboxId.ts";

/** The secrets of a deployment, from which ids and credentials are derived. */
export interface RootSecrets {
  readonly current: string;
  /** Former secrets, whose sandboxes go on. */
  readonly previous: readonly string[];
  /**
   * Whether access keys and tokens that a former secret made are still valid. If not, the current secret makes those of
   * all sandboxes.
   */
  readonly acceptsPreviousCredentials: boolean;
}

/** A sandbox's credentials: clients sign with the access key, the owner sends the control token, watchers the watch token. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly controlToken: string;
  readonly watchToken: string;
}

/** A token's role, and how often that token of the sandbox had been rotated when it was made. */
export interface TokenClaim {
  readonly role: TokenRole;
  readonly generation: number;
}

/** Creates a sandbox, without storing anything: its id contains a MAC, so nobody can forge an id. */
export async function createSandboxId({ current }: RootSecrets, label: string | undefined): Promise<string> {
  const random = randomCharacters();
  return `${label ? `${label}-` : ""}${random}${await idMac(current, label, random)}`;
}

/**
 * The secret that makes a sandbox's credentials; undefined when this deployment did not create the id. Reads no storage.
 * Every deployment has the sandbox `default`.
 */
export async function secretOfSandbox(secrets: RootSecrets, id: string): Promise<string | undefined> {
  const { current, previous, acceptsPreviousCredentials } = secrets;
  if (id === DEFAULT_SANDBOX_ID) return current;
  const known = verifiedIds.get(secrets)?.get(id);
  if (known !== undefined) return known;
  const parts = partsOf(id);
  if (parts === undefined) return undefined;
  for (const secret of [current, ...previous]) {
    const isMadeBy = equalSecrets(parts.mac, await idMac(secret, parts.label, parts.random));
    if (!isMadeBy) continue;
    const made = acceptsPreviousCredentials ? secret : current;
    const its = verifiedIds.get(secrets) ?? new BoundedMap<string, string>(IDS_KEPT);
    verifiedIds.set(secrets, its.set(id, made));
    return made;
  }
  return undefined;
}

/** The latest ids that were verified, by a deployment's secrets, and the secret that makes the credentials of each. */
const verifiedIds = new WeakMap<RootSecrets, BoundedMap<string, string>>();
const IDS_KEPT = 1024;

/** A sandbox's access key, derived from a secret and the sandbox's id, without a look-up. */
export async function accessKeyOf(
  secret: string,
  id: string,
  generation: number,
): Promise<Pick<Credentials, "accessKeyId" | "accessKeySecret">> {
  const accessKeySecret = await derived(secret, "access key secret", ofGeneration(id, generation));
  return { accessKeyId: accessKeyIdOf(id), accessKeySecret };
}

/** A token of a sandbox. A control token of the first generation is the MAC alone. */
export async function tokenOf(secret: string, id: string, { role, generation }: TokenClaim): Promise<string> {
  const mac = await derived(secret, `${role} token`, ofGeneration(id, generation));
  if (role === "watch") return `${WATCH}.${generation}.${mac}`;
  return generation === 0 ? mac : `${generation}.${mac}`;
}

/** All credentials of a sandbox, derived from a secret and the sandbox's id. */
export async function credentialsOf(
  secret: string,
  id: string,
  { accessKey, controlToken, watchToken }: Generations,
): Promise<Credentials> {
  return {
    ...(await accessKeyOf(secret, id, accessKey)),
    controlToken: await tokenOf(secret, id, { role: "control", generation: controlToken }),
    watchToken: await tokenOf(secret, id, { role: "watch", generation: watchToken }),
  };
}

/**
 * What a token of this sandbox claims; undefined for any other text. Only the sandbox knows whether the token's generation
 * is the present one.
 */
export async function verifiedToken(
  secret: string,
  id: string,
  token: string,
): Promise<TokenClaim | undefined> {
  const claim = claimOf(token);
  if (claim === undefined) return undefined;
  return equalSecrets(token, await tokenOf(secret, id, claim)) ? claim : undefined;
}

/** What a text claims as a token, unverified; undefined when it has not the form of a token. */
export function claimOf(token: string): TokenClaim | undefined {
  const [, watch, generation] = TOKEN.exec(token) ?? [];
  if (watch === undefined && generation === undefined && !/^[\w-]+$/.test(token)) return undefined;
  return { role: watch === undefined ? "control" : "watch", generation: Number(generation ?? 0) };
}

const WATCH = "watch";
const TOKEN = new RegExp(`^(?:(${WATCH})\\.)?(0|[1-9][0-9]{0,8})\\.`);

const INVITATION = /^invitation\.([a-z2-7]{16})\.[\w-]+$/;

/** A new invitation: its id, and the key that its holder sends. Nothing of the key is stored. */
export async function createInvitation({
  current,
}: RootSecrets): Promise<{ readonly id: string; readonly key: string }> {
  const id = randomCharacters();
  return { id, key: await invitationKey(current, id) };
}

/** The id of the invitation that a key is of; undefined for any other text. */
export async function verifiedInvitation(
  { current, previous, acceptsPreviousCredentials }: RootSecrets,
  key: string,
): Promise<string | undefined> {
  const [, id] = INVITATION.exec(key) ?? [];
  if (id === undefined) return undefined;
  for (const secret of [current, ...(acceptsPreviousCredentials ? previous : [])]) {
    if (equalSecrets(key, await invitationKey(secret, id))) return id;
  }
  return undefined;
}

async function invitationKey(secret: string, id: string): Promise<string> {
  return `invitation.${id}.${await derived(secret, "invitation", id)}`;
}

function randomCharacters(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_CHARACTERS));
  return Array.from(bytes, (byte) => BASE32[byte % 32]).join("");
}

/** What a credential is derived from. An id has no "/". */
function ofGeneration(id: string, generation: number): string {
  return generation === 0 ? id : `${id}/${generation}`;
}

async function derived(rootSecret: string, purpose: string, id: string): Promise<string> {
  return toBase64url(await mac(rootSecret, purpose, id));
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
const macs = new BoundedMap<string, Uint8Array>(MACS_KEPT);

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
  macs.set(key, made);
  return made;
}

// The cache holds values, never promises: in Workers, a request must not await another request's I/O.
const keys = new Map<string, CryptoKey>();

/** Imports a root secret as a key, once: a deployment has few root secrets. */
async function rootKey(secret: string): Promise<CryptoKey> {
  const known = keys.get(secret);
  if (known) return known;
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  keys.set(secret, key);
  return key;
}
