import { variables } from "../variables.ts";
import type { ApiContext } from "./context.ts";
import { HOST } from "./selection.ts";

/** The URL at which clients reach the request's sandbox, without a trailing slash. */
export function sandboxUrl(c: ApiContext): string {
  return `${publicUrl(c)}/s/${c.get("sandbox")}`;
}

/** The URL at which the request's client reaches this deployment, without a trailing slash. */
export function publicUrl(c: ApiContext): string {
  const { publicUrl: known, trustsProxy } = variables(c.env);
  if (known !== undefined) return known;
  // The runtime has normalised the URL: parsing it again would tell no more.
  if (!trustsProxy) return c.req.url.slice(0, c.req.url.indexOf("/", "https://".length));
  const { protocol, host } = new URL(c.req.url);
  /**
   * The first value of an X-Forwarded header, from the proxy nearest to the client; undefined when it does
   * not match.
   */
  const forwarded = (name: string, form: RegExp) => {
    const [first = ""] = (c.req.header(`X-Forwarded-${name}`) ?? "").split(",");
    return form.exec(first.trim())?.[0];
  };
  const scheme = forwarded("Proto", /^https?$/i)?.toLowerCase();
  const prefix = forwarded("Prefix", /^(\/[\w.~%-]+)+(?=\/*$)/);
  return `${scheme ? `${scheme}:` : protocol}//${forwarded("Host", HOST) ?? host}${prefix ?? ""}`;
}
