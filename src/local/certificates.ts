// Creates certificates. Import this module dynamically, when one is needed: the library is slow to load.
import "reflect-metadata"; // @peculiar/x509 needs it and does not import it.
import { createPrivateKey, randomBytes } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { KeyPair } from "./tls.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

const DAY_MS = 86_400_000;
/** Certificates are valid from the day before, for clients whose clocks are behind. */
const BACKDATED_DAYS = 1;
const AUTHORITY_DAYS = 3650;
/** Some clients refuse a server's certificate that lasts longer than 398 days. */
const CERTIFICATE_DAYS = 397;

/** Creates a certificate authority. `now` is in milliseconds since the epoch. */
export async function makeAuthority(now = Date.now()): Promise<KeyPair> {
  const keys = await newKeys();
  const serialNumber = newSerialNumber();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    serialNumber,
    // The number tells several of these authorities apart in a certificate store.
    name: [{ O: ["fc-sandbox"] }, { CN: [`fc-sandbox CA ${serialNumber.slice(0, 8)}`] }],
    ...validity(now, AUTHORITY_DAYS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return inPem(certificate, keys);
}

/** Creates a server certificate for at least one host name or IP address, signed by the authority. */
export async function issueCertificate(
  authority: KeyPair,
  hosts: readonly string[],
  now = Date.now(),
): Promise<KeyPair> {
  const issuer = new X509Certificate(authority.certificate);
  const signingKey = await crypto.subtle.importKey(
    "pkcs8",
    createPrivateKey(authority.key).export({ type: "pkcs8", format: "der" }),
    ALGORITHM,
    false,
    ["sign"],
  );
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    publicKey: keys.publicKey,
    signingKey,
    serialNumber: newSerialNumber(),
    issuer: issuer.subjectName,
    subject: [{ O: ["fc-sandbox"] }, { CN: ["fc-sandbox"] }],
    ...validity(now, CERTIFICATE_DAYS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return inPem(certificate, keys);
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

/** A serial number is positive and has at most 20 bytes. Source: RFC 5280, section 4.1.2.2. */
function newSerialNumber(): string {
  return `4${randomBytes(16).toString("hex").slice(1)}`;
}

function validity(now: number, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return {
    notBefore: new Date(now - BACKDATED_DAYS * DAY_MS),
    notAfter: new Date(now + days * DAY_MS),
  };
}

async function inPem(certificate: X509Certificate, { privateKey }: CryptoKeyPair): Promise<KeyPair> {
  const key = await crypto.subtle.exportKey("pkcs8", privateKey);
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: `${PemConverter.encode(key, PemConverter.PrivateKeyTag)}\n`,
  };
}
