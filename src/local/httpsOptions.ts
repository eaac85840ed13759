/** A certificate that the sandbox makes, signed by a certificate authority that it makes, too. */
export interface MadeCertificate {
  /** Host names and IP addresses that it is for, besides this machine's own, `host`, and `SANDBOX_DOMAIN`. */
  readonly hosts?: readonly string[];
}

/** A certificate of one's own: two files in PEM. */
export interface OwnCertificate {
  /** The certificate, followed by those that lead to its certificate authority, if any. */
  readonly certificateFile: string;
  /** Its private key, without a passphrase. */
  readonly keyFile: string;
}

/** The certificate to serve HTTPS with; `true` is one that the sandbox makes, `false` is HTTP. */
export type HttpsOptions = boolean | MadeCertificate | OwnCertificate;
