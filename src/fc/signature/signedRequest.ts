/** A request as its client signed it. */
export interface SignedRequest {
  readonly method: string;
  /** As sent: percent-encoded, without the query, and without a sandbox's path prefix. */
  readonly path: string;
  /** As sent, without the "?". */
  readonly query: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}
