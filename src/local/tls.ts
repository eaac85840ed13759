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
  /** The file, absolute, of the authority's certificate, which clients have to trust; undefined with one's own. */
  readonly caFile: string | undefined;
}

const LOOPBACK = ["localhost", "127.0.0.1", "::1"];

const DAY_MS = 86_400_000;
/** So that nothing expires while a sandbox runs, unless that is for longer. */
const RENEWED_DAYS_BEFORE = 30;
/** A certificate lasts 397 days, and its authority is to outlast it. */
const AUTHORITY_RENEWED_DAYS_BEFORE = 400;

/**
 * What to serve HTTPS with; undefined for HTTP. `host` is the one to listen on, `domain` the sandboxes' or empty. Throws
 * an Error with a message for people when an option is wrong, or when the state directory can't be used.
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

/** Reads one's own certificate and key. Throws an Error with a message for people when they can't be used. */
async function readOwnCertificate({ certificateFile, keyFile }: OwnCertificate): Promise<KeyPair> {
  const [certificateText, keyText] = await Promise.all([
    readOrSay("certificate", certificateFile),
    readOrSay("key", keyFile),
  ]);
  const certificates = certificateText.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  const [leaf] = (certificates ?? []).map(parseCertificate);
  if (leaf === undefined) throw new Error(`The certificate ${certificateFile} is no certificate in PEM.`);
  const key = parseKey(keyText);
  if (key === undefined) {
    throw new Error(`The key ${keyFile} is no private key in PEM, or one that needs a passphrase.`);
  }
  if (!leaf.checkPrivateKey(key)) {
    throw new Error(`The key ${keyFile} is not the one of the certificate ${certificateFile}.`);
  }
  return {
    certificate: `${(certificates ?? []).join("\n")}\n`,
    key: key.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

async function readOrSay(what: string, file: string): Promise<string> {
  return readFile(file, "utf8").catch((error) => {
    throw new Error(`The ${what} ${file} can't be read: ${error.message}`);
  });
}

/**
 * The hosts that a certificate is for: this machine's own, the one to listen on, those that one asks for, and the
 * sandboxes' domain, if any. Throws an Error with a message for people when one that is asked for can't be one.
 */
function certificateHosts(host: string, domain: string, asked: readonly string[]): string[] {
  for (const one of asked) {
    if (!isHost(one))
      throw new Error(`A certificate can't be for "${one}": it is no host name and no IP address.`);
  }
  // Whether one can listen there is another's to say, and for all addresses there is no certificate.
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
 * The certificate for these hosts that the state directory keeps, and its authority; made when there is none, when one
 * is about to expire, or when the certificate is for other hosts. Throws an Error with a message for people when the
 * directory can't be used, or when the authority that is kept is damaged: another one would have to be trusted anew.
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
    `${join(state.path, "ca.pem")} is damaged: it is no certificate, or ca-key.pem beside it is not its key. Put copies of them back; or remove them, and your clients have to trust the certificate that is made then.`,
  );
}

async function newAuthority(state: StateDirectory): Promise<KeyPair> {
  const { makeAuthority } = await import("./certificates.ts");
  const authority = await makeAuthority();
  await state.write("ca-key.pem", authority.key);
  // Last: without it the key counts for nothing. Clients of other users read it.
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
  // A wildcard is one when it covers any label.
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
