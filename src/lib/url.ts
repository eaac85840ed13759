/** A request's URL in parts, each as it came: parsing it as a URL would rewrite what a client has signed. */
export interface UrlParts {
  /** Without the port. */
  readonly hostname: string;
  readonly path: string;
  /** Without the "?". */
  readonly query: string;
}

/** The parts of an absolute URL. */
export function urlParts(url: string): UrlParts {
  const [, hostname = "", path = "", query = ""] =
    /^[a-z]+:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::\d*)?([^?#]*)\??([^#]*)/i.exec(url) ?? [];
  return { hostname, path: path || "/", query };
}

/** A part of a URL without its percent-encoding; one that is encoded wrongly as it came. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
