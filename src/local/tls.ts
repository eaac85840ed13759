import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import type { HttpsOptions, OwnCertificate } from "./httpsOptions.ts";
import type { StateDirectory } from "./stateDirectory.ts";

/** A certificate, or a chain of them, and its private key, in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** What a sandbox serves HTTPS with. */
export interface Tls {
  readonly keyPair: KeyPair;
  /** The file of the authority's certificate, which clients have to trust; absolute. Undefined with the user's own. */
  readonly caFile: string | undefined;
}

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

const DAY_MS = 86_400_000;
/** A certificate is renewed this early, so that it does not expire while a sandbox runs. */
const RENEWED_DAYS_BEFORE = 30;
/** An authority has to outlast the certificate that it signs, which lasts 397 days. */
const AUTHORITY_RENEWED_DAYS_BEFORE = 400;

/**
 * Returns the certificate and the key to serve HTTPS with; undefined for HTTP. `host` is the host to listen on; `domain`
 * is `SANDBOX_DOMAIN`, or empty. Throws an Error with a message for people when an option is wrong, or when the state
 * directory can't be used.
 */
export async function openTls(
  https: HttpsOptions,
  state: StateDirectory,
  host: string,
  domain: string,
): Promise<Tls | undefined> {
  if (https === false) return undefined;
  const options = https === true ? {} : https;
  if ("certificateFile" in options) {
    return { keyPair: await readOwnCertificate(options), caFile: undefined };
  }
  return keepCertificate(state, certificateHosts(host, domain, options.hosts ?? []));
}

/** Reads the user's own certificate and key. Throws an Error with a message for people when they can't be used. */
async function readOwnCertificate({ certificateFile, keyFile }: OwnCertificate): Promise<KeyPair> {
  const [certificateText, keyText] = await Promise.all([
    readPemFile("certificate", certificateFile),
    readPemFile("key", keyFile),
  ]);
  const certificates = certificateText.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  const [leaf] = (certificates ?? []).map(parseCertificate);
  if (leaf === undefined) throw new Error(`The certificate ${certificateFile} is not a certificate in PEM.`);
  const key = parseKey(keyText);
  if (key === undefined) {
    throw new Error(`The key ${keyFile} is not a private key in PEM, or it needs a passphrase.`);
  }
  if (!leaf.checkPrivateKey(key)) {
    throw new Error(`The key ${keyFile} is not the one of the certificate ${certificateFile}.`);
  }
  return {
    certificate: `${(certificates ?? []).join("\n")}\n`,
    key: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

async function readPemFile(what: string, file: string): Promise<string> {
  return readFile(file, "utf8").catch((error) => {
    throw new Error(`The ${what} ${file} can't be read: ${error.message}`);
  });
}

/**
 * The hosts that a certificate is for: this machine's own, the host to listen on, the hosts that the user names, and the
 * sandboxes' domain, if any. Throws an Error with a message for people when a name that the user gives is not a host.
 */
function certificateHosts(host: string, domain: string, asked: readonly string[]): string[] {
  for (const one of asked) {
    if (!isHost(one)) {
      throw new Error(`A certificate can't be for "${one}": it is neither a host name nor an IP address.`);
    }
  }
  // A host that is not valid is reported when the server listens. No certificate can be for all addresses.
  const listening = [host].filter((one) => isHost(one) && one !== "0.0.0.0" && one !== "::");
  const domains = domain === "" ? [] : [domain, `*.${domain}`];
  return [...new Set([...LOOPBACK, ...listening, ...domains.filter(isHost), ...asked])];
}

/** Host names, the first label a wildcard perhaps (RFC 6125), and IP addresses. Container names have underscores. */
function isHost(text: string): boolean {
  const isName = /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
  return isIP(text) !== 0 || (text.length <= 253 && isName.test(text));
}

/**
 * Returns the certificate for these hosts that is stored in the state directory. Makes one when there is none, when the
 * stored certificate is about to expire, or when it is for other hosts. Throws an Error with a message for people when
 * the directory can't be used, or when the stored authority is damaged: clients would have to trust a new authority.
 */
async function keepCertificate(state: StateDirectory, hosts: readonly string[]): Promise<Tls> {
  const authority = (await keptAuthority(state)) ?? (await newAuthority(state));
  const caFile = join(state.path, "ca.pem");
  const kept = await keptCertificate(state, authority, hosts);
  if (kept !== undefined) return { keyPair: kept, caFile };
  const { issueCertificate } = await import("./certificates.ts");
  const keyPair = await issueCertificate(authority, hosts);
  await state.write("certificate-key.pem", keyPair.key);
  await state.write("certificate.pem", keyPair.certificate);
  return { keyPair, caFile };
}

async function keptAuthority(state: StateDirectory): Promise<KeyPair | undefined> {
  const certificate = await state.read("ca.pem");
  if (certificate === undefined) return undefined;
  const key = (await state.read("ca-key.pem")) ?? "";
  const parsed = parseCertificate(certificate);
  if (parsed !== undefined && expiresWithin(parsed, AUTHORITY_RENEWED_DAYS_BEFORE)) return undefined;
  const parsedKey = parseKey(key);
  if (parsed !== undefined && parsedKey !== undefined && parsed.checkPrivateKey(parsedKey)) {
    return { certificate, key };
  }
  throw new Error(
    `${join(state.path, "ca.pem")} is damaged: it is not a certificate, or ca-key.pem beside it is not its key. Restore both files; or remove both, and have your clients trust the certificate that is made then.`,
  );
}

async function newAuthority(state: StateDirectory): Promise<KeyPair> {
  const { makeAuthority } = await import("./certificates.ts");
  const authority = await makeAuthority();
  await state.write("ca-key.pem", authority.key);
  // Written last: without the certificate, the key is not used. Clients that run as other users read the certificate.
  await state.write("ca.pem", authority.certificate, 0o644);
  return authority;
}

async function keptCertificate(
  state: StateDirectory,
  authority: KeyPair,
  hosts: readonly string[],
): Promise<KeyPair | undefined> {
  const [certificate, key] = [await state.read("certificate.pem"), await state.read("certificate-key.pem")];
  if (certificate === undefined || key === undefined) return undefined;
  const [parsed, parsedKey] = [parseCertificate(certificate), parseKey(key)];
  if (parsed === undefined || parsedKey === undefined) return undefined;
  const isGood =
    parsed.checkPrivateKey(parsedKey) &&
    parsed.verify(new X509Certificate(authority.certificate).publicKey) &&
    !expiresWithin(parsed, RENEWED_DAYS_BEFORE) &&
    hosts.every((host) => covers(parsed, host));
  return isGood ? { certificate, key } : undefined;
}

function covers(certificate: X509Certificate, host: string): boolean {
  if (isIP(host) !== 0) return certificate.checkIP(host) !== undefined;
  // A wildcard covers any label, so the check asks for an arbitrary one.
  return certificate.checkHost(host.replace("*", "any-label")) !== undefined;
}

function expiresWithin(certificate: X509Certificate, days: number): boolean {
  return Date.parse(certificate.validTo) < Date.now() + days * DAY_MS;
}

function parseCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
