/** A request's URL in parts, each as it came: parsing it as a URL would rewrite what a client has signed. */
export interface UrlParts {
  /** Without the port. */
  readonly hostname: string;
  readonly path: string;
  /** Without the "?". */
  readonly query: string;
}

export function urlParts(url: string): UrlParts {
  const [, hostname = "", path = "", query = ""] =
    /^[a-z]+:\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)(?::\d*)?([^?#]*)\??([^#]*)/i.exec(url) ?? [];
  return { hostname, path: path || "/", query };
}
