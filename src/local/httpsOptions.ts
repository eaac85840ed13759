/** A certificate that the sandbox makes. A certificate authority that the sandbox also makes signs it. */
export interface MadeCertificate {
  /** More host names and IP addresses for the certificate, besides this machine's own, `host` and `SANDBOX_DOMAIN`. */
  readonly hosts?: readonly string[];
}

/** A certificate of the user's own: two files in PEM. */
export interface OwnCertificate {
  /** The certificate, followed by those that lead to its certificate authority, if any. */
  readonly certificateFile: string;
  /** Its private key, without a passphrase. */
  readonly keyFile: string;
}

/** The certificate to serve HTTPS with; `true` is one that the sandbox makes, `false` is HTTP. */
export type HttpsOptions = boolean | MadeCertificate | OwnCertificate;
