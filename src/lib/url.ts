/** The parts of a request's URL, each as sent: the URL class would rewrite the text that a client signed. */
export interface UrlParts {
  /** Without the port. */
  readonly hostname: string;
  readonly path: string;
  /** Without the "?". */
  readonly query: string;
}

/** Splits an absolute URL. */
export function urlParts(url: string): UrlParts {
  const [, hostname = "", path = "", query = ""] =
    /^[a-z]+:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::\d*)?([^?#]*)\??([^#]*)/i.exec(url) ?? [];
  return { hostname, path: path || "/", query };
}

/** Decodes the percent-encoding of a URL's part. Returns the text unchanged when the encoding is invalid. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
